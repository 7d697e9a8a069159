//go:build js && wasm

package page

// A wish is what a link or a file asked for while the page was not free to do it.
type wish struct {
	from string // "link" or "file"
	does func()
}

// free says whether another picture or model can be asked for: there are models, and no picture is being made.
func (p *page) free() bool { return len(p.models) > 0 && p.phase != starting && p.phase != sampling }

// whenFree does something now or, if the page is not free, as soon as it is, in place of what waited before.
func (p *page) whenFree(from string, does func()) {
	if p.free() {
		p.wish = nil
		does()
		return
	}
	p.wish = &wish{from, does}
	when := "once there is a list of models"
	if p.phase == sampling {
		when = "after this picture"
	}
	p.say("The " + from + " is read " + when + ".")
}

// grant does what was wished for, if the page is free now.
func (p *page) grant() {
	if p.wish != nil && p.free() {
		p.whenFree(p.wish.from, p.wish.does)
	}
}

// wished is what the line of the steps says of a wish.
func (p *page) wished() string {
	if p.wish == nil {
		return ""
	}
	return " · then the " + p.wish.from
}
