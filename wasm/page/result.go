//go:build js && wasm

package page

import (
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
)

// A result is the row below the picture: the file and the hash.
type result struct {
	ui      *ui
	address string // object URL of the PNG that is offered; "" for none
	recipe  string // of what is offered
}

func (r *result) init(u *ui) {
	r.ui = u
	on(u.copy, "click", func(dom.Event) { copyText(u.hash.TextContent(), u.copy, u.hash) })
}

// copyText puts words on the clipboard and says so on the button; where there
// is none, it selects what can be copied by hand.
func copyText(words string, button, visible dom.HTMLElement) {
	clipboard := js.Global().Get("navigator").Get("clipboard")
	if clipboard.IsUndefined() { // plain http on another host than localhost
		js.Global().Call("getSelection").Call("selectAllChildren", visible.Underlying())
		button.SetTextContent("Selected below")
		return
	}
	clipboard.Call("writeText", words)
	button.SetTextContent("Copied")
}

// show offers one PNG, given as an ArrayBuffer, under a name that says how it
// was made.
func (r *result) show(png js.Value, name, label, hash, recipe string) {
	if r.address != "" {
		js.Global().Get("URL").Call("revokeObjectURL", r.address)
	}
	r.address, r.recipe = objectURL(png), recipe
	r.ui.download.SetHref(r.address)
	r.ui.download.SetAttribute("download", name+".png")
	r.ui.hash.SetTextContent(hash)
	r.ui.hashLabel.SetTextContent(label)
	r.ui.copy.SetTextContent("Copy")
	r.ui.share.SetTextContent("Copy link")
	setHidden(r.ui.share, recipe == "")
	setHidden(r.ui.result, false)
}

// showResult fills the row for what the stage shows: all pictures of the
// active run, or the picked one.
func (p *page) showResult() {
	r := p.run
	if r == nil || !r.complete {
		setHidden(p.ui.result, true)
		return
	}
	setHidden(p.ui.animate, r.request.Edit != nil) // what it began with has gone to the worker
	p.showEasel()
	p.stage.mark(r.done.SHA256, r.sheet.total, r.sheet.total)
	setHidden(p.ui.compare, p.teacherOf(r.model) == nil)
	picked := r.sheet.selected
	setHidden(p.ui.back, picked < 0)
	verdict := ""
	switch {
	case picked >= 0:
		one := r.finished[picked]
		p.result.show(one.PNG, fileName(r), "SHA-256 of this picture, seed "+strconv.FormatUint(one.Seed, 10), one.SHA256, one.Recipe)
	case r.request.Count > 1:
		p.result.show(r.done.PNG, fileName(r), "SHA-256 of all "+strconv.Itoa(r.request.Count)+" pictures", r.done.SHA256, r.done.Recipe)
	default:
		p.result.show(r.finished[0].PNG, fileName(r), "SHA-256 of the pixels", r.done.SHA256, r.done.Recipe)
	}
	if r.link != nil {
		var kind string
		kind, verdict = r.link.verdict(r.done.SHA256, r.model.ref)
		p.ui.verdict.SetAttribute("data-verdict", kind)
	}
	setNote(p.ui.verdict, verdict)
	p.address(p.result.recipe)
}

// share copies the page's address, which the recipe is a part of.
func (p *page) share() {
	copyText(js.Global().Get("location").Get("href").String(), p.ui.share, p.ui.hash)
}
