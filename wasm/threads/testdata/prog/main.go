//go:build js && wasm

// The program of the tests: it runs kernels on the team that the script has
// started and prints a hash of each result.
package main

import (
	"fmt"
	"hash/fnv"
	"math"

	"tintype/core/kernel"
	"tintype/wasm/threads"
)

func main() {
	fmt.Println("threads", threads.Use())
	const n = 250
	a, b, dst := floats(n*n, 1), floats(n*n, 2), make([]float32, n*n)
	packed := make([]float32, kernel.PackedLen(n, n))
	kernel.Pack(packed, b, n, n, n)
	for range 100 {
		kernel.Gemm(dst, n, a, n, packed, n, n, n, false)
	}
	fmt.Println("gemm", hash(dst))
	var sum []float32
	for i := range 40 {
		// Memory grows and is collected between jobs.
		sum = floats(1<<16+i<<12, 3)
		kernel.SiLU(sum, sum)
	}
	fmt.Println("silu", hash(sum))
	const hw, c = 32 * 32, 96
	x, scratch := floats(hw*c, 4), make([]float32, 2*c+kernel.NormScratch(hw, c))
	kernel.GroupNorm(x, x, a[:c], b[:c], 1, hw, c, 32, 1e-5, scratch)
	kernel.SoftmaxRows(x, x, hw, c, c, 3)
	fmt.Println("rows", hash(x))
}

// floats returns n numbers in (-1, 1) that depend on seed alone.
func floats(n int, seed uint32) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*1664525 + 1013904223
		x[i] = float32(int32(seed)) / (1 << 31)
	}
	return x
}

func hash(x []float32) string {
	h := fnv.New64a()
	for _, v := range x {
		b := math.Float32bits(v)
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
