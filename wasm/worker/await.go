//go:build js && wasm

package worker

import (
	"syscall/js"
	"time"
)

// A rejection is the reason that a promise gave.
type rejection struct {
	name, text string
}

func (r rejection) Error() string { return r.text }

// errStalled is the error of a promise that outlasted its limit.
var errStalled error = rejection{"TimeoutError", "nothing arrived in time"}

// await blocks this goroutine until the promise settles or the limit passes;
// messages are handled meanwhile. It must not be called from a callback.
func await(promise js.Value, limit time.Duration) (js.Value, error) {
	type outcome struct {
		v   js.Value
		err error
	}
	settled := make(chan outcome, 1)
	var onDone, onFail js.Func
	// Whichever of the two runs, also after the limit, releases both.
	release := func() { onDone.Release(); onFail.Release() }
	onDone = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{v: args[0]}
		release()
		return nil
	})
	onFail = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{err: reason(args[0])}
		release()
		return nil
	})
	promise.Call("then", onDone, onFail)

	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case o := <-settled:
		return o.v, o.err
	case <-timer.C:
		return js.Undefined(), errStalled
	}
}

// reason turns whatever was thrown into an error.
func reason(v js.Value) rejection {
	if v.Type() != js.TypeObject {
		return rejection{"", v.String()}
	}
	r := rejection{text: "unknown"}
	if n := v.Get("name"); n.Type() == js.TypeString {
		r.name = n.String()
	}
	if m := v.Get("message"); m.Type() == js.TypeString {
		r.text = m.String()
	}
	return r
}
