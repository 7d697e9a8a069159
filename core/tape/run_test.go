package tape_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	. "tintype/core/tape"
)

// euler is a tape of straight steps along the slope.
func euler(t *testing.T, levels []schedule.Level) *Tape {
	t.Helper()
	compiled, err := Assemble(levels, func(levels []schedule.Level, b *Builder) error {
		d, e := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			b.Eval(d, X, i)
			b.Slope(e, X, d, levels[i])
			b.Lin(X, Term{Coef: to.A, Src: d}, Term{Coef: to.S, Src: e})
			b.Arrive(i + 1)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// preserving are the levels of n steps of a variance-preserving process, the first one pure noise.
func preserving(n int) (levels []schedule.Level) {
	for i := range n {
		a := float64(i) / float64(n)
		levels = append(levels, schedule.Level{T: float64(n - i), A: a, S: math.Sqrt(1 - a*a)})
	}
	return append(levels, schedule.Clean)
}

// still sees every picture as clean, but for the call numbered fail.
type still struct{ fail, call int }

func (s *still) Denoise(dst, x []float32, l schedule.Level) error {
	if s.call++; s.call == s.fail {
		return denoise.ErrNotFinite
	}
	copy(dst, x)
	return nil
}

func noise(dst []float32, key uint32) {
	for i := range dst {
		dst[i] = float32(math.Sin(float64(key)*12.9898 + float64(i)*78.233 + 1))
	}
}

// The noise a run begins with has the width of the marginal of unit-variance data.
func TestStartScale(t *testing.T) {
	levels := []schedule.Level{{T: 3, A: 1, S: 80}, {T: 2, A: 1, S: 2}, schedule.Clean}
	r := NewRun(euler(t, levels), Env{Denoiser: &still{}, Noise: func(dst []float32, _ uint32) { dst[0] = 1 }}, 2)
	if got, want := r.X()[0], float32(math.Sqrt(6401)); got != want {
		t.Errorf("starts at %v, want %v", got, want)
	}
	r = NewRun(euler(t, preserving(5)), Env{Denoiser: &still{}, Noise: func(dst []float32, _ uint32) { dst[0] = 0.7 }}, 2)
	if got := r.X()[0]; got != 0.7 {
		t.Errorf("a variance-preserving run starts at %v, want the noise itself", got)
	}
}

func TestStepReportsWhere(t *testing.T) {
	tape := euler(t, preserving(5))
	r := NewRun(tape, Env{Denoiser: &still{fail: 3}, Noise: noise}, 2)
	var err error
	for done := false; !done && err == nil; {
		done, err = r.Step()
	}
	var at *StepError
	if !errors.As(err, &at) || !errors.Is(err, denoise.ErrNotFinite) {
		t.Fatalf("error %v", err)
	}
	if at.Step != 3 || at.Steps != 5 || at.Time != tape.Levels[2].T {
		t.Errorf("located at %+v", at)
	}
}

// The hook sees every level of the grid before it is evaluated, and what it writes is what is evaluated.
func TestArrived(t *testing.T) {
	levels := preserving(3)
	var times []float64
	stop, stops := errors.New("stop"), 0
	r := NewRun(euler(t, levels), Env{Denoiser: &still{}, Noise: noise,
		Arrived: func(x []float32, l schedule.Level, visit int) error {
			if visit == 1 && stops == 0 {
				return stop
			}
			times = append(times, l.T)
			x[0] = float32(visit)
			return nil
		}}, 2)
	for done := false; !done; {
		var err error
		if done, err = r.Step(); err == stop {
			stops++
		} else if err != nil {
			t.Fatal(err)
		}
		if p := r.Progress(); p.Evals > p.Step && r.Denoised()[0] != float32(p.Step) {
			t.Errorf("after %d steps the estimate is of %v", p.Step, r.Denoised()[0])
		}
	}
	want := []float64{levels[0].T, levels[1].T, levels[2].T, levels[3].T}
	if stops != 1 || !slices.Equal(times, want) {
		t.Errorf("stopped %d times, visited times %v, want %v", stops, times, want)
	}
}
