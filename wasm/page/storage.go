//go:build js && wasm

package page

import (
	"strings"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// askKept asks the worker what models need not be downloaded again.
func (p *page) askKept() { p.workers.first.request(proto.Cached{}, p.showKept) }

// forget gives a kept model's storage back, or with "" that of all.
func (p *page) forget(hash string) { p.workers.first.request(proto.Purge{SHA256: hash}, p.showKept) }

// showKept lists the kept models with their sizes and a way to be rid of them,
// and says what the browser's storage has refused.
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
	p.refused = kept.Refused
	if js.Global().Get("tintype").Get("models").Truthy() {
		p.refused = proto.RefusedNothing // they are part of the page
	}
	words := ""
	if len(kept.Models) > 0 {
		words = "Kept on this machine, " + megabytes(total) + ": these load at once, and without a network."
	}
	u.keptTotal.SetTextContent(strings.TrimSpace(words + " " + refusals[p.refused]))
	p.keepFocus(u.purge, func() {
		setHidden(u.storage, u.keptTotal.TextContent() == "")
		setHidden(u.purge, len(kept.Models) == 0)
	})
	p.showCost()
}

// refusals say what is to be done about what storage has refused.
var refusals = map[proto.Refusal]string{
	proto.RefusedAll: "This browser lets the page keep nothing here: each visit may download its models again. " +
		"Allowing storage for this site, or opening it in a window of its own, helps.",
	proto.RefusedRoom: "There was no room to keep the last model: the next visit downloads it again. Forgetting others, or freeing disk space, helps.",
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
