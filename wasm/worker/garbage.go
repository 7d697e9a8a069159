//go:build js && wasm

package worker

// smallFile is the length up to which a model's file may be held whole: as long as a keeper's part, which is held just so.
const smallFile = 8 << 20

// drawingGCPercent fits pictures: their garbage is small beside the weights, and collecting at a quarter more than what
// is alive instead of twice that keeps the memory near the weights.
const drawingGCPercent = 25

// LoadingGCPercent is what debug.SetGCPercent is told while a model's file of so many bytes is loaded. What is alive grows
// all the while then, and what a small file leaves behind, 3 MB, is less than a first picture can wait for.
func LoadingGCPercent(bytes int64) int {
	if bytes <= smallFile {
		return -1
	}
	return drawingGCPercent
}
