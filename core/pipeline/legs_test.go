package pipeline

import (
	"slices"
	"testing"

	"tintype/core/solver"
)

func finishLegs(t *testing.T, m *Model, legs []Leg, shift uint64) []float32 {
	t.Helper()
	r, err := CompileLegs(m, legs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from where the first one ended
		if err := r.Reset(shift); err != nil {
			t.Fatal(err)
		}
		for done := false; !done; {
			if done, err = r.Step(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if step, total := r.Progress(); step != total || total != legs[0].Spec.Steps {
		t.Errorf("ends at step %d of %d", step, total)
	}
	return slices.Clone(r.Run().X())
}

// Legs of one solver without a memory are one run; a leg with another seed or solver is what Spec.From makes of it;
// a shift is another seed in every leg.
func TestLegs(t *testing.T) {
	m, _ := testModel(t)
	a := m.Defaults()
	a.Solver, a.Steps, a.Seed = solver.KindHeun, 6, 40
	one := finishLegs(t, m, []Leg{{a, 6}}, 0)
	if cut := finishLegs(t, m, []Leg{{a, 2}, {a, 5}, {a, 6}}, 0); !slices.Equal(cut, one) {
		t.Errorf("three legs of one run end at %v, the run at %v", cut, one)
	}
	b := a
	b.Use(solver.KindDDPM)
	b.Seed = 7
	forked := finishLegs(t, m, []Leg{{a, 2}, {b, 6}}, 0)
	r := mustCompile(t, m, a)
	for r.Progress().Step < 2 {
		if _, err := r.Step(); err != nil {
			t.Fatal(err)
		}
	}
	from := b
	from.From = &State{2, slices.Clone(r.X())}
	rest := mustCompile(t, m, from)
	finish(t, rest)
	if !slices.Equal(forked, rest.X()) || slices.Equal(forked, one) {
		t.Errorf("the fork ends at %v, want %v", forked, rest.X())
	}
	shifted := finishLegs(t, m, []Leg{{a, 2}, {b, 6}}, 3)
	a.Seed, b.Seed = a.Seed+3, b.Seed+3
	if want := finishLegs(t, m, []Leg{{a, 2}, {b, 6}}, 0); !slices.Equal(shifted, want) {
		t.Errorf("shifted by 3 it ends at %v, with those seeds at %v", shifted, want)
	}
	for name, legs := range map[string][]Leg{
		"backwards": {{a, 4}, {b, 3}, {b, 6}}, "at the end": {{a, 6}, {b, 6}}, "beyond": {{a, 7}}, "at 0": {{a, 0}, {b, 6}},
	} {
		if _, err := CompileLegs(m, legs, nil); err == nil {
			t.Errorf("%s: compiled", name)
		}
	}
}
