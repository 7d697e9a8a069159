package compat_test

import (
	"math"
	"slices"
	"testing"

	"tintype/compat"
	"tintype/compat/parity"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// The solvers of core/solver against the same recorded runs, on the reference's levels: they agree where the
// reference does what its papers say, and differ where a test below names the reason.

func recorded(t *testing.T, name string) *parity.Case {
	t.Helper()
	cases, err := parity.ReadFile(recordings)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(cases, func(c *parity.Case) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no recorded run %s", name)
	}
	return cases[i]
}

func planned(t *testing.T, c *parity.Case) *compat.Plan {
	t.Helper()
	s, err := compat.New(c.Scheduler, c.Config)
	if err != nil {
		t.Fatal(err)
	}
	with := s.NewSettings()
	if c.Options.Exists() {
		if with.Eta, err = c.Options.Get("eta").FloatOr(with.Eta); err != nil {
			t.Fatal(err)
		}
		if with.Churn, err = c.Options.Get("s_churn").FloatOr(0); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Plan(c.N, with)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// deviation is how far a strict solver goes from a recorded run, in units of the tolerance.
func deviation(t *testing.T, name string, s solver.Solver, levels func([]schedule.Level)) float64 {
	t.Helper()
	c := recorded(t, name)
	p := planned(t, c)
	on := slices.Clone(p.Tape.Levels[:c.N+1])
	if levels != nil {
		levels(on)
	}
	compiled, err := tape.Assemble(on, solver.Steps(s))
	if err != nil {
		t.Fatal(err)
	}
	p.Tape = compiled
	r, err := parity.Deviation(c, p)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r.Ratio
}

func TestStrictSolversAgree(t *testing.T) {
	for _, c := range []struct {
		name   string
		solver solver.Solver
	}{
		{"ddpm-fixed_small-sd-linspace-n4", solver.DDPM{}},
		{"ddpm-fixed_large-cos-leading-n4", solver.DDPM{Variance: solver.VarianceLarge}},
		{"ddpm-fixed_small-lin-trailing-n4", solver.DDPM{}},
		{"ddim-lin-leading-n4", solver.DDIM{}},
		{"ddim-eta-sd-trailing-n8", solver.DDIM{Eta: 0.7}},
		{"euler-lin-trailing-n8", solver.Euler{}},
		{"euler-karras-n8", solver.Euler{}},
		{"heun-lin-trailing-n4", solver.Heun{}},
		{"heun-karras-n8", solver.Heun{}},
		{"dpmm-dpmsolver++-2-midpoint-lin-trailing-n8", solver.DPMpp2M{Correction: solver.Midpoint}},
		{"dpmm-dpmsolver++-2-heun-sd-trailing-n4", solver.DPMpp2M{Correction: solver.HeunLike}},
		{"dpmm-dpmsolver++-2-midpoint-cos-trailing-n8", solver.DPMpp2M{Correction: solver.Midpoint}},
	} {
		if d := deviation(t, c.name, c.solver, nil); !(d <= 1) {
			t.Errorf("%s: off by %.2g tolerances", c.name, d)
		}
	}
}

// The reference's DDIM steps to t - ⌊T/n⌋, which is not the next time of a linspace grid: from the second call on the
// network is told a wrong level.
func TestPitfallDDIMStepsOffItsGrid(t *testing.T) {
	if d := deviation(t, "ddim-lin-linspace-n4", solver.DDIM{}, nil); !(d > 100) {
		t.Errorf("differs by %.2g tolerances only", d)
	}
}

// The reference's DDPM with fixed_large adds noise to the finished picture unless its last time is 0.
func TestPitfallDDPMNoiseInTheLastStep(t *testing.T) {
	if d := deviation(t, "ddpm-fixed_large-lin-trailing-n4", solver.DDPM{Variance: solver.VarianceLarge}, nil); !(d > 100) {
		t.Errorf("differs by %.2g tolerances only", d)
	}
}

// The reference's third-order multistep solver halves the parabola's part, which costs it an order.
func TestPitfallHalfOfTheParabola(t *testing.T) {
	const name = "dpmm-dpmsolver++-3-heun-sd-trailing-n8"
	s := solver.DPMpp3M{Correction: solver.HeunLike, LastSteps: solver.LowerOrder}
	if d := deviation(t, name, s, nil); !(d > 10) {
		t.Errorf("differs by %.2g tolerances only", d)
	}
	s.Halved = true
	if d := deviation(t, name, s, nil); !(d <= 1) {
		t.Errorf("halved as there it is off by %.2g tolerances", d)
	}
}

// Below 15 steps the reference lowers the order of its last steps; in a step to the clean picture ours is of order 1
// at any number.
func TestPitfallLowerOrderInShortRuns(t *testing.T) {
	const name = "dpmm-dpmsolver++-3-heun-sd-trailing-n8"
	s := solver.DPMpp3M{Correction: solver.HeunLike, Halved: true}
	if d := deviation(t, name, s, nil); !(d > 1) {
		t.Errorf("differs by %.2g tolerances only", d)
	}
}

// The reference's Euler with churn asks the network before it adds the noise, and reads the answer at the higher
// sigma; ours asks afterwards, about the noisier picture.
func TestPitfallChurnAfterTheAnswer(t *testing.T) {
	c := recorded(t, "euler-churn-n8")
	p := planned(t, c)
	for i := range p.Tape.Ops {
		if p.Tape.Ops[i].Kind == tape.OpNoise {
			if i == 0 || p.Tape.Ops[i-1].Kind != tape.OpEval {
				t.Error("compat draws its noise before it has asked")
			}
			return
		}
	}
	t.Error("no noise is drawn")
}

// times are those of a strict grid on the recorded process.
func times(t *testing.T, grid schedule.GridKind, n int) []float64 {
	t.Helper()
	betas, err := schedule.BetasScaledLinear(0.00085, 0.012, 1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schedule.NewVPDiscrete(betas)
	if err != nil {
		t.Fatal(err)
	}
	levels, err := grid.Grid(schedule.GridOptions{})(p, n)
	if err != nil {
		t.Fatal(err)
	}
	var v []float64
	for _, l := range levels[:n] {
		v = append(v, l.T)
	}
	return v
}

// "leading" of the reference's multistep solvers divides by n+1, of the others by n; ours is the same for all.
func TestPitfallLeadingHasTwoMeanings(t *testing.T) {
	got := planned(t, recorded(t, "dpmm-dpmsolver++-2-midpoint-sd-leading-n4")).Times
	if want := times(t, schedule.Leading, 4); want[0] != 750 || got[0] != 800 {
		t.Errorf("ours begins at %v, the reference's at %v", want[0], got[0])
	}
}

// The reference's Euler keeps the fraction of a linspace time and reads sigma linearly between two steps; ours takes
// the trained step.
func TestPitfallEulerFractionalTimes(t *testing.T) {
	got := planned(t, recorded(t, "euler-sd-linspace-n8")).Times
	for i, want := range times(t, schedule.Linspace, 8) {
		if want != math.RoundToEven(got[i]) {
			t.Errorf("time %d is %v, the reference's %v", i, want, got[i])
		}
	}
	if got[1] == math.Trunc(got[1]) {
		t.Errorf("the reference's times %v have no fractions", got)
	}
}

// Karras with one step is the largest sigma; the reference begins at its smallest, where nothing is left to do.
func TestPitfallKarrasWithOneStep(t *testing.T) {
	got := planned(t, recorded(t, "euler-karras-n1")).Times
	if want := times(t, schedule.Karras, 1); want[0] != 999 || got[0] != 0 {
		t.Errorf("ours begins at %v, the reference's at %v", want[0], got[0])
	}
}

// The reference's flow scheduler shifts the ends of its grid twice.
func TestPitfallFlowShiftsTwice(t *testing.T) {
	p := planned(t, recorded(t, "flow-euler-shift3-n4"))
	once := 3 * 0.001 / (1 + 2*0.001)
	if last := p.Sigmas[3]; !(last > 2.9*once) {
		t.Errorf("last sigma %v: shifted once it is %v", last, once)
	}
}
