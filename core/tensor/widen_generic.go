//go:build !wasm || !goexperiment.simd || purego

package tensor

func widenF16(dst []float32, raw []byte) { widenF16Generic(dst, raw) }
