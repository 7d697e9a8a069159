package pipeline

import (
	"fmt"
	"slices"
)

// Leg is the beginning of a run that goes on with other settings: Spec is run up to solver step Until, counted from
// the beginning of the picture.
type Leg struct {
	Spec  Spec
	Until int
}

// Legs is a run in legs: a picture that was forked at one of its steps. Each leg goes on from where the last one
// stood, with its own seed, solver and guidance; grid, steps and size are the same for all. One leg at a time is in
// memory. A run of one leg is that Run.
type Legs struct {
	model   *Model
	between func() error
	legs    []Leg
	shift   uint64 // added to every seed
	at      int
	run     *Run
	broken  error // why there is no run
	evals   int   // of the legs left behind
	memory  Memory
}

// CompileLegs checks the legs' steps and compiles the first; the others are compiled, and so checked, as they are
// entered. The last leg's Until is the number of steps.
func CompileLegs(m *Model, legs []Leg, between func() error) (*Legs, error) {
	steps := legs[0].Spec.Steps
	if err := m.checkSteps(steps); err != nil {
		return nil, err
	}
	for i, l := range legs {
		after := 0
		if i > 0 {
			after = legs[i-1].Until
		}
		if l.Until <= after || l.Until > steps || l.Until == steps && i < len(legs)-1 {
			return nil, clash(SettingSteps, fmt.Sprintf("fork after step %d and before step %d", after, steps), "a fork at step %d", l.Until)
		}
	}
	if err := checkForked(legs); err != nil {
		return nil, err
	}
	r := &Legs{model: m, between: between, legs: legs}
	return r, r.enter(0, nil)
}

// checkForked covers what all legs are held to: their steps are counted from the beginning, one after the other.
func checkForked(legs []Leg) error {
	e := legs[0].Spec.Edit
	switch {
	case e == nil || len(legs) == 1:
		return nil
	case e.Strength < 1:
		return clash(SettingEdit, "use strength 1, or no fork", "a fork of a run that begins with a picture")
	case e.Jump > 0:
		return clash(SettingEdit, "use jump 0, or no fork", "a fork of a run that goes back and forth")
	case e.Invert > 0:
		return clash(SettingEdit, "leave the fork out", "a fork of a run back to noise")
	}
	return nil
}

// enter compiles leg i, which goes on from x.
func (r *Legs) enter(i int, x []float32) error {
	s := r.legs[i].Spec
	s.Seed += r.shift
	if s.Edit == nil {
		s.Edit = r.legs[0].Spec.Edit
	}
	if i > 0 {
		s.From = &State{Step: r.legs[i-1].Until, X: x}
	}
	done := r.Evals()
	p, err := check(r.model, &s)
	if err != nil {
		return err
	}
	r.evals = 0
	if i > 0 {
		r.evals = done
	}
	r.run = nil // before the next leg's buffers are made
	run, err := build(r.model, &s, p, r.between)
	if err != nil {
		r.broken = err
		return err
	}
	r.at, r.run, r.broken = i, run, nil
	if run.memory.Total() > r.memory.Total() {
		r.memory = run.memory
	}
	return nil
}

// Reset begins again with every seed moved by shift: the picture of shift 0 is that of the legs' own seeds.
func (r *Legs) Reset(shift uint64) error {
	r.shift = shift
	if r.at != 0 || r.run == nil {
		return r.enter(0, nil)
	}
	s := &r.legs[0].Spec
	return r.run.Reset(s.Seed+shift, s.Choice)
}

// Run is the leg that is being run: its pictures are the state of the whole. After an error of a leg that found no memory
// there is none.
func (r *Legs) Run() *Run { return r.run }

// Step is Run.Step, over all legs. It allocates only where it enters a leg.
func (r *Legs) Step() (done bool, err error) {
	if r.run == nil {
		return false, r.broken
	}
	last := len(r.legs) - 1
	if step, _ := r.Progress(); r.at < last && step == r.legs[r.at].Until {
		if err := r.enter(r.at+1, slices.Clone(r.run.X())); err != nil {
			return false, err
		}
	}
	done, err = r.run.Step()
	return done && r.at == last, err
}

// Progress counts solver steps from the beginning of the picture.
func (r *Legs) Progress() (step, total int) {
	before := 0
	if r.at > 0 {
		before = r.legs[r.at-1].Until
	}
	if r.run == nil {
		return before, r.legs[0].Spec.Steps
	}
	p := r.run.Progress()
	return before + p.Step, before + p.Steps
}

// Evals is how often the network has been asked for the picture under way.
func (r *Legs) Evals() int {
	if r.run == nil {
		return r.evals
	}
	return r.evals + r.run.Progress().Evals
}
