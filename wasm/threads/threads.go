//go:build js && wasm && threads

// Package threads puts the kernels to work on several Web Workers at once. It
// is the Go side of site/threads.js; the program must have passed tools/link.
// Where there are no helpers, the script says so and the rest is never called.
//
// A helper is a second instance of this program over the same memory. It never
// runs Go's scheduler: it only calls kernel.Part, on a stack that is cut from
// the slice below and with that stack's first bytes as its g.
package threads

import (
	"unsafe"

	"tintype/core/kernel"
	"tintype/core/limits"
)

// stackBytes is what one helper gets: parts of kernels need less than 4 KiB.
const stackBytes = 64 << 10

var stacks []uint64 // of all helpers; objects of Go's heap never move

// count returns the size of the team; the script fails if that is above limit.
//
//go:wasmimport threads count
func count(limit int32) int32

//go:wasmimport threads start
func start(stacks unsafe.Pointer, stackBytes, parts int32)

// next returns a part that nobody has taken, and when there is none waits for
// the others to finish theirs and returns -1. The part that it gave before
// counts as done.
//
//go:wasmimport threads next
func next() int32

// Use gives the kernels the team that the worker's script has started, and
// returns its size.
func Use() int {
	n := int(count(limits.Threads))
	if n > 1 {
		stacks = make([]uint64, (n-1)*stackBytes/8)
		kernel.SetTeam(team{n})
	}
	return n
}

type team struct{ size int }

func (t team) Size() int { return t.size }

func (team) Run(parts int) {
	start(unsafe.Pointer(unsafe.SliceData(stacks)), stackBytes, int32(parts))
	for {
		i := next()
		if i < 0 {
			return
		}
		kernel.Part(int(i))
	}
}
