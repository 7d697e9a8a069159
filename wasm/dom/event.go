//go:build js

package dom

import "syscall/js"

// An EventTarget can be listened to.
type EventTarget interface {
	// AddEventListener returns the function that was registered; it lives
	// until its Release.
	AddEventListener(typ string, useCapture bool, listener func(Event)) js.Func
}

// An Event is what a listener is called with.
type Event interface {
	PreventDefault()
	// Underlying is the JavaScript object itself.
	Underlying() js.Value
}

// BasicEvent implements Event.
type BasicEvent struct{ js.Value }

// PreventDefault keeps the browser from doing what it would do itself.
func (ev *BasicEvent) PreventDefault() { ev.Call("preventDefault") }

// Underlying is the JavaScript object itself.
func (ev *BasicEvent) Underlying() js.Value { return ev.Value }

// target implements EventTarget for windows and nodes alike.
type target struct{ js.Value }

func (t target) AddEventListener(typ string, useCapture bool, listener func(Event)) js.Func {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		listener(&BasicEvent{args[0]})
		return nil
	})
	t.Call("addEventListener", typ, f, useCapture)
	return f
}
