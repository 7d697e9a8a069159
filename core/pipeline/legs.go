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
	run, err := Compile(r.model, s, r.between)
	if err != nil {
		return err
	}
	r.at, r.run = i, run
	if run.memory.Total() > r.memory.Total() {
		r.memory = run.memory
	}
	return nil
}

// Reset begins again with every seed moved by shift: the picture of shift 0 is that of the legs' own seeds.
func (r *Legs) Reset(shift uint64) error {
	r.shift = shift
	if r.at != 0 {
		return r.enter(0, nil)
	}
	s := &r.legs[0].Spec
	return r.run.Reset(s.Seed+shift, s.Choice)
}

// Run is the leg that is being run: its pictures are the state of the whole.
func (r *Legs) Run() *Run { return r.run }

// Step is Run.Step, over all legs. It allocates only where it enters a leg.
func (r *Legs) Step() (done bool, err error) {
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
	p := r.run.Progress()
	return before + p.Step, before + p.Steps
}
