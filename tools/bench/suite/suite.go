// Package suite holds the measurements of tools/bench. They are pure Go, so
// that the same code runs natively and, compiled to WebAssembly, in a browser.
package suite

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// Printer takes one line of results.
type Printer func(line string)

func (p Printer) linef(format string, args ...any) { p(fmt.Sprintf(format, args...)) }

// Target prints one of the goals that the project sets itself, by its number in ENGINE's list "What the engine must
// reach", and whether this run met it.
func (p Printer) Target(number int, met bool, format string, args ...any) {
	word := "met"
	if !met {
		word = "MISSED"
	}
	p.linef("target %d %s: %s", number, word, fmt.Sprintf(format, args...))
}

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
		times[i] = mean(f, round)
	}
	slices.Sort(times)
	return times[rounds/2]
}

// mean is the time of one call of f, called over and over for a while.
func mean(f func(), while time.Duration) time.Duration {
	start, calls := time.Now(), 0
	for time.Since(start) < while {
		f()
		calls++
	}
	return time.Since(start) / time.Duration(calls)
}

// together is the shortest mean time of a call of each function, which take turns: what a ratio is made of must not
// hang on when each half of it was measured.
func together(calls ...func()) []time.Duration {
	const turns, turn = 10, 40 * time.Millisecond
	best := make([]time.Duration, len(calls))
	for range turns {
		for i, f := range calls {
			if took := mean(f, turn); best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	return best
}

// allocations is how many objects a call of f allocates, and their bytes: the least of several turns, since the runtime
// allocates for itself now and then. The first call is not counted.
func allocations(f func()) (objects, bytes float64) {
	const turns, calls = 3, 5
	var before, after runtime.MemStats
	f()
	objects = math.Inf(1)
	for range turns {
		runtime.ReadMemStats(&before)
		for range calls {
			f()
		}
		runtime.ReadMemStats(&after)
		if n := float64(after.Mallocs-before.Mallocs) / calls; n < objects {
			objects, bytes = n, float64(after.TotalAlloc-before.TotalAlloc)/calls
		}
	}
	return objects, bytes
}

// ramp fills x with small numbers of both signs, the same in every run: equal
// work for every build, and no denormals.
func ramp(x []float32) []float32 {
	for i := range x {
		x[i] = float32(i%17-8) / 16
	}
	return x
}
