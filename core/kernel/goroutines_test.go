//go:build !wasm

package kernel

import (
	"sync"
	"testing"
)

// TestGoroutinesSameBits runs every job on real threads.
func TestGoroutinesSameBits(t *testing.T) {
	defer SetTeam(nil)
	all := bulk()
	want := make(map[string][]float32)
	for name, f := range all {
		want[name] = append([]float32(nil), f()...)
	}
	for size := 1; size <= 4; size++ {
		g := NewGoroutines(size)
		SetTeam(g)
		for name, f := range all {
			for range 3 {
				sameFloats(t, name, size, want[name], f())
			}
		}
		if n := testing.AllocsPerRun(10, func() { all["Gemm"](); all["Add"]() }); n != 0 {
			t.Errorf("%d goroutines: %v allocations in two jobs", size, n)
		}
		SetTeam(nil)
		g.Close()
	}
}

// TestTeamTaken has several goroutines call kernels at once: one has the team,
// the others work alone.
func TestTeamTaken(t *testing.T) {
	g := NewGoroutines(3)
	defer g.Close()
	defer SetTeam(nil)
	SetTeam(g)
	const n = 1 << 17
	var all sync.WaitGroup
	for k := range 4 {
		all.Go(func() {
			x, dst := make([]float32, n), make([]float32, n)
			for i := range x {
				x[i] = float32(i + k)
			}
			for range 50 {
				Scale(dst, x, 2)
				for i, v := range dst {
					if v != 2*x[i] {
						t.Errorf("element %d is %v, want %v", i, v, 2*x[i])
						return
					}
				}
			}
		})
	}
	all.Wait()
}
