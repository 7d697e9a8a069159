//go:build js && wasm

package page

import (
	"errors"
	"syscall/js"
)

// inflate unfolds a zlib stream with the browser's own decoder: at most so many bytes, however many it holds. It blocks
// its goroutine; events are handled meanwhile.
func inflate(stream []byte, most int) ([]byte, error) {
	a := js.Global().Get("Uint8Array").New(len(stream))
	js.CopyBytesToJS(a, stream)
	reader := js.Global().Get("Response").New(a).Get("body").
		Call("pipeThrough", js.Global().Get("DecompressionStream").New("deflate")).Call("getReader")
	for out := []byte(nil); ; {
		r, err := wait(reader.Call("read"))
		if err != nil || r.Get("done").Bool() {
			return out, err
		}
		chunk := r.Get("value")
		at, n := len(out), chunk.Length()
		if at+n > most {
			settled(reader.Call("cancel"), func(js.Value) {}, func(js.Value) {})
			return nil, errors.New("a text that is too long")
		}
		out = append(out, make([]byte, n)...)
		js.CopyBytesToGo(out[at:], chunk)
	}
}

// wait blocks its goroutine until a promise is settled. It must not be called on the event loop's own stack.
func wait(promise js.Value) (js.Value, error) {
	kept, failed := make(chan js.Value, 1), make(chan js.Value, 1)
	settled(promise, func(v js.Value) { kept <- v }, func(v js.Value) { failed <- v })
	select {
	case v := <-kept:
		return v, nil
	case reason := <-failed:
		return js.Undefined(), errors.New(reason.Call("toString").String())
	}
}
