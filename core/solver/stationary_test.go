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

// Annealed Langevin dynamics on a Gaussian, exactly: x lags behind the falling levels, by half as much on twice as many.
func TestALDConverges(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	var errs []float64
	for _, n := range []int{100, 200, 400} {
		levels := append(oracle.Uniform(-3, 4, n), schedule.Clean)
		tape := compile(t, ALD{Step: 0.1, Inner: 5}, levels)
		mean, v := g.Push(tape)
		l := levels[n]
		_, marginal := g.Marginal(l)
		want := math.Pow(l.A*g.Var, 2) / marginal // of D
		errs = append(errs, v/want-1)
		t.Logf("%d levels: %d calls, variance off by %+.4f, mean by %+.1e", n, tape.NFE, v/want-1, mean-g.Mean)
	}
	for i := 1; i < len(errs); i++ {
		if !(errs[i] > 0 && errs[i] < 0.6*errs[i-1]) {
			t.Errorf("errors of the variance %v", errs)
		}
	}
}

// corrector is PC's Langevin step many times at one level.
type corrector struct {
	times int
	c     float64
}

func (s corrector) Compile(levels []schedule.Level, b *Draft) error {
	d, z := b.Buffer(), b.Buffer()
	for range s.times {
		b.Eval(d, X, 0)
		b.Noise(z)
		b.Langevin(d, z, levels[0], s.c)
	}
	b.Arrive(1)
	return nil
}

// PC's corrector keeps the marginal of its level, to the bias of its step: snr² of the variance.
func TestCorrectorIsStationary(t *testing.T) {
	const n = 1 << 15
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	for _, lambda := range []float64{-1, 0.5} {
		l := oracle.AtLambda(lambda)
		mean, v := g.Marginal(l)
		tape := compile(t, corrector{60, 2 * 0.16 * 0.16}, []schedule.Level{l, schedule.Clean})
		h := &heads{g.Mean, g.Var, make([]float32, n), func(schedule.Level, float64, float64) float64 { return 0 }}
		for _, begin := range []float64{1, 1.5} { // at the marginal, and half as wide again: it comes back
			r := NewRun(tape, Env{Denoiser: h, Noise: gaussNoise(9)}, n)
			for i, z := range r.X() {
				r.X()[i] = float32(mean + begin*math.Sqrt(v)*float64(z))
			}
			finish(t, r)
			gotMean, got := moments(r.X())
			left := 0.0
			if begin > 1 {
				left = (begin*begin - 1) * math.Exp(-4*0.16*0.16*60)
			}
			if want := v * (1 + 0.16*0.16 + left); math.Abs(got/want-1) > 4.5*math.Sqrt(2.0/n)+0.005 || math.Abs(gotMean-mean) > 4.5*math.Sqrt(v/n) {
				t.Errorf("lambda %v, begun %v times too wide: mean %.4f and variance %.4f, want %.4f and %.4f", lambda, begin, gotMean, got, mean, want)
			}
		}
	}
}

// Each predictor has weak order 1 on every kind of process: the coefficients of its SDE come from the levels alone.
func TestPredictorsOnEveryProcess(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	vp, err1 := schedule.VPLinear(0.1, 20, 1e-3)
	sub, err2 := schedule.SubVP(0.1, 20, 1e-3)
	ve, err3 := schedule.VE(0.01, 50)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]schedule.Process{"vp": vp, "sub-vp": sub, "ve": ve} {
		for _, predictor := range []int{ReverseDiffusion, AncestralPredictor, EulerMaruyama} {
			var errs []float64
			for _, n := range []int{200, 400, 800} {
				levels := make([]schedule.Level, n+1)
				for i := range levels {
					levels[i] = p.AtTime(0.9 - 0.7*float64(i)/float64(n))
				}
				tape, err := Compile(PC{Predictor: predictor}, p, levels)
				if err != nil {
					t.Fatal(err)
				}
				mean, v := g.Push(tape)
				wantMean, want := g.Marginal(levels[n])
				errs = append(errs, math.Abs(v/want-1)+math.Abs(mean-wantMean))
			}
			for i := 1; i < len(errs); i++ {
				if slope := math.Log2(errs[i-1] / errs[i]); slope < 0.75 || slope > 1.6 {
					t.Errorf("predictor %d on %s: errors %v fall with order %.2f", predictor, name, errs, slope)
				}
			}
		}
	}
}
