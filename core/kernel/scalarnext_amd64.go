//go:build goexperiment.simd && !purego

package kernel

import "simd/archsimd"

// scalarNext tells the processor that no vector is needed any more: Intel's slow down
// scalar code that follows long vectors, whose upper halves it must keep (Intel 64 and
// IA-32 Architectures Optimization Reference Manual, 15.3). Softmax, which goes back
// and forth in every row, takes half the time with it.
func scalarNext() {
	if hasAVX {
		archsimd.ClearAVXUpperBits()
	}
}

var hasAVX = archsimd.X86.AVX()
