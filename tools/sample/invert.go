package main

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"

	"tintype/core/limits"
	"tintype/core/pipeline"
	"tintype/core/solver"
	"tintype/internal/command"
	"tintype/model"
	"tintype/weights"
)

// inverseFlags ask for a picture's noise.
type inverseFlags struct {
	picture, label string
	rounds         int
	given          struct{ picture, label, rounds *command.Flag }
}

func (f *inverseFlags) define(s *command.Set) {
	f.rounds = 3
	f.given.picture = s.Text(&f.picture, "invert", "FILE", "picture of the model's size: find the noise that DDIM draws it from, and begin with that").Rare()
	f.given.label = s.Text(&f.label, "invert-label", "WHAT", "of -invert: what the file shows, if not -label").Rare()
	f.given.rounds = s.Whole(&f.rounds, "rounds", "N", 1, limits.Rounds, "of -invert: evaluations a step; more are nearer to the exact inverse (default 3)").Rare()
}

func (f *inverseFlags) check() error {
	if err := f.given.label.Needs(f.given.picture, "it is what that file shows"); err != nil {
		return err
	}
	return f.given.rounds.Needs(f.given.picture, "they are those of its steps")
}

// invert finds the noise that DDIM draws the picture of -invert from, and has the drawing begin with it: drawn with the
// same label it is the picture again, as far as the grid is fine, and with another one its variation.
func (r *request) invert(m *model.Model, d *drawing, stdout io.Writer) error {
	if d.count != 1 || r.compat || r.edit.init != "" {
		return fmt.Errorf("-invert: draws one picture, and goes with neither -count, -compat nor -init")
	}
	spec := &d.legs[0].Spec
	back := *spec
	back.Use(solver.KindDDIM)
	back.Guidance.Scale, back.Classifier = 1, 0
	if r.inverse.given.label.Given() {
		var err error
		if back.Choice, err = m.ParseLabel(r.inverse.label); err != nil {
			return err
		}
	}
	picture, err := r.photos.read(r.inverse.picture, m)
	if err != nil {
		return fmt.Errorf("-invert: %w", err)
	}
	back.Edit = &pipeline.Edit{Picture: picture, Strength: 1, Invert: r.inverse.rounds}
	run, err := pipeline.Compile(&m.Model, back, nil)
	if err != nil {
		return err
	}
	for done := false; !done; {
		if done, err = run.Step(); err != nil {
			return err
		}
	}
	x := slices.Clone(run.X())
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	fmt.Fprintf(stdout, "noise of %s: rms %.3f, %d evaluations\n", r.inverse.picture, math.Sqrt(sum/float64(len(x))), run.Progress().NFE)
	if d.trace != nil {
		if err := d.trace.noise(m, x); err != nil {
			return err
		}
	}
	spec.From = &pipeline.State{X: x}
	return nil
}

// noise writes one tensor of the network's input.
func (t *trace) noise(m *model.Model, x []float32) error {
	if err := t.make(); err != nil {
		return err
	}
	return writeTensors(filepath.Join(t.dir, noiseFile), []weights.Tensor{
		{Name: "x", DType: weights.F32, Shape: []int{m.H, m.W, m.C}, Data: weights.EncodeF32(x)}})
}
