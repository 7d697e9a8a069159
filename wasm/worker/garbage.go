//go:build js && wasm

package worker

import (
	"math"
	"runtime/debug"
)

// smallFile is the length up to which a model's file may be held whole: as long as a keeper's part, which is held just so.
const smallFile = 8 << 20

// drawingGCPercent fits pictures: their garbage is small beside the weights, and collecting at a quarter more than what
// is alive instead of twice that keeps the memory near the weights.
const drawingGCPercent = 25

// A small model is loaded, and the first picture after it drawn, without a collection: what is alive grows all the while,
// and the 3 MB that are left behind are less than a first picture can wait for. Garbage is bounded all the same: packed
// weights take packedPerByte times the file's bytes at most (36 float32 for nine float16), and when the memory is
// looseBytes beyond that it is collected.
const (
	packedPerByte = 8
	looseBytes    = 32 << 20
)

// CollectForLoading says when garbage is collected from the load of a file of so many bytes to the first picture.
func CollectForLoading(bytes int64) {
	if bytes > smallFile {
		collectForDrawing()
		return
	}
	debug.SetMemoryLimit(packedPerByte*bytes + looseBytes)
	debug.SetGCPercent(-1)
}

// collectForDrawing says when garbage is collected from the first picture on.
func collectForDrawing() {
	debug.SetGCPercent(drawingGCPercent)
	debug.SetMemoryLimit(math.MaxInt64)
}
