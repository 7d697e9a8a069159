//go:build js && wasm

package page

import (
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// animate makes what is shown of the active run again, all pictures or the picked one, for its steps as one animated PNG file.
// One worker does it: the frames of all pictures have to come together.
func (p *page) animate() {
	r := p.run
	if r == nil || !r.complete || p.phase == sampling {
		return
	}
	request := r.request
	request.Animate = true
	if picked := r.sheet.selected; picked >= 0 {
		request.First, request.Count = picked, 1
	}
	name := fileName(r) + "-steps.png"
	p.enter(sampling)
	p.ui.progress.RemoveAttribute("value")
	p.say("Making the animation of " + pictures(request.Count) + "…")
	p.extra = p.workers.first.request(p.workers.addressed(request), func(message proto.Message) {
		switch e := message.(type) {
		case proto.Step:
			e.X.Call("close")
			e.Denoised.Call("close")
			p.ui.progress.SetMax(float64(e.Total * request.Count))
			p.ui.progress.SetValue(float64(e.Total*(e.Picture-request.First) + e.Step))
		case proto.Done:
			p.enter(done)
			p.activate(r)
			p.save(e.Animation, name)
			p.saving(name)
		case *proto.Error:
			p.extraFailed(e)
			if e.Type == proto.ErrCancelled {
				p.enter(done)
				p.activate(r)
			}
		}
	})
}

// extraFailed ends a request that is no run.
func (p *page) extraFailed(e *proto.Error) {
	if e.Type != proto.ErrCancelled {
		p.fail(e, p.generate)
		return
	}
	p.enter(idle)
	p.say("Cancelled.")
}

// saving says of a file that the browser has it to save. Whether it does is told to nobody; a frame may forbid it.
func (p *page) saving(name string) {
	words := "Your browser saves " + name + "."
	if framed() {
		words += " If no file arrives, the frame that this page stands in does not allow downloads: open the page by itself."
	}
	p.say(words)
}

// framed says that the page stands in a sandboxed frame.
func framed() bool { return js.Global().Get("origin").String() == "null" && !fromDisk() }

// save gives the visitor an ArrayBuffer as a file.
func (p *page) save(data js.Value, name string) {
	address := objectURL(data)
	a := create[*dom.HTMLAnchorElement](p.ui.doc, "a", "")
	a.SetHref(address)
	a.SetAttribute("download", name)
	a.Underlying().Call("click")
	after(60_000, func() { js.Global().Get("URL").Call("revokeObjectURL", address) })
}

// objectURL is an address for the bytes of a PNG file.
func objectURL(data js.Value) string {
	blob := js.Global().Get("Blob").New([]any{data}, map[string]any{"type": "image/png"})
	return js.Global().Get("URL").Call("createObjectURL", blob).String()
}
