//go:build js && wasm

package page

import (
	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// askKept asks the worker what models need not be downloaded again.
func (p *page) askKept() { p.client.request(proto.Cached{}, p.showKept) }

// forget gives a kept model's storage back, or with "" that of all.
func (p *page) forget(hash string) { p.client.request(proto.Purge{SHA256: hash}, p.showKept) }

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
		row := text(u.doc, u.kept, "li", "", m.ID+" · "+megabytes(m.Bytes))
		button := create[*dom.HTMLButtonElement](u.doc, "button", "plain small")
		button.SetType("button")
		button.SetTextContent("Forget")
		button.SetAttribute("aria-label", "Forget "+m.ID)
		on(button, "click", func(dom.Event) {
			p.forget(m.SHA256)
			u.purge.Focus()
		})
		row.AppendChild(button)
	}
	u.keptTotal.SetTextContent(megabytes(total) + " kept on this machine, so that they load at once and without a network.")
	p.keepFocus(u.purge, func() { setHidden(u.storage, len(kept.Models) == 0) })
}
