package main

import (
	"fmt"
	"io"
	"math/rand/v2"

	"tintype/core/flow"
	"tintype/core/limits"
	"tintype/core/pipeline"
	"tintype/internal/command"
	"tintype/model"
)

// densityFlags ask how likely a picture is.
type densityFlags struct {
	picture   string
	tolerance float64
	probes    int
	given     struct{ picture, tolerance, probes *command.Flag }
}

func (f *densityFlags) define(s *command.Set) {
	f.tolerance, f.probes = 1e-3, 1
	f.given.picture = s.Text(&f.picture, "likelihood", "FILE", "picture of the model's size: print how likely the model thinks it, in bits a value, and stop").Rare()
	f.given.tolerance = s.Number(&f.tolerance, "tolerance", "X", 1e-6, 1, "of -likelihood: relative and absolute tolerance of the solver (default 0.001)").Rare()
	f.given.probes = s.Whole(&f.probes, "probes", "N", 1, limits.Probes, "of -likelihood: random directions that the trace is estimated by (default 1)").Rare()
}

func (f *densityFlags) check(draws []*command.Flag) error {
	for _, d := range draws {
		if err := command.Both(f.given.picture, d); err != nil {
			return err // nothing is drawn
		}
	}
	if err := f.given.tolerance.Needs(f.given.picture, "it is that of its solver"); err != nil {
		return err
	}
	return f.given.probes.Needs(f.given.picture, "they are those of its estimate")
}

// likelihood prints the density of a picture under the model, and how it was found.
func (r *request) likelihood(m *model.Model, stdout io.Writer) error {
	f := r.density
	s, err := r.spec(m)
	if err != nil {
		return err
	}
	picture, err := r.photos.read(f.picture, m)
	if err != nil {
		return fmt.Errorf("-likelihood: %w", err)
	}
	spread(picture, s.Seed)
	defer work(r.threads)()
	d, err := pipeline.LogProb(&m.Model, s, picture, flow.Likelihood{Relative: f.tolerance, Absolute: f.tolerance, Probes: f.probes}, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%.3f bits/dim (log density %.1f nats in -1..1, spread within the 256 grey levels by seed %d)\n",
		d.BitsPerDim(len(picture)), d.LogProb, s.Seed)
	fmt.Fprintf(stdout, "rk45, tolerance %g, Hutchinson's estimate of %d probes by differences, %d evaluations, sigma %.4g to %.4g\n",
		f.tolerance, f.probes, d.Evals, d.Lo.Sigma(), d.Hi.Sigma())
	return nil
}

// spread moves each value, which is one of 256 grey levels, within its level: the density of rounded values is endless.
func spread(picture []float32, seed uint64) {
	from := rand.New(rand.NewPCG(seed, 0))
	for i, v := range picture {
		level := (v + 1) / 2 * 255
		picture[i] = (level+from.Float32())/128 - 1
	}
}
