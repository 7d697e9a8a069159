package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"

	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/model"
)

// densityFlags ask how likely a picture is.
type densityFlags struct {
	picture   string
	tolerance float64
	probes    int
}

func (f *densityFlags) define(flags *flag.FlagSet) {
	flags.StringVar(&f.picture, "likelihood", "", "PNG `file` of the model's size: print how likely the model thinks it, in bits a value, and stop")
	flags.Float64Var(&f.tolerance, "tolerance", 1e-3, "of -likelihood: relative and absolute tolerance `X` of the solver")
	flags.IntVar(&f.probes, "probes", 1, "of -likelihood: random directions `N` that the trace is estimated by")
}

// likelihood prints the density of a picture under the model, and how it was found.
func (r *request) likelihood(m *model.Model, stdout io.Writer) error {
	f := r.density
	if f.probes < 1 || f.probes > 1000 || !(f.tolerance >= 1e-6 && f.tolerance <= 1) {
		return fmt.Errorf("-probes %d, -tolerance %v: expected 1 to 1000, and 1e-6 to 1", f.probes, f.tolerance)
	}
	s, err := r.spec(m)
	if err != nil {
		return err
	}
	picture, err := readPicture(f.picture, m)
	if err != nil {
		return fmt.Errorf("-likelihood: %w", err)
	}
	spread(picture, s.Seed)
	defer work(r.threads)()
	d, err := pipeline.LogProb(&m.Model, s, picture, sampler.Likelihood{Relative: f.tolerance, Absolute: f.tolerance, Probes: f.probes}, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%.3f bits/dim (log density %.1f nats in -1..1, spread within the 256 grey levels by seed %d)\n",
		d.BitsPerDim(len(picture)), d.LogProb, s.Seed)
	fmt.Fprintf(stdout, "rk45, tolerance %g, Hutchinson's estimate of %d probes by differences, %d evaluations, sigma %.4g to %.4g\n",
		f.tolerance, f.probes, d.Evals, d.Lo.Sigma(), d.Hi.Sigma())
	return nil
}

// spread moves each value within its grey level, of which 256 fill -1..1: the density of rounded values is endless.
func spread(picture []float32, seed uint64) {
	from := rand.New(rand.NewPCG(seed, 0))
	for i, v := range picture {
		level := (v + 1) / 2 * 255
		picture[i] = (level+from.Float32())/128 - 1
	}
}
