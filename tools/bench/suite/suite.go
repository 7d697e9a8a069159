// Package suite holds the measurements of tools/bench. They are pure Go, so
// that the same code runs natively and, compiled to WebAssembly, in a browser.
package suite

import (
	"fmt"
	"slices"
	"time"
)

// Printer takes one line of results.
type Printer func(line string)

func (p Printer) linef(format string, args ...any) { p(fmt.Sprintf(format, args...)) }

const (
	rounds = 5                      // odd, so that the median is a round
	round  = 150 * time.Millisecond // long against a browser's 0.1 ms clock
)

// perCall is the median over rounds of the mean time of one call of f, which
// is called once beforehand to warm caches and tiering compilers.
func perCall(f func()) time.Duration {
	f()
	times := make([]time.Duration, rounds)
	for i := range times {
		start, calls := time.Now(), 0
		for time.Since(start) < round {
			f()
			calls++
		}
		times[i] = time.Since(start) / time.Duration(calls)
	}
	slices.Sort(times)
	return times[rounds/2]
}

// ramp fills x with small numbers of both signs, the same in every run: equal
// work for every build, and no denormals.
func ramp(x []float32) []float32 {
	for i := range x {
		x[i] = float32(i%17-8) / 16
	}
	return x
}
