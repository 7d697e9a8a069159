//go:build js

package dom

import "syscall/js"

// An HTMLElement is an element of an HTML document.
type HTMLElement interface {
	Element
	Focus()
	Style() *CSSStyleDeclaration
	SetTitle(string)
}

// BasicHTMLElement implements HTMLElement and is embedded by the types below.
type BasicHTMLElement struct{ *BasicElement }

func (e *BasicHTMLElement) Focus()              { e.Call("focus") }
func (e *BasicHTMLElement) SetTitle(tip string) { e.Set("title", tip) }
func (e *BasicHTMLElement) Style() *CSSStyleDeclaration {
	return &CSSStyleDeclaration{e.Get("style")}
}

// URLUtils is the address of a link.
type URLUtils struct{ js.Value }

func (u *URLUtils) SetHref(href string) { u.Set("href", href) }

// HTMLAnchorElement is a link.
type HTMLAnchorElement struct {
	*BasicHTMLElement
	*URLUtils
}

// HTMLButtonElement is a button.
type HTMLButtonElement struct{ *BasicHTMLElement }

func (e *HTMLButtonElement) SetDisabled(off bool) { e.Set("disabled", off) }
func (e *HTMLButtonElement) SetType(kind string)  { e.Set("type", kind) }

// HTMLCanvasElement is a canvas.
type HTMLCanvasElement struct{ *BasicHTMLElement }

func (e *HTMLCanvasElement) SetWidth(pixels int)  { e.Set("width", pixels) }
func (e *HTMLCanvasElement) SetHeight(pixels int) { e.Set("height", pixels) }

// HTMLFieldSetElement is a group of controls.
type HTMLFieldSetElement struct{ *BasicHTMLElement }

func (e *HTMLFieldSetElement) SetDisabled(off bool) { e.Set("disabled", off) }

// HTMLInputElement is an input of any type.
type HTMLInputElement struct{ *BasicHTMLElement }

func (e *HTMLInputElement) Checked() bool         { return e.Get("checked").Bool() }
func (e *HTMLInputElement) SetChecked(on bool)    { e.Set("checked", on) }
func (e *HTMLInputElement) SetDisabled(off bool)  { e.Set("disabled", off) }
func (e *HTMLInputElement) SetName(name string)   { e.Set("name", name) }
func (e *HTMLInputElement) SetType(kind string)   { e.Set("type", kind) }
func (e *HTMLInputElement) Value() string         { return e.Get("value").String() }
func (e *HTMLInputElement) SetValue(value string) { e.Set("value", value) }

// HTMLOptionElement is one entry of a drop-down list.
type HTMLOptionElement struct{ *BasicHTMLElement }

func (e *HTMLOptionElement) SetDisabled(off bool)  { e.Set("disabled", off) }
func (e *HTMLOptionElement) SetText(text string)   { e.Set("text", text) }
func (e *HTMLOptionElement) SetValue(value string) { e.Set("value", value) }

// HTMLProgressElement is a progress bar.
type HTMLProgressElement struct{ *BasicHTMLElement }

func (e *HTMLProgressElement) SetMax(end float64)   { e.Set("max", end) }
func (e *HTMLProgressElement) SetValue(now float64) { e.Set("value", now) }

// HTMLSelectElement is a drop-down list.
type HTMLSelectElement struct{ *BasicHTMLElement }

func (e *HTMLSelectElement) SelectedIndex() int     { return e.Get("selectedIndex").Int() }
func (e *HTMLSelectElement) SetSelectedIndex(i int) { e.Set("selectedIndex", i) }
func (e *HTMLSelectElement) Value() string          { return e.Get("value").String() }
func (e *HTMLSelectElement) SetValue(value string)  { e.Set("value", value) }
