//go:build js

// Command inpage is this project's engine as tools/bench/peers runs it in a
// browser's worker: it builds the graph that its argument names and then
// answers the bench's orders, by page/ours.js.
package main

import (
	"os"
	"syscall/js"
	"time"

	"tintype/tools/bench/suite"
	"tintype/wasm/threads"
)

func main() {
	engine := js.Global().Get("engine")
	ready := func(err error) {
		text := ""
		if err != nil {
			text = err.Error()
		}
		engine.Call("ready", text)
	}
	threads.Use()
	g, err := suite.FindGraph(os.Args[len(os.Args)-1])
	if err != nil {
		ready(err)
		return
	}
	built, err := g.Build()
	if err != nil {
		ready(err)
		return
	}
	passes, err := built.Passes(nil)
	if err != nil {
		ready(err)
		return
	}
	engine.Set("answer", js.FuncOf(func(_ js.Value, args []js.Value) any { return answer(built, passes, args[0]) }))
	ready(nil)
	select {} // the page's messages keep the program busy
}

// answer does an order; its fields are those of the bench's order and reply.
func answer(g *suite.Engine, passes *suite.Passes, order js.Value) map[string]any {
	switch {
	case order.Get("output").Truthy():
		return map[string]any{"output": list(passes.Output())}
	case order.Get("profile").Truthy():
		var lines []string
		if err := g.Profile(func(line string) { lines = append(lines, line) }); err != nil {
			return map[string]any{"error": err.Error()}
		}
		return map[string]any{"lines": list(lines)}
	}
	times, err := passes.Run(time.Duration(order.Get("run").Int()) * time.Millisecond)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"times": list(times)}
}

// list is values as js.ValueOf takes them.
func list[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
