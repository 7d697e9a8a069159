//go:build js

package dom

import "syscall/js"

// A Node is a part of the document tree.
type Node interface {
	EventTarget
	// Underlying is the JavaScript object itself.
	Underlying() js.Value
	AppendChild(Node)
	SetTextContent(string)
	TextContent() string
}

// BasicNode implements Node and is embedded by every element type.
type BasicNode struct{ js.Value }

func (n *BasicNode) AddEventListener(typ string, useCapture bool, listener func(Event)) js.Func {
	return target{n.Value}.AddEventListener(typ, useCapture, listener)
}

func (n *BasicNode) Underlying() js.Value       { return n.Value }
func (n *BasicNode) AppendChild(child Node)     { n.Call("appendChild", child.Underlying()) }
func (n *BasicNode) SetTextContent(text string) { n.Set("textContent", text) }

// TextContent is the text of the node and all below it, "" if it has none.
func (n *BasicNode) TextContent() string {
	if text := n.Get("textContent"); text.Type() == js.TypeString {
		return text.String()
	}
	return ""
}

// An Element is a node with attributes.
type Element interface {
	Node
	Matches(selector string) bool
	RemoveAttribute(name string)
	SetAttribute(name string, value string)
}

// BasicElement implements Element.
type BasicElement struct{ *BasicNode }

func (e *BasicElement) Matches(selector string) bool { return e.Call("matches", selector).Bool() }
func (e *BasicElement) RemoveAttribute(name string)  { e.Call("removeAttribute", name) }
func (e *BasicElement) SetAttribute(name string, value string) {
	e.Call("setAttribute", name, value)
}

// CSSStyleDeclaration is an element's own style.
type CSSStyleDeclaration struct{ js.Value }

// SetProperty sets one property; priority is "" or "important". A strict
// Content-Security-Policy allows it, unlike a style attribute in markup.
func (css *CSSStyleDeclaration) SetProperty(name, value, priority string) {
	css.Call("setProperty", name, value, priority)
}
