//go:build js && wasm

package page

import (
	"strconv"
	"strings"
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
	on(u.copy, "click", func(dom.Event) { r.copyText(u.hash, u.copy) })
	on(u.share, "click", func(dom.Event) {
		address, _, _ := strings.Cut(js.Global().Get("location").Get("href").String(), "#")
		u.link.SetTextContent(address + "#" + r.recipe) // not what the address says: a sandboxed frame's never changes
		r.copyText(u.link, u.share)
	})
}

// copyText puts what an element says on the clipboard, and says on the button
// that it is there. Where the browser has none or refuses, the element is shown
// and its text selected, to be copied by hand.
func (r *result) copyText(el, button dom.HTMLElement) {
	refused := func(js.Value) {
		setHidden(el, false)
		js.Global().Call("getSelection").Call("selectAllChildren", el.Underlying())
		button.SetTextContent("Selected below")
		r.ui.live.SetTextContent("This browser does not let the page copy. The text is selected: copy it by hand.")
	}
	clipboard := js.Global().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() || !clipboard.Get("writeText").Truthy() { // plain http on another host than localhost
		refused(js.Undefined())
		return
	}
	settled(clipboard.Call("writeText", el.TextContent()), func(js.Value) {
		button.SetTextContent("Copied")
		r.ui.live.SetTextContent("Copied.")
	}, refused)
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
	setHidden(r.ui.link, true)
	setHidden(r.ui.share, recipe == "")
	setHidden(r.ui.result, false)
}

// showResult fills the row for what the stage shows: all pictures of the
// active run, or the picked one.
func (p *page) showResult() {
	r := p.run
	if r == nil || !r.complete {
		setHidden(p.ui.result, true)
		setHidden(p.ui.edit, !p.painting.brought)
		return
	}
	setHidden(p.ui.animate, r.request.Edit != nil) // what it began with has gone to the worker
	p.showEasel()
	setHidden(p.ui.edit, false)
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
