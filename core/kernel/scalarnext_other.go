//go:build !amd64 || !goexperiment.simd || purego

package kernel

// scalarNext does nothing: other processors do not mind.
func scalarNext() {}
