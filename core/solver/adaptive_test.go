package solver_test

import (
	"errors"
	"math"
	"testing"

	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// adaptives are the solvers that find their own steps, with tolerances.
func adaptives(rtol, atol float64) map[string]Loop {
	return map[string]Loop{
		"12":      DPMAdaptive{Order: 2, Relative: rtol, Absolute: atol},
		"23":      DPMAdaptive{Order: 3, Relative: rtol, Absolute: atol},
		"23, PID": DPMAdaptive{Order: 3, Relative: rtol, Absolute: atol, P: 0.2, I: 0.6, D: 0.1},
		"45":      RK45{rtol, atol},
	}
}

// begin makes a run of a loop from the oracle's start.
func begin(t *testing.T, l Loop, levels []schedule.Level, env Env) Runner {
	t.Helper()
	p, err := l.Prepare(oracle.VP{}, levels)
	if err != nil {
		t.Fatal(err)
	}
	r := p.Start(env, 2)
	r.X()[0], r.X()[1] = float32(start[0]), float32(start[1])
	return r
}

func end(t *testing.T, r Runner) {
	t.Helper()
	for done := false; !done; {
		var err error
		if done, err = r.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

// The end is on the exact flow, within what the tolerance allows, and nearer with a smaller one at more evaluations.
func TestAdaptiveFollowsTheFlow(t *testing.T) {
	levels := oracle.Uniform(-2.3, 2.3, 2)
	want := oracle.Flow(start, levels[0], levels[2], oracle.Bimodal.Denoise, 4000)
	for name := range adaptives(1, 1) {
		first, last, evals := 0.0, 0.0, 0
		for _, tol := range []float64{1e-1, 1e-2, 1e-3, 1e-4} {
			r := begin(t, adaptives(tol, tol/10)[name], levels, Env{Denoiser: &mixture{}, Noise: noise32})
			end(t, r)
			err := math.Hypot(float64(r.X()[0])-want[0], float64(r.X()[1])-want[1])
			p := r.Progress()
			t.Logf("%-8s tolerance %.0e: error %.1e in %d evaluations", name, tol, err, p.Evals)
			if err > 3*tol || p.Evals < evals {
				t.Errorf("%s: error %.1e in %d evaluations at tolerance %v, %d at the larger one", name, err, p.Evals, tol, evals)
			}
			if evals == 0 {
				first = err
			}
			if p.Step != 2 || p.Steps != 2 || p.NFE != p.Evals {
				t.Errorf("%s: progress %+v", name, p)
			}
			last, evals = err, p.Evals
		}
		if last > first/100 {
			t.Errorf("%s: error %.1e at the largest tolerance, %.1e at the smallest", name, first, last)
		}
	}
}

// With a tolerance that accepts everything, each of the grid's steps is one of the method's, whose order shows.
func TestAdaptiveOrders(t *testing.T) {
	want := oracle.Flow(start, oracle.AtLambda(-2.3), oracle.AtLambda(2.3), oracle.Bimodal.Denoise, 4000)
	for _, c := range []struct {
		name  string
		order float64
		steps []int // few for 45: a float32 ends at 1e-7
	}{{"12", 2, []int{12, 24, 48}}, {"23", 3, []int{12, 24, 48}}, {"45", 5, []int{6, 9, 12}}} {
		var errs []float64
		for _, n := range c.steps {
			r := begin(t, adaptives(1e9, 1e9)[c.name], oracle.Uniform(-2.3, 2.3, n), Env{Denoiser: &mixture{}, Noise: noise32})
			end(t, r)
			errs = append(errs, math.Hypot(float64(r.X()[0])-want[0], float64(r.X()[1])-want[1]))
		}
		for i := 1; i < len(errs); i++ {
			slope := math.Log(errs[i-1]/errs[i]) / math.Log(float64(c.steps[i])/float64(c.steps[i-1]))
			t.Logf("%s: error %.1e, order %.2f", c.name, errs[i], slope)
			if slope < c.order-0.4 || slope > c.order+0.9 {
				t.Errorf("%s: errors %.1e fall with order %.2f, want %v", c.name, errs, slope, c.order)
			}
		}
	}
}

// Levels without a λ cost one evaluation each, and the run ends at the last estimate.
func TestAdaptiveAtTheEnds(t *testing.T) {
	levels := []schedule.Level{{T: 9, A: 0, S: 1}, oracle.VP{}.AtLambda(-1), schedule.Clean}
	for name, l := range adaptives(1e-2, 1e-3) {
		r := begin(t, l, levels, Env{Denoiser: &mixture{}, Noise: noise32})
		end(t, r)
		if r.Progress().Evals != 2 || r.X()[0] != r.Denoised()[0] || r.X()[1] != r.Denoised()[1] {
			t.Errorf("%s: %d evaluations, ends at %v, estimate %v", name, r.Progress().Evals, r.X(), r.Denoised())
		}
	}
}

// The hook sees every level of the grid, in their order, and what it writes is what is evaluated.
func TestAdaptiveVisitsTheGrid(t *testing.T) {
	levels := append(oracle.Rough(-2, 2, 5), schedule.Clean)
	for name, l := range adaptives(1e-2, 1e-3) {
		visits := 0
		stop := errors.New("stop")
		stops := 0
		m := &mixture{fail: stop, at: 4}
		r := begin(t, l, levels, Env{Denoiser: m, Noise: noise32,
			Arrived: func(x []float32, at schedule.Level, visit int) error {
				if visit != visits || at != levels[visit] {
					t.Errorf("%s: visit %d at %v, want visit %d at %v", name, visit, at, visits, levels[visits])
				}
				if visit == 2 && stops == 1 {
					return stop
				}
				visits++
				if visit > 0 && visit < len(levels)-1 {
					x[0], x[1] = float32(start[0]), float32(start[1])
				}
				return nil
			}})
		for done := false; !done; {
			var err error
			if done, err = r.Step(); err == stop {
				stops++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if visits != len(levels) || stops != 2 {
			t.Errorf("%s: %d visits of %d levels, stopped %d times", name, visits, len(levels), stops)
		}
		// The last step alone, from where the hook put x.
		one := begin(t, l, levels[len(levels)-2:], Env{Denoiser: &mixture{}, Noise: noise32})
		end(t, one)
		if r.X()[0] != one.X()[0] || r.X()[1] != one.X()[1] {
			t.Errorf("%s: ends at %v, want %v", name, r.X(), one.X())
		}
	}
}

// A run that is stopped anywhere and one that is Reset are the same run.
func TestAdaptiveRetriesAndResets(t *testing.T) {
	levels := append(oracle.Rough(-2, 2, 3), schedule.Clean)
	for name, l := range adaptives(1e-2, 1e-3) {
		r := begin(t, l, levels, Env{Denoiser: &mixture{}, Noise: noise32})
		end(t, r)
		first, evals := append([]float32(nil), r.X()...), r.Progress().Evals
		r.Reset()
		r.X()[0], r.X()[1] = float32(start[0]), float32(start[1])
		end(t, r)
		if r.X()[0] != first[0] || r.X()[1] != first[1] || r.Progress().Evals != evals {
			t.Errorf("%s: %v in %d evaluations, then %v in %d", name, first, evals, r.X(), r.Progress().Evals)
		}
		stop := errors.New("stop")
		for at := 1; at <= evals; at++ {
			r := begin(t, l, levels, Env{Denoiser: &mixture{fail: stop, at: at}, Noise: noise32})
			for done := false; !done; {
				var err error
				if done, err = r.Step(); err != nil && err != stop {
					t.Fatal(err)
				}
			}
			if r.X()[0] != first[0] || r.X()[1] != first[1] {
				t.Errorf("%s: stopped at call %d it ends at %v, want %v", name, at, r.X(), first)
			}
		}
	}
}

// A network that is wild beyond any tolerance still comes to an end, by the least step.
func TestAdaptiveEnds(t *testing.T) {
	levels := append(oracle.Uniform(-0.01, 0.01, 1), schedule.Clean)
	for name, l := range adaptives(1e-5, 1e-6) {
		calls := 0
		wild := denoiserFunc(func(dst, x []float32, _ schedule.Level) error {
			calls++
			for i := range dst {
				dst[i] = float32(1000 * (calls%2*2 - 1))
			}
			return nil
		})
		r := begin(t, l, levels, Env{Denoiser: wild, Noise: noise32})
		for done := false; !done && calls < 100000; {
			var err error
			if done, err = r.Step(); err != nil {
				t.Fatal(err)
			}
		}
		if calls >= 100000 {
			t.Errorf("%s does not end", name)
		}
	}
}

type denoiserFunc func(dst, x []float32, l schedule.Level) error

func (f denoiserFunc) Denoise(dst, x []float32, l schedule.Level) error { return f(dst, x, l) }
