//go:build js && wasm

package page

import (
	"strings"
	"syscall/js"

	"tintype/wasm/proto"
)

// cancelGrace is how long, in milliseconds, a cancelled request may take to
// end by itself before its worker is terminated.
const cancelGrace = 1000

// pingEvery is the time, in milliseconds, between looks at a busy worker.
const pingEvery = 10_000

// A client speaks with one worker at a time. It sees to it that every request
// is answered exactly once, by the worker or, when that is gone, by itself;
// the next request then goes to a new worker.
type client struct {
	start   func() js.Value // returns a new Worker with the module on its way
	worker  js.Value        // undefined when there is none
	lastID  int
	pending map[int]func(proto.Message)
	hooks   []js.Func // of the present worker
	unheard int       // pings since the worker last said anything
}

func newClient(start func() js.Value) *client {
	return &client{start: start, pending: make(map[int]func(proto.Message))}
}

// ping makes sure that a worker which owes an answer is still there. A cancel
// of nothing is answered at once, even in the middle of a picture, so silence
// is an endless loop or a worker that never came up: it is replaced. One quiet
// round is forgiven, since a tab that was frozen wakes up like that.
func (c *client) ping() {
	if len(c.pending) == 0 || c.worker.IsUndefined() {
		c.unheard = 0
		return
	}
	if c.unheard++; c.unheard > 2 {
		c.replace(crashed("it did not answer for half a minute"))
		return
	}
	c.lastID++
	c.post(c.lastID, proto.Cancel{Target: 0})
}

// request posts a message; handle gets its events and, last, its answer.
func (c *client) request(m proto.Message, handle func(proto.Message)) int {
	if c.worker.IsUndefined() {
		c.connect()
	}
	c.lastID++
	c.pending[c.lastID] = handle
	c.post(c.lastID, m)
	return c.lastID
}

func (c *client) post(id int, m proto.Message) {
	v, transfer := proto.Encode(id, m)
	c.worker.Call("postMessage", v, transfer)
}

// cancel asks for a request to be given up, and gives up its worker when that
// does not answer.
func (c *client) cancel(target int) {
	if c.pending[target] == nil {
		return
	}
	c.request(proto.Cancel{Target: target}, func(proto.Message) {})
	var late js.Func
	late = js.FuncOf(func(js.Value, []js.Value) any {
		late.Release()
		if c.pending[target] != nil {
			c.replace(&proto.Error{
				Type: proto.ErrCancelled, Text: "Cancelled; the worker did not answer and was replaced.",
				Remedy: "Press Generate to start again.",
			})
		}
		return nil
	})
	js.Global().Call("setTimeout", late, cancelGrace)
}

// connect starts a worker and listens to all the ways in which it can speak
// or end.
func (c *client) connect() {
	c.worker = c.start()
	c.hook("onmessage", func(e js.Value) { c.receive(e.Get("data")) })
	c.hook("onmessageerror", func(js.Value) { c.replace(crashed("a message could not be read")) })
	c.hook("onerror", func(e js.Value) {
		text := "its script could not be loaded"
		if m := e.Get("message"); m.Type() == js.TypeString && m.String() != "" {
			text = m.String()
		}
		c.replace(crashed(text))
	})
}

func (c *client) hook(event string, f func(js.Value)) {
	hook := js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(args[0])
		return nil
	})
	c.hooks = append(c.hooks, hook)
	c.worker.Set(event, hook)
}

func (c *client) receive(data js.Value) {
	c.unheard = 0
	if data.Type() == js.TypeObject && data.Get("kind").Equal(js.ValueOf("exit")) {
		c.replace(crashed(data.Get("text").String()))
		return
	}
	id, m, err := proto.Decode(data)
	if err != nil {
		c.replace(crashed("it speaks another version: " + err.Error()))
		return
	}
	handle := c.pending[id]
	if handle == nil {
		return // Ready, or the answer to a ping
	}
	if _, last := m.(proto.Answer); last {
		delete(c.pending, id)
	}
	handle(m)
}

// replace gives the worker up and answers everything that was asked of it.
func (c *client) replace(e *proto.Error) {
	c.end()
	orphans := c.pending
	c.pending = make(map[int]func(proto.Message))
	for _, handle := range orphans {
		handle(e)
	}
}

// end terminates the worker.
func (c *client) end() {
	if c.worker.IsUndefined() {
		return
	}
	for _, event := range []string{"onmessage", "onmessageerror", "onerror"} {
		c.worker.Set(event, nil)
	}
	c.worker.Call("terminate")
	for _, h := range c.hooks {
		h.Release()
	}
	c.worker, c.hooks, c.unheard = js.Undefined(), nil, 0
}

// crashed says why a worker ended, as far as its last words tell.
func crashed(words string) *proto.Error {
	if strings.Contains(words, "out of memory") || strings.Contains(words, "Out of memory") {
		return &proto.Error{
			Type: proto.ErrMemory, Text: "The browser gave the worker no more memory.",
			Remedy: "Close other tabs or choose a smaller model, then try again.",
		}
	}
	first, _, _ := strings.Cut(words, "\n")
	if first == "" {
		first = "no reason was given"
	}
	return &proto.Error{
		Type: proto.ErrCrashed, Text: "The worker stopped: " + first + ".",
		Remedy: "A new one is ready; try again.",
	}
}
