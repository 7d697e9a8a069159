//go:build js && wasm

package page

import (
	"errors"
	"syscall/js"
)

// inflate is the picture.Inflate of the browser's own decoder (site/decode.js). It blocks its goroutine; events are
// handled meanwhile.
func inflate(stream []byte, most int) ([]byte, error) { return decoded("inflate", stream, most) }

// decoded has a function of site/decode.js decode bytes.
func decoded(function string, file []byte, args ...any) ([]byte, error) {
	a := js.Global().Get("Uint8Array").New(len(file))
	js.CopyBytesToJS(a, file)
	v, err := wait(js.Global().Get("tintype").Call(function, append([]any{a}, args...)...))
	if err != nil {
		return nil, err
	}
	out := make([]byte, v.Length())
	js.CopyBytesToGo(out, v)
	return out, nil
}

// wait blocks its goroutine until a promise is settled. It must not be called on the event loop's own stack.
func wait(promise js.Value) (v js.Value, err error) {
	over := make(chan struct{})
	settled(promise, func(kept js.Value) {
		v = kept
		close(over)
	}, func(reason js.Value) {
		err = errors.New(reason.Call("toString").String())
		close(over)
	})
	<-over
	return v, err
}
