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
}

func (r *result) init(u *ui) {
	r.ui = u
	on(u.copy, "click", func(dom.Event) {
		clipboard := js.Global().Get("navigator").Get("clipboard")
		if clipboard.IsUndefined() { // plain http on another host than localhost
			js.Global().Call("getSelection").Call("selectAllChildren", u.hash.Underlying())
			u.copy.SetTextContent("Selected")
			return
		}
		clipboard.Call("writeText", u.hash.TextContent())
		u.copy.SetTextContent("Copied")
	})
}

// show offers one PNG, given as an ArrayBuffer, under a name that says how it
// was made.
func (r *result) show(png js.Value, file, label, hash string) {
	if r.address != "" {
		js.Global().Get("URL").Call("revokeObjectURL", r.address)
	}
	blob := js.Global().Get("Blob").New([]any{png}, map[string]any{"type": "image/png"})
	r.address = js.Global().Get("URL").Call("createObjectURL", blob).String()
	r.ui.download.SetHref(r.address)
	r.ui.download.SetAttribute("download", file)
	r.ui.hash.SetTextContent(hash)
	r.ui.hashLabel.SetTextContent(label)
	r.ui.copy.SetTextContent("Copy")
	setHidden(r.ui.result, false)
}

// showResult fills the row for what the stage shows: all pictures of the last
// run, or the picked one.
func (p *page) showResult() {
	r := p.run
	if r == nil || !r.complete {
		return
	}
	p.stage.mark(r.done.SHA256, r.steps/r.request.Count, r.steps/r.request.Count)
	setHidden(p.ui.compare, p.teacherOf(r.model) == nil)
	file := "tintype-" + r.model.ID + "-" + strconv.FormatUint(r.request.Seed, 10)
	picked := r.sheet.selected
	setHidden(p.ui.back, picked < 0)
	switch {
	case picked >= 0:
		one := r.finished[picked]
		file = "tintype-" + r.model.ID + "-" + strconv.FormatUint(one.Seed, 10)
		p.result.show(one.PNG, file+".png", "SHA-256 of this picture, seed "+strconv.FormatUint(one.Seed, 10), one.SHA256)
	case r.request.Count > 1:
		p.result.show(r.done.PNG, file+"-x"+strconv.Itoa(r.request.Count)+".png",
			"SHA-256 of all "+strconv.Itoa(r.request.Count)+" pictures", r.done.SHA256)
	default:
		p.result.show(r.finished[0].PNG, file+".png", "SHA-256 of the pixels", r.done.SHA256)
	}
}
