//go:build js && wasm

// The program of the tests: it runs kernels on the team that the script has
// started and prints a hash of each result.
package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"tintype/core/kernel"
	"tintype/wasm/threads"
)

func main() {
	fmt.Println("threads", threads.Use())
	const n = 256
	a, b, dst := floats(n*n, 1), floats(n*n, 2), make([]float32, n*n)
	packed := make([]float32, kernel.PackedLen(n, n))
	kernel.Pack(packed, b, n, n, n)
	for range 20 {
		kernel.Gemm(dst, n, a, n, packed, n, n, n, false)
	}
	best := time.Hour
	for range 5 {
		begun := time.Now()
		for range 20 {
			kernel.Gemm(dst, n, a, n, packed, n, n, n, false)
		}
		best = min(best, time.Since(begun))
	}
	fmt.Printf("gemm %s\n", hash(dst))
	fmt.Printf("time %.3f ms, %.1f GFLOP/s\n", best.Seconds()*1e3/20, 20*2*n*n*n/best.Seconds()/1e9)
	sum := make([]float32, 1<<18)
	for range 50 {
		kernel.SiLU(sum, floats(len(sum), 3)) // new memory, and collections, between jobs
	}
	fmt.Printf("silu %s\n", hash(sum))
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
