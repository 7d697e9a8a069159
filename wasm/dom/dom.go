//go:build js

// Package dom stands in for honnef.co/go/js/dom/v2 at the version that the
// root go.mod requires: the same import path, names and signatures for exactly
// the subset that wasm/page uses, with bodies of our own. Some module proxies
// cannot serve the real one's vanity path. Deleting the replace line in go.mod
// gives the real package and needs no other change than go mod tidy, so
// nothing may be added here that the real one lacks.
package dom

import "syscall/js"

// A Window is the browser's window.
type Window interface {
	EventTarget
	Document() Document
}

type window struct{ target }

// GetWindow returns the window of this global scope.
func GetWindow() Window { return &window{target{js.Global()}} }

func (w *window) Document() Document {
	return &document{&BasicNode{w.Value.Get("document")}}
}

// A Document finds and makes elements.
type Document interface {
	Node
	CreateElement(name string) Element
	GetElementByID(id string) Element
}

type document struct{ *BasicNode }

func (d document) CreateElement(name string) Element {
	return wrap(d.Call("createElement", name))
}

func (d document) GetElementByID(id string) Element {
	return wrap(d.Call("getElementById", id))
}

// wrap gives an element the Go type of its class, nil for JavaScript's null.
// A class without a type of its own is a plain HTML element.
func wrap(v js.Value) Element {
	if v.IsNull() || v.IsUndefined() {
		return nil
	}
	e := &BasicHTMLElement{&BasicElement{&BasicNode{v}}}
	switch v.Get("constructor").Get("name").String() {
	case "HTMLAnchorElement":
		return &HTMLAnchorElement{e, &URLUtils{v}}
	case "HTMLButtonElement":
		return &HTMLButtonElement{e}
	case "HTMLCanvasElement":
		return &HTMLCanvasElement{e}
	case "HTMLFieldSetElement":
		return &HTMLFieldSetElement{e}
	case "HTMLInputElement":
		return &HTMLInputElement{e}
	case "HTMLOptionElement":
		return &HTMLOptionElement{e}
	case "HTMLProgressElement":
		return &HTMLProgressElement{e}
	case "HTMLSelectElement":
		return &HTMLSelectElement{e}
	}
	return e
}
