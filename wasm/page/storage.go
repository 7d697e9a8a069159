//go:build js && wasm

package page

import (
	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// askKept asks the worker what models need not be downloaded again.
func (p *page) askKept() { p.crew.first.request(proto.Cached{}, p.showKept) }

// forget gives a kept model's storage back, or with "" that of all.
func (p *page) forget(hash string) { p.crew.first.request(proto.Purge{SHA256: hash}, p.showKept) }

// showKept lists the kept models with their sizes and a way to be rid of them.
// Where the browser keeps nothing, nothing is said.
func (p *page) showKept(message proto.Message) {
	kept, ok := message.(proto.Kept)
	if !ok {
		return
	}
	u := p.ui
	clearChildren(u.kept)
	var total int64
	for _, m := range kept.Models {
		total += m.Bytes
		name := p.keptName(m)
		words := name + " · " + megabytes(m.Bytes)
		if m.Partial {
			words += " of a download that was interrupted"
		}
		row := text(u.doc, u.kept, "li", "", words)
		button := create[*dom.HTMLButtonElement](u.doc, "button", "plain small")
		button.SetType("button")
		button.SetTextContent("Forget")
		button.SetAttribute("aria-label", "Forget "+name)
		on(button, "click", func(dom.Event) {
			p.forget(m.SHA256)
			u.purge.Focus()
		})
		row.AppendChild(button)
	}
	u.keptTotal.SetTextContent("Kept on this machine, " + megabytes(total) + ": these load at once, and without a network.")
	p.keepFocus(u.purge, func() { setHidden(u.storage, len(kept.Models) == 0) })
}

// keptName is what the page calls a kept file; one of another site's has only the name it was kept under.
func (p *page) keptName(m proto.KeptModel) string {
	for _, e := range p.models {
		if e.ref.SHA256 == m.SHA256 {
			return e.Name
		}
		if c := e.ref.Classifier; c != nil && c.SHA256 == m.SHA256 {
			return e.Name + ", classifier"
		}
	}
	return m.ID
}
