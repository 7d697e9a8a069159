//go:build goexperiment.simd && !purego

package kernel

import (
	"simd"
	"unsafe"
)

// The portable simd package loads from slices only, and slicing costs more
// than the arithmetic on wasm: an addition took 5 times as long. A slice of an
// array whose length the compiler knows costs nothing, so load and store claim
// maxLanes floats, of which a vector touches only its own. The caller has
// checked that those lie within its slice; checkptr, which looks at the claim,
// is told to pass.

// maxLanes is the largest number of float32 lanes that Go 1.27 knows.
const maxLanes = 16

// load reads the vector at p[i].
//
//go:nocheckptr
func load(p unsafe.Pointer, i int) simd.Float32s {
	return simd.LoadFloat32s((*[maxLanes]float32)(unsafe.Add(p, 4*i))[:])
}

// store writes v to p[i].
//
//go:nocheckptr
func store(p unsafe.Pointer, i int, v simd.Float32s) {
	v.Store((*[maxLanes]float32)(unsafe.Add(p, 4*i))[:])
}

// lanes returns the vector length.
func lanes() int {
	var v simd.Float32s
	return v.Len()
}

// base returns the address of x[0], without looking at the length.
func base(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
