package pipeline

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"weak"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// nearlyBlind is a model of a process that begins at sigma 20,000, as cosine betas held below 1 make it.
func nearlyBlind(t *testing.T) *Model {
	t.Helper()
	betas, err := schedule.BetasCosine(1000)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := testModel(t)
	if m.Process, err = schedule.NewVPDiscrete(betas); err != nil {
		t.Fatal(err)
	}
	m.Contract.Defaults.Solver, m.Contract.Defaults.Grid = solver.KindDPMpp2M, schedule.Trailing
	return m
}

func specOf(m *Model, k solver.Kind, steps int) Spec {
	s := m.Defaults()
	s.Use(k)
	s.Steps, s.Guidance.Scale = steps, 1
	return s
}

// A solver's own first step from sigma 20,000 is refused before it runs, with what would do; forced, or of few steps, it
// runs and says so.
func TestNoiseIsForeseen(t *testing.T) {
	m := nearlyBlind(t)
	for _, k := range []solver.Kind{solver.KindHeun, solver.KindDPM2Ancestral, solver.KindPLMS, solver.KindPRK, solver.KindRK4} {
		s := specOf(m, k, 12)
		s.Options = s.Options.With(solver.Opening, solver.OpeningOwn)
		var c *Clash
		var noise *NoiseError
		_, err := Compile(m, s, nil)
		if !errors.As(err, &c) || !errors.As(err, &noise) || !(noise.Share > 0.25 && noise.Share <= 1) || !strings.Contains(c.Problem, k.String()) || c.Remedy == "" {
			t.Errorf("%v by itself: %v", k, err)
		}
		if m.Foresee(s) == nil {
			t.Errorf("%v by itself is not foreseen", k)
		}
		for _, change := range []func(*Spec){func(s *Spec) { s.Force = true }, func(s *Spec) { s.Steps = 3 }} {
			forced := s
			change(&forced)
			r, err := Compile(m, forced, nil)
			if err != nil {
				t.Errorf("%v in %d steps, forced %v: %v", k, forced.Steps, forced.Force, err)
			} else if forced.Force && !errors.As(r.Warning(), &noise) {
				t.Errorf("%v forced warns of %v", k, r.Warning())
			}
		}
		if r, err := Compile(m, specOf(m, k, 12), nil); err != nil || r.Warning() != nil {
			t.Errorf("%v as it is: %v", k, err)
		}
	}
}

// Whatever remedy is named works.
func TestNoiseRemedies(t *testing.T) {
	m := nearlyBlind(t)
	for _, info := range solver.Solvers() {
		for _, g := range []schedule.GridKind{schedule.Trailing, schedule.BetaSigmas, schedule.Linspace} {
			s := specOf(m, info.Kind, 8)
			s.UseGrid(g)
			if m.CheckSolver(info.Kind) != nil || m.Foresee(s) == nil {
				continue
			}
			if n := m.quietSteps(&s); n > 0 {
				more := s
				if more.Steps = n; m.Foresee(more) != nil {
					t.Errorf("%v on %v: not in %d steps either", info.Kind, g, n)
				}
			}
			if name := m.quietGrid(&s); name != "" && name == g.String() {
				t.Errorf("%v on %v: the remedy is the same grid", info.Kind, g)
			}
		}
	}
}

// One leg's buffers live at a time: entering the next lets go of the last one's first.
func TestOneLegAtATime(t *testing.T) {
	m, f := testModel(t)
	var last weak.Pointer[heldNet]
	m.Network = PlanFunc(func(n, h, w int, between func() error) (denoise.Net, error) {
		runtime.GC()
		if last.Value() != nil {
			t.Error("the next leg is planned while the last one's buffers are held")
		}
		net, err := f.Plan(n, h, w, between)
		held := &heldNet{Net: net}
		last = weak.Make(held)
		return held, err
	})
	s := m.Defaults()
	s.Steps = 6
	r, err := CompileLegs(m, []Leg{{Spec: s, Until: 2}, {Spec: s, Until: 4}, {Spec: s, Until: 6}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for done := false; !done; {
			if done, err = r.Step(); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Reset(1); err != nil {
			t.Fatal(err)
		}
	}
}

type heldNet struct{ denoise.Net }
