//go:build js && wasm

// The browser's program. A page and its worker run this same binary, which is
// compiled once and handed over as a WebAssembly.Module; the global scope
// tells which of the two roles this instance has.
package main

import (
	"syscall/js"

	"tintype/wasm/page"
	"tintype/wasm/worker"
)

func main() {
	if js.Global().Get("document").Type() == js.TypeObject {
		page.Main()
	} else {
		worker.Main()
	}
	select {} // the callbacks live as long as the global scope
}
