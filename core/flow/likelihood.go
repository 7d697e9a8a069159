// Package flow follows the probability flow the other way, from a picture to noise: for the noise that belongs to a
// picture, and for its likelihood.
package flow

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// Likelihood is the log density of a picture under a model. The probability flow in X = x/a over λ carries every
// picture to noise, whose density is known; on the way the density changes by the flow's divergence:
//
//	dX/dλ = D - X,  d log p(X)/dλ = d - a·tr(∂D/∂x)
//	log p(x_lo) = log N(x_hi; 0, a² + s²) + d·log(a_hi/a_lo) + ∫_{λ_lo}^{λ_hi} (a·tr(∂D/∂x) - d) dλ
//
// Y. Song et al., arXiv 2011.13456, section 4.3 and appendix D.2, by the steps of RK45. Where a Denoiser knows no trace
// but its derivative along a vector, the trace is M. Hutchinson's estimate, the mean of uᵀ(∂D/∂x)u over Probes
// random signs u, which are kept along the way (W. Grathwohl et al., arXiv 1810.01367). The noise that a picture ends
// in is that of unit-variance data, so hi should carry little signal.
type Likelihood struct {
	Relative, Absolute float64 // tolerances, as RK45's; of the integral too
	Probes             int     // where the trace is estimated
}

// ErrNoGradient is the clash of a likelihood and a Denoiser that cannot be differentiated.
var ErrNoGradient = errors.New("a likelihood needs to know how the estimate answers to the picture: use a model whose denoiser has gradients")

// LogProb is the log density, in nats, of x, one picture at level lo, and the number of evaluations it took. The flow
// is followed to level hi; both levels have signal and noise. noise draws the probes.
func (s Likelihood) LogProb(den denoise.Denoiser, p schedule.Process, x []float32, lo, hi schedule.Level, noise tape.Noise) (logp float64, evals int, err error) {
	f := &flow{Likelihood: s, den: den, n: len(x), process: p}
	if f.tracer, _ = den.(denoise.Tracer); f.tracer == nil {
		if f.pusher, _ = den.(denoise.Pusher); f.pusher == nil {
			return 0, 0, ErrNoGradient
		}
		f.draw(noise)
	}
	if hi.A == 0 || lo.S == 0 || !lo.Below(hi) {
		return 0, 0, &tape.LevelsError{Problem: "a likelihood is followed from little noise to much, and neither level may be without signal or noise"}
	}
	f.x, f.y = make([]float64, f.n), make([]float64, f.n)
	for i, v := range x {
		f.x[i] = float64(v)
	}
	for i := range f.v {
		f.v[i] = make([]float64, f.n)
	}
	f.in, f.d = make([]float32, f.n), make([]float32, f.n)
	if err := f.run(lo, hi); err != nil {
		return 0, f.evals, err
	}
	u := hi.Width()
	sum := 0.0
	for _, v := range f.x {
		sum += float64(v * v)
	}
	d := float64(f.n)
	logp = -0.5*sum/float64(u*u) - float64(d*exact.Log(u*math.Sqrt(2*math.Pi)))
	return logp + float64(d*exact.Log(hi.A/lo.A)) + f.integral, f.evals, nil
}

// flow is a picture on its way to noise, in float64 but for the evaluations.
type flow struct {
	Likelihood
	den     denoise.Denoiser
	tracer  denoise.Tracer
	pusher  denoise.Pusher
	process schedule.Process
	n       int

	x, y     []float64
	v        [solver.MaxSlopes][]float64 // D - X at each stage
	div      [solver.MaxSlopes]float64   // a·tr - d
	integral float64
	in, d    []float32
	signs    [][]float32
	try      solver.Try
	evals    int
}

// draw makes the probes.
func (f *flow) draw(noise tape.Noise) {
	for k := range max(f.Probes, 1) {
		u := make([]float32, f.n)
		noise(u, uint32(k))
		for i, v := range u {
			u[i] = 1
			if v < 0 {
				u[i] = -1
			}
		}
		f.signs = append(f.signs, u)
	}
}

// run takes x from lo to hi.
func (f *flow) run(lo, hi schedule.Level) error {
	from, h := lo, solver.FirstStep
	if err := f.ask(0, f.x, lo); err != nil {
		return err
	}
	for from != hi {
		to, cut := hi, true
		if lambda := from.Lambda(); lambda-1.01*h > hi.Lambda() {
			to, cut = f.process.AtLambda(lambda-h), false
		}
		solver.PlanRK45(&f.try, f.process, from, to)
		for i := 1; i < solver.MaxSlopes; i++ {
			f.combine(i)
			if err := f.ask(i, f.y, f.try.Level[i]); err != nil {
				return err
			}
		}
		length := from.Lambda() - to.Lambda()
		gain, off := 0.0, 0.0
		for j := range solver.MaxSlopes {
			gain -= float64(length * float64(solver.RK45A[6][j]*f.div[j]))
			off -= float64(length * float64(solver.RK45E[j]*f.div[j]))
		}
		e := f.error(off, to)
		factor := 1 + exact.Atan(exact.Pow(1/(e+1e-8), 1.0/5)-1)
		if factor < solver.Accepted && length > 1.5*solver.LeastStep {
			h = max(factor*length, solver.LeastStep)
			continue
		}
		if !cut || factor*length > h {
			h = max(factor*length, solver.LeastStep)
		}
		f.x, f.y = f.y, f.x
		f.v[0], f.v[6] = f.v[6], f.v[0]
		f.div[0] = f.div[6]
		f.integral += gain
		from = to
	}
	return nil
}

// combine sets y to the x of a stage.
func (f *flow) combine(stage int) {
	for i, x := range f.x {
		y := float64(f.try.Keep[stage] * x)
		for j, c := range f.try.C[stage][:stage] {
			y += float64(c * f.v[j][i])
		}
		f.y[i] = y
	}
}

// ask evaluates D and the divergence at x.
func (f *flow) ask(stage int, x []float64, l schedule.Level) error {
	for i, v := range x {
		f.in[i] = float32(v)
	}
	f.evals++
	if err := f.den.Denoise(f.d, f.in, l); err != nil {
		return err
	}
	for i, v := range x {
		f.v[stage][i] = float64(f.d[i]) - v/l.A
	}
	trace, err := f.trace(l)
	f.div[stage] = float64(l.A*trace) - float64(f.n)
	return err
}

func (f *flow) trace(l schedule.Level) (float64, error) {
	if f.tracer != nil {
		return f.tracer.Trace(f.in, l)
	}
	sum := 0.0
	for _, u := range f.signs {
		if err := f.pusher.Push(f.d, u, f.in, l); err != nil {
			return 0, err
		}
		for i, v := range u {
			sum += float64(float64(v) * float64(f.d[i]))
		}
	}
	return sum / float64(len(f.signs)), nil
}

// error is E of x and of the integral, whichever is worse.
func (f *flow) error(off float64, to schedule.Level) float64 {
	u, sum := to.Width(), 0.0
	for i, y := range f.y {
		d := 0.0
		for j, c := range f.try.Off {
			d += float64(c * f.v[j][i])
		}
		e := d / max(float64(f.Absolute*u), float64(f.Relative*max(math.Abs(y), math.Abs(f.x[i]))))
		sum += float64(e * e)
	}
	return max(math.Sqrt(sum/float64(f.n)), math.Abs(off)/max(f.Absolute, float64(f.Relative*math.Abs(f.integral))))
}
