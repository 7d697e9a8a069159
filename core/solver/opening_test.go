package solver_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	. "tintype/core/flow"
	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// blind is a process that begins at sigma 20,000.
func blind(t *testing.T) *schedule.VPDiscrete {
	t.Helper()
	betas, err := schedule.BetasCosine(1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schedule.NewVPDiscrete(betas)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func opens(info Info) bool {
	return slices.ContainsFunc(info.Knobs, func(k Knob) bool { return k.Setting == Opening })
}

// The steps from levels without a trace of signal are DDIM's, and what follows is the solver's own on the levels that
// follow, with its own evaluations.
func TestOpened(t *testing.T) {
	p := blind(t)
	for _, info := range Solvers() {
		if !opens(info) {
			continue
		}
		for _, n := range []int{2, 3, 4, 12, 250} {
			levels, err := schedule.Trailing.Grid(schedule.GridOptions{})(p, n)
			if err != nil {
				t.Fatal(err)
			}
			lost := 0
			for n >= 4 && levels[lost].Sigma() > 200 {
				lost++
			}
			own, _ := tape(t, info.Kind, Options{}.With(Opening, OpeningOwn), p, levels)
			got, _ := tape(t, info.Kind, Options{}, p, levels)
			if n < 4 {
				if !reflect.DeepEqual(got.Ops, own.Ops) {
					t.Errorf("%v in %d steps is not the solver's own", info.Kind, n)
				}
				continue
			}
			if lost == 0 || got.NFE != lost+info.Evals.In(n-lost) {
				t.Errorf("%v in %d steps: %d calls, %d of them in the opening", info.Kind, n, got.NFE, lost)
			}
			ddim, _ := tape(t, KindDDIM, Options{}, p, levels)
			for i, op := range got.Ops[:3*lost] {
				want := ddim.Ops[i]
				if op.Kind != want.Kind || op.Level != want.Level || op.Coef != want.Coef {
					t.Errorf("%v in %d steps: operation %d is %+v, want %+v", info.Kind, n, i, op, want)
				}
			}
			rest, _ := tape(t, info.Kind, Options{}, p, levels[lost:])
			for i, op := range got.Ops[3*lost:] {
				want := rest.Ops[i]
				if op.Kind != want.Kind || op.Coef != want.Coef || op.Kind == OpEval && got.Levels[op.Level] != rest.Levels[want.Level] {
					t.Fatalf("%v in %d steps: operation %d is %+v, want %+v", info.Kind, n, 3*lost+i, op, want)
				}
			}
		}
	}
}

// What the opening costs: on the exact flow of data that no symmetry makes easy, its step ends within 0.3 of the signal
// rate from where the flow does, as the first step of every solver of one evaluation a step, and the whole run of a solver
// is no farther from the flow's end than DDIM's.
func TestOpeningIsExact(t *testing.T) {
	p := blind(t)
	for _, n := range []int{4, 8, 12, 40} {
		levels, err := schedule.Trailing.Grid(schedule.GridOptions{})(p, n)
		if err != nil {
			t.Fatal(err)
		}
		first, to, last := levels[0], levels[1], levels[n-1]
		for _, z := range [][]float64{{0.7, -1.1}, {-1.6, 0.2}, {0, 0}, {2, 2}} {
			x := []float64{z[0] * first.S, z[1] * first.S}
			off := func(s Solver, levels []schedule.Level) float64 {
				tape, err := Compile(s, p, levels)
				if err != nil {
					t.Fatal(err)
				}
				got := oracle.Interpret(tape, x, oracle.Bimodal.Denoise, nil)
				want := oracle.Flow(x, first, levels[len(levels)-1], oracle.Bimodal.Denoise, 600)
				return math.Hypot(got[0]-want[0], got[1]-want[1])
			}
			if d := off(DDIM{}, levels[:2]); d > 0.3*to.A {
				t.Errorf("%d steps from %v: off by %.4f at sigma %.1f", n, z, d, to.Sigma())
			}
			ddim := off(DDIM{}, levels[:n])
			for _, s := range []Solver{Heun{}, DPM2{}, DPMpp2S{}, DPMSolver{Order: 2}, RK4{}, PNDM{}, PNDM{RungeKutta: true}, RES2S{}} {
				if d := off(Opened{s}, levels[:n]); d > 1.2*ddim+0.01 && n > 4 {
					t.Errorf("%d steps from %v: %T is off by %.4f at sigma %.2f, DDIM by %.4f", n, z, s, d, last.Sigma(), ddim)
				}
			}
		}
	}
}

// A run that goes back and forth is opened too, and the stretches begin after it.
func TestOpenedTravel(t *testing.T) {
	p := blind(t)
	levels, err := schedule.Trailing.Grid(schedule.GridOptions{})(p, 12)
	if err != nil {
		t.Fatal(err)
	}
	program, err := new(Extras).Travel(KindHeun, Options{}, p, levels, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := program.(*Tape)
	if want := 1 + 2*4*2*3 - 1*3 + 1; got.Levels[0] != levels[0] || got.NFE < 12 || got.NFE > want {
		t.Errorf("%d calls", got.NFE)
	}
	for i, l := range got.Asked() {
		if i == 0 && l != levels[0] || i > 0 && l.Lost() {
			t.Errorf("call %d is at sigma %v", i, l.Sigma())
		}
	}
}

// A solver value that no setting allows is an error of Compile, not a panic or a wrong picture.
func TestSolverValuesAreChecked(t *testing.T) {
	nan := math.NaN()
	for _, s := range []Solver{
		UniPC{Order: 4}, UniPC{}, UniPC{Order: 2, Corrector: 2}, UniPC{Order: 2, Bh: 2}, UniPC{Order: 2, LastSteps: 3},
		DEIS{}, DEIS{Order: 5}, DEIS{Order: 2, LastSteps: -1}, LMS{}, LMS{Order: 5}, IPNDM{}, IPNDM{Order: 5}, IPNDM{Order: 1, Ratio: true},
		DPMMultistep{}, DPMMultistep{Order: 4}, DPMMultistep{Order: 2, Correction: 2}, DPMpp2M{Correction: 2}, DPMpp2M{LastSteps: 7},
		DPMpp3M{Correction: -1}, DPMpp3M{LastSteps: 3}, DPMpp3S{}, DPMpp3S{R1: 0.5, R2: 0.5}, DPMpp3S{R1: 0.2, R2: nan}, DPMpp3S{R1: 0.3, R2: 1},
		DPMSolver{}, DPMSolver{Order: 4}, DDIM{Eta: -0.1}, DDIM{Eta: nan}, DDIM{Eta: 2}, DDPM{Variance: 2},
		Heun{Alpha: -1}, Heun{Alpha: 2}, Heun{Churn: Churn{Amount: nan}}, Heun{Churn: Churn{Amount: 1, SNoise: -1}}, Euler{Churn: Churn{Amount: -1}},
		DPM2{Churn: Churn{Amount: 1e7}}, EulerAncestral{Eta: 2}, EulerAncestral{Eta: 1, SNoise: nan}, DPM2Ancestral{Eta: -1},
		DPMpp2SAncestral{Eta: 3}, DPMppSDE{Eta: 2}, FlowAncestral{Eta: nan}, TCD{Gamma: 2}, TCD{Gamma: nan}, CM{SNoise: -1},
		GradientEstimation{Gamma: 0}, GradientEstimation{Gamma: nan}, ALD{}, ALD{Step: 0.2, Inner: 0}, ALD{Step: nan, Inner: 1}, ALD{Step: 0.2, Inner: 1000},
		PC{Predictor: 3}, PC{SNR: -1}, PC{SNR: nan}, PC{Inner: -1}, PC{Inner: 1000}, Analytic{Eta: 2}, Analytic{Cap: -1}, GDDIMBlur{Eta: 2},
		Travel{Solver: Euler{}, Jump: 0, Times: 1}, Travel{Solver: Euler{}, Jump: 1, Times: 0}, Travel{Solver: UniPC{Order: 4}, Jump: 3, Times: 1},
		Travel{Jump: 1, Times: 1}, Opened{}, Opened{UniPC{Order: 4}},
	} {
		var refused *SettingError
		var levels *LevelsError
		var need *NeedError
		if tape, err := Compile(s, process(t), trailing(t, 8)); !errors.As(err, &refused) && !errors.As(err, &levels) && !errors.As(err, &need) {
			t.Errorf("%T %+v: %v, %v", s, s, tape != nil, err)
		}
	}
	if _, err := Invert(Inverse{}, trailing(t, 8)); err == nil {
		t.Error("an inverse of no rounds")
	}
	for _, l := range []Loop{
		RK45{}, RK45{Relative: 0.1}, RK45{Relative: nanOf(), Absolute: 1}, DPMAdaptive{}, DPMAdaptive{Order: 4, Relative: 0.1, Absolute: 0.1},
		DPMAdaptive{Order: 2, Relative: 0.1, Absolute: 0.1, P: nanOf()}, Adapt{}, Adapt{Relative: -1, Absolute: 1},
	} {
		if _, err := l.Prepare(process(t), trailing(t, 8)); err == nil {
			t.Errorf("%T %+v is prepared", l, l)
		}
	}
	if _, err := Compile(nil, process(t), trailing(t, 8)); err == nil {
		t.Error("no solver at all")
	}
	// What only some checkpoints have, or a process, is missed with an error.
	for _, s := range []Solver{GGDM{}, Cold{}, Cold{Naive: true}, Analytic{Eta: 1}, GDDIMBlur{}} {
		if _, err := Compile(s, process(t), trailing(t, 8)); err == nil {
			t.Errorf("%T compiles without what it needs", s)
		}
	}
	for _, s := range []Solver{DPM2{}, DPMpp2S{}, RK4{}, PNDM{RungeKutta: true}, CM{SNoise: 1}, Heun{Alpha: 0.5}, DPMFast{}, RES2S{}, DPMppSDE{Eta: 1}} {
		if _, err := Compile(s, nil, trailing(t, 8)); err == nil {
			t.Errorf("%T compiles without a process", s)
		}
	}
}

func nanOf() float64 { return math.NaN() }
