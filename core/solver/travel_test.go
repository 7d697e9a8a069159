package solver_test

import (
	"math"
	"testing"

	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// One pass over one stretch is the solver itself, and stretches of a one-step solver change nothing.
func TestTravelOfOnePass(t *testing.T) {
	levels := trailing(t, 12)
	for _, s := range []Solver{DDIM{Eta: 0.5}, Heun{}, Heun{Churn: Churn{3, 0, 1e6, 1}, Alpha: 0.6}, DPMppSDE{Eta: 1, SNoise: 1}, DPM2Ancestral{1, 1}} {
		want := result(t, s, levels)
		for _, jump := range []int{1, 5, 12, 40} {
			near(t, "travel of one pass", result(t, Travel{s, jump, 1}, levels), want, 0)
		}
	}
	near(t, "travel over all levels at once", result(t, Travel{DPMpp2M{}, 12, 1}, levels), result(t, DPMpp2M{}, levels), 0)
}

// Going up adds the noise of the forward process: an exact solver keeps every marginal, however often it goes back.
func TestTravelKeepsMarginals(t *testing.T) {
	g := oracle.Gaussian{Mean: -0.2, Var: 0} // of a point every estimate is exact
	levels := append(oracle.Uniform(-2, 2, 6), schedule.Clean)
	for _, c := range []struct{ jump, times, steps int }{{1, 3, 21}, {2, 2, 14}, {3, 4, 28}, {7, 2, 14}} {
		tape := compile(t, Travel{DDIM{Eta: 1}, c.jump, c.times}, levels[:7])
		if want := c.steps * 6 / 7; c.jump != 7 && (tape.Steps != want || tape.NFE != want) {
			t.Errorf("%+v: %d steps and %d calls, want %d", c, tape.Steps, tape.NFE, want)
		}
		mean, v := g.Push(tape)
		wantMean, want := g.Marginal(levels[6])
		if math.Abs(v/want-1) > 1e-12 || math.Abs(mean-wantMean) > 1e-12 {
			t.Errorf("%+v: mean %v and variance %v, want %v and %v", c, mean, v, wantMean, want)
		}
		finished := result(t, Travel{Heun{}, c.jump, c.times}, levels)
		if !(math.Abs(finished[0]) < 3 && math.Abs(finished[1]) < 3) {
			t.Errorf("%+v ends at %v", c, finished)
		}
	}
}

// Stages inside a step keep their own levels in every stretch.
func TestTravelCountsLevelsFromItsStretch(t *testing.T) {
	levels := oracle.Uniform(-2, 2, 6)
	tape := compile(t, Travel{middle{}, 2, 2}, levels)
	i := 0
	for _, op := range tape.Ops {
		if op.Kind != OpEval {
			continue
		}
		stretch, step := i/8, i/2%2
		want := levels[2*stretch+step]
		if i%2 == 1 {
			want = schedule.Level{T: float64(step), A: 0.5, S: 0.5}
		}
		if got := tape.Levels[op.Level]; got != want {
			t.Errorf("evaluation %d is at %v, want %v", i, got, want)
		}
		i++
	}
	if i != 24 {
		t.Errorf("%d evaluations, want 24", i)
	}
}

// middle evaluates each level, and one of its own after it.
type middle struct{}

func (middle) Compile(levels []schedule.Level, b *Draft) error {
	d := b.Buffer()
	for i := range levels[1:] {
		b.Eval(d, X, i)
		b.Eval(d, X, b.AddLevel(schedule.Level{T: float64(i), A: 0.5, S: 0.5}))
		b.Arrive(i + 1)
	}
	return nil
}
