//go:build js

package dom

import (
	"syscall/js"
	"testing"
)

// fakeDocument is as much of a document as these bindings touch: elements of
// the right classes that remember what was done to them.
const fakeDocument = `
class HTMLElement {
	constructor(tag) { this.tag = tag; this.attributes = {}; this.children = []; this.listeners = {}; this.style = {
		setProperty: (name, value, priority) => { this.style[name] = value + priority } } }
	setAttribute(name, value) { this.attributes[name] = value }
	removeAttribute(name) { delete this.attributes[name] }
	appendChild(child) { this.children.push(child) }
	matches(selector) { return selector === this.tag }
	focus() { this.focused = true }
	addEventListener(type, f, capture) { this.listeners[type] = { f, capture } }
}
const classes = { a: "Anchor", button: "Button", canvas: "Canvas", fieldset: "FieldSet", input: "Input",
	option: "Option", progress: "Progress", select: "Select" };
const made = {};
for (const tag in classes) made[tag] = { ["HTML" + classes[tag] + "Element"]: class extends HTMLElement {} }["HTML" + classes[tag] + "Element"];
for (const tag in classes) Object.defineProperty(made[tag], "name", { value: "HTML" + classes[tag] + "Element" });
globalThis.document = { byId: {}, createElement: (tag) => new (made[tag] || HTMLElement)(tag), getElementById: (id) => document.byId[id] || null };
`

func newDocument(t *testing.T) Document {
	t.Helper()
	js.Global().Get("Function").New(fakeDocument).Invoke()
	t.Cleanup(func() { js.Global().Delete("document") })
	return GetWindow().Document()
}

func TestElementsHaveTheTypeOfTheirClass(t *testing.T) {
	doc := newDocument(t)
	for tag, is := range map[string]func(Element) bool{
		"a":        func(e Element) bool { _, ok := e.(*HTMLAnchorElement); return ok },
		"button":   func(e Element) bool { _, ok := e.(*HTMLButtonElement); return ok },
		"canvas":   func(e Element) bool { _, ok := e.(*HTMLCanvasElement); return ok },
		"fieldset": func(e Element) bool { _, ok := e.(*HTMLFieldSetElement); return ok },
		"input":    func(e Element) bool { _, ok := e.(*HTMLInputElement); return ok },
		"option":   func(e Element) bool { _, ok := e.(*HTMLOptionElement); return ok },
		"progress": func(e Element) bool { _, ok := e.(*HTMLProgressElement); return ok },
		"select":   func(e Element) bool { _, ok := e.(*HTMLSelectElement); return ok },
		"p":        func(e Element) bool { _, ok := e.(*BasicHTMLElement); return ok },
	} {
		if e := doc.CreateElement(tag); !is(e) {
			t.Errorf("<%s> is a %T", tag, e)
		} else if _, ok := e.(HTMLElement); !ok {
			t.Errorf("<%s> is no HTMLElement", tag)
		}
	}
	if e := doc.GetElementByID("nobody"); e != nil {
		t.Errorf("an element that is not there is %v, want nil", e)
	}
}

func TestProperties(t *testing.T) {
	doc := newDocument(t)
	input := doc.CreateElement("input").(*HTMLInputElement)
	input.SetType("radio")
	input.SetName("model")
	input.SetValue("7")
	input.SetChecked(true)
	input.SetDisabled(true)
	if !input.Checked() || input.Value() != "7" || input.Get("type").String() != "radio" || input.Get("name").String() != "model" ||
		!input.Get("disabled").Bool() {
		t.Error("an input does not keep its properties")
	}
	sel := doc.CreateElement("select").(*HTMLSelectElement)
	sel.SetSelectedIndex(3)
	sel.SetValue("ddim")
	if sel.SelectedIndex() != 3 || sel.Value() != "ddim" {
		t.Error("a select does not keep its properties")
	}
	canvas := doc.CreateElement("canvas").(*HTMLCanvasElement)
	canvas.SetWidth(32)
	canvas.SetHeight(16)
	if canvas.Get("width").Int() != 32 || canvas.Get("height").Int() != 16 {
		t.Error("a canvas does not keep its size")
	}
	link := doc.CreateElement("a").(*HTMLAnchorElement)
	link.SetHref("x.png")
	link.SetTitle("tip")
	link.Style().SetProperty("--columns", "3", "")
	link.Focus()
	u := link.Underlying()
	if u.Get("href").String() != "x.png" || u.Get("title").String() != "tip" || u.Get("style").Get("--columns").String() != "3" ||
		!u.Get("focused").Bool() || !link.Matches("a") || link.Matches("b") {
		t.Error("a link does not keep its properties")
	}
	bar := doc.CreateElement("progress").(*HTMLProgressElement)
	bar.SetMax(4)
	bar.SetValue(1.5)
	if bar.Get("max").Float() != 4 || bar.Get("value").Float() != 1.5 {
		t.Error("a progress bar does not keep its properties")
	}
}

func TestTree(t *testing.T) {
	doc := newDocument(t)
	p, q := doc.CreateElement("p"), doc.CreateElement("p")
	p.AppendChild(q)
	p.SetAttribute("class", "x")
	p.SetAttribute("hidden", "")
	p.RemoveAttribute("hidden")
	p.SetTextContent("text")
	u := p.Underlying()
	if !u.Get("children").Index(0).Equal(q.Underlying()) || u.Get("attributes").Get("class").String() != "x" ||
		!u.Get("attributes").Get("hidden").IsUndefined() || p.TextContent() != "text" {
		t.Error("the tree is not as it was built")
	}
	u.Set("textContent", nil)
	if got := p.TextContent(); got != "" {
		t.Errorf("the text of a node that has none is %q", got)
	}
}

func TestEvents(t *testing.T) {
	doc := newDocument(t)
	form := doc.CreateElement("form")
	heard := 0
	f := form.AddEventListener("submit", true, func(e Event) {
		heard++
		if e.Underlying().Get("type").String() != "submit" {
			t.Error("the event's own object is another")
		}
		e.PreventDefault()
	})
	defer f.Release()
	listener := form.Underlying().Get("listeners").Get("submit")
	event := js.Global().Get("Event").New("submit", map[string]any{"cancelable": true})
	listener.Get("f").Invoke(event)
	if heard != 1 || !event.Get("defaultPrevented").Bool() || !listener.Get("capture").Bool() || !listener.Get("f").Equal(f.Value) {
		t.Error("the listener was not registered as asked")
	}
}
