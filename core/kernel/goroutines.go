//go:build !wasm

package kernel

import (
	"sync"
	"sync/atomic"

	"tintype/core/limits"
)

// Goroutines is a team of goroutines that live as long as it does, so that a
// job starts nothing and allocates nothing.
type Goroutines struct {
	size int
	wake chan struct{} // one token for each goroutine that a job could use
	left atomic.Int32  // parts that nobody has taken
	open sync.WaitGroup
}

// NewGoroutines starts a team of n threads, n-1 goroutines and the caller.
func NewGoroutines(n int) *Goroutines {
	g := &Goroutines{size: max(1, min(n, limits.Threads))}
	g.wake = make(chan struct{}, g.size)
	for range g.size - 1 {
		go func() {
			for range g.wake {
				g.help()
			}
		}()
	}
	return g
}

// Size is a Team's.
func (g *Goroutines) Size() int { return g.size }

// Run is a Team's.
func (g *Goroutines) Run(parts int) {
	g.open.Add(parts)
	g.left.Store(int32(parts))
	for range min(parts, g.size) - 1 {
		select {
		case g.wake <- struct{}{}:
		default: // tokens of earlier jobs wake as many
		}
	}
	g.help()
	g.open.Wait()
}

// help does parts until none is left. One who comes late finds none, or those
// of the next job, which are as good.
func (g *Goroutines) help() {
	for {
		i := g.left.Add(-1)
		if i < 0 {
			return
		}
		Part(int(i))
		g.open.Done()
	}
}

// Close ends the goroutines. The team must not be in use.
func (g *Goroutines) Close() { close(g.wake) }
