package edit

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// pair is data of two correlated values, x0 ~ N(0, [[1, c], [c, 1]]): where the first is known to be v, the second is
// N(c·v, 1-c²). A picture is one pair.
type pair struct{ c float64 }

// Denoise is E[x0 | x] = a·C·(a²·C + s²·I)⁻¹·x.
func (p pair) Denoise(dst, x []float32, l schedule.Level) error {
	a2, s2 := l.A*l.A, l.S*l.S
	diag, off := a2+s2, a2*p.c
	det := diag*diag - off*off
	for i := 0; i < len(x); i += 2 {
		u, v := float64(x[i]), float64(x[i+1])
		iu, iv := (diag*u-off*v)/det, (diag*v-off*u)/det
		dst[i], dst[i+1] = float32(l.A*(iu+p.c*iv)), float32(l.A*(p.c*iu+iv))
	}
	return nil
}

const (
	correlation = 0.8
	known       = 1.5
	pairs       = 4096
)

// posterior runs a method and returns the mean and variance of the unknown value.
func posterior(t *testing.T, r tape.Runner) (mean, variance float64) {
	t.Helper()
	x := finish(t, r)
	for i := 1; i < len(x); i += 2 {
		mean += float64(x[i]) / pairs
	}
	for i := 1; i < len(x); i += 2 {
		d := float64(x[i]) - mean
		variance += d * d / pairs
	}
	return mean, variance
}

func knownFirst() *Measurement { return Kept([]float32{known, 0}, []float32{1, 0}, 1) }

// Replacement is biased: the unknown value never learns enough of the known one. Going back and forth makes up for
// it, the more the more often.
func TestReplacementBiasShrinksWithTravel(t *testing.T) {
	m := knownFirst()
	want, wantVar := correlation*known, 1-correlation*correlation
	var off []float64
	for _, times := range []int{1, 4, 16} {
		compiled, err := solver.Compile(solver.Travel{Solver: solver.DDPM{}, Jump: 2, Times: times}, nil, levels(30))
		if err != nil {
			t.Fatal(err)
		}
		env := tape.Env{Denoiser: pair{correlation}, Noise: noise, Arrived: NewReplacement(m, noise, pairs, false).Arrived}
		mean, v := posterior(t, compiled.Start(env, 2*pairs))
		off = append(off, math.Abs(mean-want))
		t.Logf("%2d times: mean %.3f (exact %.3f), variance %.3f (exact %.3f)", times, mean, want, v, wantVar)
	}
	if !(off[1] < 0.5*off[0] && off[2] < 0.5*off[1]) || off[2] > 0.1 {
		t.Errorf("the bias of the mean is %.3f", off)
	}
}

// DDRM's posterior is close to the exact one, also with a noisy measurement, where x0's first value is
// N(v/(1+σ²), σ²/(1+σ²)) and the second follows it.
func TestDDRMPosterior(t *testing.T) {
	for _, sigma := range []float64{0, 0.5} {
		m := knownFirst()
		gain := 1 / (1 + sigma*sigma)
		want := correlation * known * gain
		wantVar := 1 - correlation*correlation*gain
		r := DDRM{Known: m, Noise: sigma}.Prepare(levels(60)).Start(tape.Env{Denoiser: pair{correlation}, Noise: noise}, 2*pairs)
		mean, v := posterior(t, r)
		t.Logf("measured with noise %v: mean %.3f (exact %.3f), variance %.3f (exact %.3f)", sigma, mean, want, v, wantVar)
		if math.Abs(mean-want) > 0.3 || math.Abs(v-wantVar) > 0.2 {
			t.Errorf("noise %v: mean %v and variance %v, exact %v and %v", sigma, mean, v, want, wantVar)
		}
	}
}

// failing is a Denoiser that fails once, at its call number at.
type failing struct {
	pair
	at, calls int
	err       error
}

func (f *failing) Denoise(dst, x []float32, l schedule.Level) error {
	if f.calls++; f.calls == f.at {
		return f.err
	}
	return f.pair.Denoise(dst, x, l)
}

// A DDRM run can be tried again after every error, of the denoiser and of the hook, and says where a NaN was met.
func TestDDRMCanBeRetried(t *testing.T) {
	m := knownFirst()
	plain := finish(t, DDRM{Known: m}.Prepare(levels(4)).Start(tape.Env{Denoiser: pair{correlation}, Noise: noise}, 2))
	stop := errors.New("stop")
	for at := 1; at <= 5; at++ {
		hooks := 0
		r := DDRM{Known: m}.Prepare(levels(4)).Start(tape.Env{
			Denoiser: &failing{pair: pair{correlation}, at: at, err: stop}, Noise: noise,
			Arrived: func([]float32, schedule.Level, int) error {
				if hooks++; hooks == at {
					return stop
				}
				return nil
			}}, 2)
		stops := 0
		for done := false; !done; {
			var err error
			if done, err = r.Step(); err != nil {
				stops++
			}
		}
		if stops != 2 || r.X()[0] != plain[0] || r.X()[1] != plain[1] || r.Progress().Step != 5 || r.Progress().Evals != 5 {
			t.Errorf("stopped %d times at call %d: ends at %v after %+v, want %v", stops, at, r.X(), r.Progress(), plain)
		}
	}
	r := DDRM{Known: m}.Prepare(levels(4)).Start(tape.Env{Denoiser: &failing{at: 2, err: denoise.ErrNotFinite}, Noise: noise}, 2)
	var err error
	for done := false; !done && err == nil; {
		done, err = r.Step()
	}
	var at *tape.StepError
	if !errors.As(err, &at) || at.Step != 2 || at.Steps != 5 {
		t.Errorf("error %v", err)
	}
}
