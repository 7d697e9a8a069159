package schedule

import (
	"math"

	"tintype/core/exact"
)

// FastDPM (Z. Kong, W. Ping, arXiv 2106.00132) steps through a process of n steps of its own, whose levels it finds in
// the trained one: STEP chooses the times, VAR the variances η_0 ... η_n-1 of the steps, so that
//
//	ᾱ_j = Π_{i<=j} (1-η_i),  η_i = β₀ + i·x (linear) or β₀·(1 + i·x)² (quadratic), x such that ᾱ_n-1 is the process'
//
// and each ᾱ_j has the time R⁻¹(ᾱ_j). Of a table of betas that grow by Δ, R is known between the steps too:
//
//	ln R(t) = (t+1)·ln Δ + ln Γ(b+1) - ln Γ(b-t),  b = (1-β₀)/Δ

func fastStep(a *ask) ([]float64, error) {
	if a.o.Whole(Growth) == growthQuadratic || a.n == 1 {
		return quadratic(a)
	}
	if err := a.trained(); err != nil {
		return nil, err
	}
	times := make([]float64, a.n)
	for i := range times {
		times[i] = math.Floor(float64(float64(a.n-1-i) * (float64(a.steps-1) / float64(a.n-1))))
	}
	return times, nil
}

func fastVar(a *ask) ([]Level, error) {
	p, ok := a.process.(*VPDiscrete)
	if !ok {
		return nil, gridError("use trailing", "fast-var needs a process with a table of betas")
	}
	if a.hi.A == 0 || a.n == 1 && a.steps > 1 {
		return nil, gridError("use trailing", "fast-var needs two steps or more, and a process that begins with some signal")
	}
	first, target := float64(a.lo.S*a.lo.S), 2*exact.Log(a.hi.A)
	eta := func(x float64, i int) float64 {
		if a.o.Whole(Growth) == growthQuadratic {
			r := 1 + float64(x*float64(i))
			return float64(first * float64(r*r))
		}
		return first + float64(x*float64(i))
	}
	log := func(x float64) float64 { // of the last ᾱ
		sum := 0.0
		for i := range a.n {
			sum += exact.Log(1 - min(eta(x, i), 1))
		}
		return sum
	}
	lo, hi := 0.0, 1/math.Sqrt(first)
	for range 100 {
		if x := 0.5 * (lo + hi); log(x) > target {
			lo = x
		} else {
			hi = x
		}
	}
	levels := make([]Level, a.n, a.n+1)
	signal, noise := 1.0, 0.0
	for i := range levels {
		e := eta(lo, i)
		noise = e + float64((1-e)*noise)
		signal = float64(signal * (1 - e))
		l := p.AtLambda(0.5 * exact.Log(signal/noise))
		l.T = p.timeOf(l)
		levels[a.n-1-i] = l
	}
	levels[0] = a.hi // the bisection's last digit
	return levels, nil
}

// timeOf is R⁻¹ of a level, for a table that grows evenly; else the level's own time, interpolated between steps.
func (p *VPDiscrete) timeOf(l Level) float64 {
	n := len(p.betas)
	grow := (p.betas[n-1] - p.betas[0]) / float64(max(n-1, 1))
	for i, b := range p.betas {
		if !(grow > 0 && math.Abs(b-p.betas[0]-float64(float64(i)*grow)) < 1e-12) {
			return l.T
		}
	}
	b, log := (1-p.betas[0])/grow, 2*exact.Log(l.A)
	whole := exact.LogGamma(b + 1)
	lo, hi := math.Max(0, l.T-1), math.Min(float64(n-1), l.T+1)
	for range 60 {
		t := 0.5 * (lo + hi)
		if float64((t+1)*exact.Log(grow))+whole-exact.LogGamma(b-t) > log {
			lo = t
		} else {
			hi = t
		}
	}
	return hi
}
