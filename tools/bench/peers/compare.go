//go:build !js

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"tintype/internal/golden"
)

const (
	warmUp = time.Second // of each engine: a browser compiles in two tiers
	rounds = 9
	turn   = 400 * time.Millisecond // of each engine in a round, at least one pass
	pause  = 50 * time.Millisecond  // between turns: threads of the one before stop spinning
)

// engine runs passes of one graph.
type engine interface {
	// Run runs passes for a while, at least one, and returns each one's ms.
	Run(while time.Duration) ([]float64, error)
	// Output is the last pass's result [1,H,W,C].
	Output() ([]float32, error)
}

// compare has two engines take turns on a graph and prints the lines of the
// measurement.
func compare(out io.Writer, graph, where string, threads int, ours, peer engine) error {
	pair := [2]engine{ours, peer}
	var times [2][]float64
	for round := range rounds + 1 {
		for i, e := range pair {
			while := turn
			if round == 0 {
				while = warmUp
			}
			took, err := e.Run(while)
			if err != nil {
				return fmt.Errorf("%s %s with %d threads: %s: %w", graph, where, threads, [2]string{"ours", "peer"}[i], err)
			}
			if round > 0 {
				times[i] = append(times[i], took...)
			}
			time.Sleep(pause)
		}
	}
	have, err := ours.Output()
	want, errPeer := peer.Output()
	if err := errors.Join(err, errPeer); err != nil {
		return err
	}
	if len(have) != len(want) {
		return fmt.Errorf("%s %s: our output has %d values, the peer's %d", graph, where, len(have), len(want))
	}
	apart := golden.Compare(have, want)
	our, theirs := median(times[0]), median(times[1])
	fmt.Fprintf(out, "outputs %s %s %d %v\n", graph, where, threads, apart)
	fmt.Fprintf(out, "passes %s %s %d ours %s, peer %s\n", graph, where, threads, spread(times[0]), spread(times[1]))
	if !apart.Pass() {
		return fmt.Errorf("%s %s with %d threads: the outputs are not equal to %.0e: %v", graph, where, threads, golden.Limit, apart)
	}
	fmt.Fprintf(out, "ratio %s %s %d %.2f %.2f %.2f\n", graph, where, threads, our, theirs, theirs/our)
	return nil
}

func median(times []float64) float64 {
	slices.Sort(times)
	n := len(times)
	return (times[(n-1)/2] + times[n/2]) / 2
}

// spread tells how quiet the machine was.
func spread(times []float64) string {
	return fmt.Sprintf("%d of %.2f to %.2f ms", len(times), slices.Min(times), slices.Max(times))
}

// planar is pixels [H*W,C] as torch lays them out, [C,H*W].
func planar(x []float32, channels int) []float32 { return swapped(x, channels) }

// interleaved undoes planar.
func interleaved(x []float32, channels int) []float32 { return swapped(x, len(x)/channels) }

// swapped is x [rows, columns] as [columns, rows].
func swapped(x []float32, columns int) []float32 {
	y := make([]float32, len(x))
	rows := len(x) / columns
	for i := range rows {
		for j := range columns {
			y[j*rows+i] = x[i*columns+j]
		}
	}
	return y
}
