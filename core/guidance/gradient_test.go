package guidance

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// slope is an Objective whose gradient is 1 + x.
type slope struct {
	err   error
	calls int
}

func (s *slope) Gradient(dst, x []float32, l schedule.Level) error {
	s.calls++
	for i, v := range x {
		dst[i] = 1 + v
	}
	return s.err
}

// half estimates x/2.
type half struct{}

func (half) Denoise(dst, x []float32, l schedule.Level) error {
	for i, v := range x {
		dst[i] = v / 2
	}
	return nil
}

func TestGradient(t *testing.T) {
	x, dst := []float32{0, 1, -2, 0.5}, make([]float32, 4)
	for _, l := range []schedule.Level{{A: 0.6, S: 0.8}, {A: 1, S: 3}, {A: 1, S: 0}, {A: 0, S: 1}} {
		for _, scale := range []float64{0, 1, 2.5} {
			o := &slope{}
			if err := NewGradient(half{}, o, 4, scale).Denoise(dst, x, l); err != nil {
				t.Fatal(err)
			}
			for i, v := range x {
				want := float64(v) / 2
				if l.A != 0 {
					want += scale * l.S * l.S / l.A * (1 + float64(v))
				}
				if math.Abs(float64(dst[i])-want) > 1e-5 {
					t.Errorf("scale %v at %v: D(%v) = %v, expected %v", scale, l, v, dst[i], want)
				}
			}
			if l.A == 0 && o.calls != 0 {
				t.Error("the objective is asked where there is no signal")
			}
		}
	}
}

// The gradient is one of the score: the score of the guided estimate is the score plus scale·gradient.
func TestGradientAddsToTheScore(t *testing.T) {
	l := schedule.Level{A: 0.6, S: 0.8}
	x, plain, guided := []float32{0.3, -1}, make([]float32, 2), make([]float32, 2)
	half{}.Denoise(plain, x, l)
	if err := NewGradient(half{}, &slope{}, 2, 1.5).Denoise(guided, x, l); err != nil {
		t.Fatal(err)
	}
	score := func(d float32, x float32) float64 { return (l.A*float64(d) - float64(x)) / (l.S * l.S) }
	for i, v := range x {
		if got, want := score(guided[i], v), score(plain[i], v)+1.5*(1+float64(v)); math.Abs(got-want) > 1e-5 {
			t.Errorf("score %v, expected %v", got, want)
		}
	}
}

// In DDPM's step the guided mean is the mean plus scale·(a_T/a_S)·β·gradient: the mean shift of classifier guidance.
func TestGradientShiftsTheMeanOfDDPM(t *testing.T) {
	for _, levels := range [][]schedule.Level{
		{{T: 9, A: 0.6, S: 0.8}, {T: 8, A: 0.8, S: 0.6}},
		{{T: 9, A: math.Sqrt(0.5), S: math.Sqrt(0.5)}, {T: 8, A: math.Sqrt(0.51), S: math.Sqrt(0.49)}},
	} {
		mean := func(d denoise.Denoiser) []float32 {
			compiled, err := solver.Compile(solver.DDPM{Variance: solver.VarianceLarge}, nil, levels)
			if err != nil {
				t.Fatal(err)
			}
			silent := func(dst []float32, key uint32) {
				for i := range dst {
					dst[i] = 0
					if key == 0 {
						dst[i] = float32(i) - 1
					}
				}
			}
			run := tape.NewRun(compiled, tape.Env{Denoiser: d, Noise: silent}, 3)
			for done := false; !done; {
				if done, err = run.Step(); err != nil {
					t.Fatal(err)
				}
			}
			return run.X()
		}
		const scale = 2
		plain, guided := mean(half{}), mean(NewGradient(half{}, &slope{}, 3, scale))
		from, to := levels[0], levels[1]
		beta := 1 - (from.A/to.A)*(from.A/to.A)
		for i := range plain {
			gradient := 1 + float64(i) - 1
			want := float64(plain[i]) + scale*to.A/from.A*beta*gradient
			if math.Abs(float64(guided[i])-want) > 1e-6 {
				t.Errorf("mean %v, expected %v (without guidance %v)", guided[i], want, plain[i])
			}
		}
	}
}

func TestGradientErrors(t *testing.T) {
	x, dst, l := make([]float32, 2), make([]float32, 2), schedule.Level{A: 0.6, S: 0.8}
	stop := errors.New("stop")
	if err := NewGradient(half{}, &slope{err: stop}, 2, 1).Denoise(dst, x, l); err != stop {
		t.Errorf("error %v", err)
	}
	nan := ObjectiveFunc(func(dst, _ []float32, _ schedule.Level) error {
		dst[1] = float32(math.Inf(1))
		return nil
	})
	if err := NewGradient(half{}, nan, 2, 1).Denoise(dst, x, l); !errors.Is(err, denoise.ErrNotFinite) {
		t.Errorf("an infinite gradient: error %v", err)
	}
	g := NewGradient(half{}, &slope{}, 2, 1)
	if n := testing.AllocsPerRun(10, func() { g.Denoise(dst, x, l) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
