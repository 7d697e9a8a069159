//go:build !js

package main

import (
	"fmt"
	"io"
	"math"

	"tintype/core/solver"
	"tintype/core/tape"
	"tintype/internal/oracle"
)

// orders prints how fast every solver converges on data whose denoiser is
// known: the deterministic ones on the exact probability flow of a mixture,
// the others in distribution on a Gaussian, where mean and variance of the
// result follow from the tape without a single draw. Nothing is timed.
func orders(w io.Writer) error {
	fmt.Fprintln(w, "deterministic: error after 16 steps, order from 128 steps to 256")
	fmt.Fprintln(w, oracle.Header)
	o := oracle.NewOrders()
	for _, s := range oracle.Deterministic() {
		row, err := o.Row(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		fmt.Fprintln(w, row)
	}
	fmt.Fprintln(w, "\nadaptive: error and evaluations at rtol 1e-1, 1e-2, 1e-3 and 1e-4, atol a tenth of it")
	for _, k := range []solver.Kind{solver.KindDPMAdaptive, solver.KindRK45} {
		fmt.Fprintf(w, "%-24s", k)
		for _, tolerance := range []float64{1e-1, 1e-2, 1e-3, 1e-4} {
			off, evals, err := o.Adaptive(k, tolerance)
			if err != nil {
				return fmt.Errorf("%v: %w", k, err)
			}
			fmt.Fprintf(w, "  %.1e in %3d", off, evals)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "\nstochastic, default settings: error of mean and variance after 16 and 128 steps, weak order from 64 steps to 128")
	fmt.Fprintln(w, "(lcm, scm, cm and flow-stochastic are for distilled networks: from an exact denoiser they converge to nothing)")
	for _, info := range solver.Solvers() {
		if !info.Stochastic || info.Needs != solver.NeedsNothing {
			continue
		}
		var errs [3]float64
		for i, n := range []int{16, 64, 128} {
			program, err := info.Kind.Compile(solver.Options{}, oracle.VP{}, oracle.Uniform(-2.3, 2.3, n))
			if err != nil {
				return fmt.Errorf("%s: %w", info.Name, err)
			}
			compiled, ok := program.(*tape.Tape)
			if !ok || !affine(compiled) {
				errs[i] = math.NaN()
				continue
			}
			errs[i] = oracle.Gaussian{Mean: 0.4, Var: 0.25}.WeakError(compiled)
		}
		if math.IsNaN(errs[0]) {
			fmt.Fprintf(w, "%-24s  not affine in its noise\n", info.Name)
			continue
		}
		fmt.Fprintf(w, "%-24s  %.2e  %.2e  %5.2f\n", info.Name, errs[0], errs[2], math.Log2(errs[1]/errs[2]))
	}
	return nil
}

// affine reports a tape whose result is an affine combination of its noises.
func affine(t *tape.Tape) bool {
	for i := range t.Ops {
		switch t.Ops[i].Kind {
		case tape.OpEval, tape.OpLin, tape.OpNoise, tape.OpUnconditional, tape.OpArrive:
		default:
			return false
		}
	}
	return true
}
