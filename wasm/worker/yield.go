//go:build js && wasm

package worker

import (
	"syscall/js"
	"time"
)

// slice is how long the worker computes before it lets messages in. With one
// layer's overrun it keeps a cancel well inside 30 ms and costs about 2 %.
const slice = 6 * time.Millisecond

// A yielder hands control to the browser's event loop and back. It posts a
// message to itself: timers are clamped to 4 ms when nested, and neither
// runtime.Gosched nor time.Sleep(0) leaves Go's scheduler at all, so no
// message from the page would ever get in.
type yielder struct {
	post  js.Value // bound postMessage of the port
	woken chan struct{}
	last  time.Time // when the event loop last had its turn
}

func newYielder() *yielder {
	y := &yielder{woken: make(chan struct{}, 1), last: time.Now()}
	channel := js.Global().Get("MessageChannel").New()
	// One callback for the worker's life; never released.
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		y.woken <- struct{}{}
		return nil
	}))
	port := channel.Get("port2")
	y.post = port.Get("postMessage").Call("bind", port)
	return y
}

// due reports whether a slice has passed since the event loop's last turn.
func (y *yielder) due() bool { return time.Since(y.last) >= slice }

// yield lets the event loop run everything that is waiting. Only one
// goroutine may call it.
func (y *yielder) yield() {
	y.post.Invoke(js.Null())
	<-y.woken
	y.last = time.Now()
}
