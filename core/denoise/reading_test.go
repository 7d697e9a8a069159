package denoise_test

import (
	"math"
	"testing"

	. "tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/internal/oracle"
)

// ideal is E[x0 | x] of the bimodal mixture.
func ideal(x []float64, l schedule.Level) []float64 {
	d := make([]float64, len(x))
	oracle.Bimodal.Denoise(d, x, l)
	return d
}

// Each network below knows the mixture exactly and is written in its own paper's coordinates: it sees nothing but its
// scaled picture and its time. Its reading must give back the ideal estimate, on every process it can be used with.
func TestReadingsOnTheMixture(t *testing.T) {
	const data, least = 0.5, 0.002
	exploding := func(sigma float64) schedule.Level { return schedule.Level{A: 1, S: sigma} }
	// karras inverts D = skip·X + out·F at the sigma that the time says.
	karras := func(m, sign float64, sigmaOf func(time float64) float64) func(in []float64, time float64) []float64 {
		return func(in []float64, time float64) []float64 {
			sigma := sigmaOf(time)
			root := math.Hypot(sigma, data)
			x := []float64{in[0] * root, in[1] * root}
			d := ideal(x, exploding(sigma))
			skip, out := data*data/((sigma-m)*(sigma-m)+data*data), sign*(sigma-m)*data/root
			return []float64{(d[0] - skip*x[0]) / out, (d[1] - skip*x[1]) / out}
		}
	}
	vp, err := schedule.VPLinear(0.1, 20, 1e-3)
	edm, err2 := schedule.EDM(0.01, 20)
	flow, err3 := schedule.Flow(1e-3)
	sub, err4 := schedule.SubVP(0.1, 20, 1e-3)
	trig, err5 := schedule.Trig(data, 0)
	for _, err := range []error{err, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all := []schedule.Process{vp, edm, flow, sub, trig}
	// noise is E[ε | x].
	noise := func(x []float64, l schedule.Level) (d, e []float64) {
		d = ideal(x, l)
		return d, []float64{(x[0] - l.A*d[0]) / l.S, (x[1] - l.A*d[1]) / l.S}
	}
	type network func(p schedule.Process) func(in []float64, time float64) []float64
	plain := func(f func(l schedule.Level, x, e float64) float64) network {
		return func(p schedule.Process) func([]float64, float64) []float64 {
			return func(in []float64, time float64) []float64 {
				l := p.AtTime(time / 1000)
				d, e := noise(in, l)
				return []float64{f(l, d[0], e[0]), f(l, d[1], e[1])}
			}
		}
	}
	fixed := func(f func([]float64, float64) []float64) network {
		return func(schedule.Process) func([]float64, float64) []float64 { return f }
	}
	for _, c := range []struct {
		r     Reading
		net   network
		where []schedule.Process
	}{
		{Reading{Prediction: PredictEpsilon, Scale: 1000}, plain(func(_ schedule.Level, _, e float64) float64 { return e }), all},
		{Reading{Prediction: PredictV, Scale: 1000}, plain(func(l schedule.Level, x, e float64) float64 { return l.A*e - l.S*x }), all[:1]},
		{Reading{Prediction: PredictSample, Scale: 1000}, plain(func(_ schedule.Level, x, _ float64) float64 { return x }), all},
		{Reading{Prediction: PredictFlow, Scale: 1000}, plain(func(_ schedule.Level, x, e float64) float64 { return e - x }), all},
		{Reading{Prediction: PredictScore, Scale: 1000}, plain(func(l schedule.Level, _, e float64) float64 { return -e / l.S }), all},
		{Reading{Prediction: PredictEDM, Time: TimeQuarterLog, Data: data},
			fixed(karras(0, 1, func(c float64) float64 { return math.Exp(4 * c) })), all},
		{Reading{Prediction: PredictEDMV, Time: TimeSigma, Data: data},
			fixed(karras(0, -1, func(c float64) float64 { return c })), all},
		{Reading{Prediction: PredictConsistency, Time: TimeLog250, Data: data, Least: least},
			fixed(karras(least, 1, func(c float64) float64 { return math.Exp(c / 250) })), all},
		{Reading{Prediction: PredictEDM, Time: TimeLambda, Data: data},
			fixed(karras(0, 1, func(c float64) float64 { return math.Exp(-c) })), all},
		{Reading{Prediction: PredictTrig, Data: data}, fixed(func(in []float64, time float64) []float64 {
			l := schedule.Level{A: math.Cos(time), S: data * math.Sin(time)}
			x := []float64{in[0] * data, in[1] * data}
			d := ideal(x, l)
			return []float64{(l.A*x[0] - d[0]) / l.S, (l.A*x[1] - d[1]) / l.S}
		}), all[4:]},
	} {
		param := c.r.Param()
		for _, p := range c.where {
			net := c.net(p)
			hi, lo := p.Range()
			for _, u := range []float64{0.03, 0.2, 0.5, 0.8, 0.97} {
				l := p.AtTime(lo.T + u*(hi.T-lo.T))
				x := []float64{0.3*l.A - 0.7*l.S, -0.5*l.A + 1.2*l.S}
				pre, err := param(l)
				if err != nil {
					t.Fatalf("%v of %v at %v: %v", c.r.Prediction, c.r.Time, l, err)
				}
				f := net([]float64{pre.In * x[0], pre.In * x[1]}, pre.Time)
				for i, want := range ideal(x, l) {
					if got := pre.Skip*x[i] + pre.Out*f[i]; math.Abs(got-want) > 1e-9*(1+math.Abs(pre.Skip*x[i])) {
						t.Errorf("%v of %v at %v: D is %v, want %v", c.r.Prediction, c.r.Time, l, got, want)
					}
				}
			}
		}
	}
}

// Where nothing is left to remove, a consistency model gives back what it gets, and so does a latent one at time 0.
func TestBoundaries(t *testing.T) {
	r := Reading{Prediction: PredictConsistency, Time: TimeLog250, Least: 0.01}
	sigma := 0.01
	for _, l := range []schedule.Level{{A: 1, S: sigma}, {A: 1 / math.Hypot(1, sigma), S: sigma / math.Hypot(1, sigma)}} {
		c, err := r.Param()(l)
		if err != nil || math.Abs(c.Skip*l.A-1) > 1e-15 || math.Abs(c.Out) > 1e-16 {
			t.Errorf("at the least sigma: %+v, %v, want X itself", c, err)
		}
	}
	lcm := Reading{Prediction: PredictEpsilon, Boundary: 10}
	c, err := lcm.Param()(schedule.Level{T: 0, A: 0.9, S: math.Sqrt(0.19)})
	if err != nil || c.Skip != 1 || c.Out != 0 {
		t.Errorf("latent consistency at time 0: %+v, %v, want x itself", c, err)
	}
	// The published numbers: c = 0.25/((10t)²+0.25), o = 10t/√((10t)²+0.25), D' = c·x + o·D.
	l := schedule.Level{T: 0.1, A: 0.6, S: 0.8}
	c, err = lcm.Param()(l)
	skip, out := 0.25/1.25, 1/math.Sqrt(1.25)
	if err != nil || math.Abs(c.Skip-(skip+out/0.6)) > 1e-15 || math.Abs(c.Out+out*0.8/0.6) > 1e-15 {
		t.Errorf("latent consistency at time 0.1: %+v, %v", c, err)
	}
}

// Every prediction is finite at every level of every process that a sampler asks about.
func TestReadingsAreFinite(t *testing.T) {
	for _, p := range Predictions() {
		for _, lambda := range []float64{-9, -3, 0, 3, 9} {
			sigma := math.Exp(-lambda)
			a := 1 / math.Hypot(1, sigma)
			c, err := p.Param()(schedule.Level{T: 1, A: a, S: a * sigma})
			if sum := c.In + c.Skip + c.Out + c.Time; err != nil || math.IsNaN(sum) || math.IsInf(sum, 0) {
				t.Errorf("%v at lambda %v: %+v, %v", p, lambda, c, err)
			}
		}
	}
}
