package pipeline

import (
	"slices"
	"testing"

	"tintype/core/schedule"
	"tintype/core/solver"
)

// A run that goes on from a step of another, with the same settings, ends where that one ends; with another solver it
// ends elsewhere.
func TestGoingOnFromAStep(t *testing.T) {
	m, _ := testModel(t)
	s := m.Defaults()
	s.Solver, s.Steps, s.Batch = solver.KindHeun, 6, 2
	whole := mustCompile(t, m, s)
	for whole.Progress().Step < 4 {
		if _, err := whole.Step(); err != nil {
			t.Fatal(err)
		}
	}
	state := &State{4, append([]float32(nil), whole.X()...)}
	finish(t, whole)
	s.From = state
	rest := mustCompile(t, m, s)
	if p := rest.Progress(); p.Steps != 2 {
		t.Errorf("%d steps are left, want 2", p.Steps)
	}
	finish(t, rest)
	for i, want := range whole.X() {
		if got := rest.X()[i]; got != want {
			t.Fatalf("value %d is %v, in one run %v", i, got, want)
		}
	}
	s.Use(solver.KindDDIM)
	other := mustCompile(t, m, s)
	finish(t, other)
	if slices.Equal(other.X(), whole.X()) {
		t.Error("another solver ends in the same picture")
	}
	for name, from := range map[string]*State{
		"step -1": {-1, state.X}, "last step": {6, state.X}, "size": {4, state.X[1:]},
	} {
		s.From = from
		if c := refused(t, m, s); c.Remedy == "" {
			t.Errorf("%s: %v", name, c)
		}
	}
}

// Pitfall: a run begins with the variance of noisy data, or with that of noise alone: S of it.
func TestStartOfARun(t *testing.T) {
	m, _ := testModel(t)
	s := m.Defaults()
	s.Grid, s.Steps = schedule.Linspace, 4
	plain := mustCompile(t, m, s)
	s.GridOptions = s.GridOptions.With(schedule.Start, schedule.StartNoise)
	noise := mustCompile(t, m, s)
	hi, _ := m.Process.Range()
	for i, v := range plain.X() {
		if want := float32(float32(hi.S) * v); noise.X()[i] != want {
			t.Fatalf("value %d begins at %v, want %v of %v", i, noise.X()[i], want, v)
		}
	}
	s.GridOptions = s.GridOptions.With(schedule.Rho, 7)
	if _, err := Compile(m, s, nil); err == nil {
		t.Error("linspace takes a rho")
	}
}
