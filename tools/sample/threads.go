//go:build !wasm

package main

import (
	"runtime"

	"tintype/core/kernel"
)

// work has the kernels use that many threads, 0 for one a processor, until the
// function that it returns is called.
func work(threads int) (end func()) {
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	team := kernel.NewGoroutines(threads)
	kernel.SetTeam(team)
	return func() {
		kernel.SetTeam(nil)
		team.Close()
	}
}
