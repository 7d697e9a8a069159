package pipeline

import (
	"testing"

	"tintype/core/denoise"
	"tintype/core/solver"
	"tintype/core/tape"
)

// A reference's program, reading and bound stand in the place of the model's; what is done to a run on its way is
// refused beside them.
func TestReference(t *testing.T) {
	m, _ := testModel(t)
	s := m.Defaults()
	levels, err := m.levels(&s)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := tape.Assemble(levels, solver.Steps(solver.Euler{}))
	if err != nil {
		t.Fatal(err)
	}
	bounds := 0
	s.Reference = &Reference{Program: compiled, Param: denoise.PredictSample.Param(),
		Bounded: func(den denoise.Denoiser, _ int) denoise.Denoiser { bounds++; return den }}
	run, err := Compile(m, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		if done, err = run.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if bounds != 1 || run.Progress().NFE != len(levels)-1 {
		t.Errorf("%d bounds, %d calls", bounds, run.Progress().NFE)
	}
	s.From = &State{Step: 1, X: run.X()}
	if c := refused(t, m, s); c.Setting != SettingEdit {
		t.Errorf("a fork clashes with %v", c.Setting)
	}
}
