package schedule

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// bySigma are the levels at the sigmas of a formula. A grid that ends at the first trained level has one point more,
// which is that level: it does not come twice.
//
// A flow's sigma is its time here, as every program has it: its noise-to-signal ratio has no largest value.
func (a *ask) bySigma(g *GridInfo) ([]Level, error) {
	if err := a.bound(); err != nil {
		return nil, err
	}
	hi, lo := a.first, a.last
	switch {
	case g.Kind == SigmaList: // brings its own
	case math.IsInf(hi, 1):
		return nil, gridError("give it a sigma-max, or use trailing", "%s needs a largest sigma, and the process begins without signal", g.Name)
	case !(lo > 0):
		return nil, gridError("give it a sigma-min, or use trailing", "%s needs a smallest sigma above 0", g.Name)
	case !(hi > lo) && a.n > 1:
		return nil, gridError("give it two that fall", "%s from sigma-max %v to sigma-min %v", g.Name, hi, lo)
	case a.flow && hi > a.hi.T:
		return nil, gridError("use one of at most 1", "sigma-max %v, and a flow's sigmas are its times", hi)
	}
	m := a.n
	if a.o.Whole(Final) == FinalFirst {
		m++
	}
	sigmas, err := g.sigmas(a, m)
	if err != nil {
		return nil, err
	}
	levels := make([]Level, len(sigmas), len(sigmas)+1)
	most, least := a.own()
	for i, sigma := range sigmas {
		switch {
		case sigma == most: // the ends themselves: a detour by sigma would cost the last digit
			levels[i] = a.hi
		case sigma == least:
			levels[i] = a.lo
		case a.flow:
			levels[i] = a.process.AtTime(sigma)
		default:
			levels[i] = a.process.AtLambda(-exact.Log(sigma))
		}
	}
	return levels, nil
}

// bound sets the first and the last sigma: those of the settings, of another grid's times, or the process' own.
func (a *ask) bound() error {
	a.first, a.last = a.own()
	var times []float64
	var err error
	switch a.o.Whole(Ends) {
	case EndsLeading:
		times, err = leading(a)
	case EndsTrailing:
		times, err = trailing(a)
	}
	if err != nil {
		return err
	}
	if times != nil && !a.flow {
		a.first, a.last = a.process.AtTime(times[0]).Sigma(), a.process.AtTime(times[a.n-1]).Sigma()
	}
	if v := a.o.Value(SigmaMax); v != 0 {
		a.first = v
	} else if begin, ok := a.o.Get(Begin); ok && begin == BeginLate && a.beginsLate() && a.first > beginSigma {
		a.first = beginSigma
	}
	if v := a.o.Value(SigmaMin); v != 0 {
		a.last = v
	}
	return nil
}

// beginSigma is where a grid of sigmas begins on a process that ends beyond LostSigma: where T. Karras et al., arXiv
// 2206.00364, begin. Steps above it only move noise. A process that keeps the signal and only adds noise was given its
// largest sigma as the data need it, and a flow's sigmas are its times: they begin at their own.
const beginSigma = 80

func (a *ask) beginsLate() bool { return !a.flow && a.hi.A < 1 && (a.hi.A == 0 || a.hi.Lost()) }

// own are the process' largest and smallest sigma.
func (a *ask) own() (hi, lo float64) {
	if a.flow {
		return a.hi.T, a.lo.T
	}
	return a.hi.Sigma(), a.lo.Sigma()
}

// between puts m points between the ends at equal steps of f, whose inverse is g. The ends are exact.
func (a *ask) between(m int, f, g func(float64) float64) []float64 {
	hi, lo := a.first, a.last
	b, c := f(hi), f(lo)
	sigmas := make([]float64, m)
	for i := range sigmas {
		sigmas[i] = g(between(b, c, i, m))
	}
	if m > 1 {
		sigmas[m-1] = lo
	}
	sigmas[0] = hi
	return sigmas
}

func karras(a *ask, m int) ([]float64, error) {
	rho := a.o.Value(Rho)
	return a.between(m, func(s float64) float64 { return exact.Pow(s, 1/rho) },
		func(r float64) float64 { return exact.Pow(r, rho) }), nil
}

func exponential(a *ask, m int) ([]float64, error) {
	return a.between(m, exact.Log, exact.Exp), nil
}

func polyexponential(a *ask, m int) ([]float64, error) {
	hi, lo := a.first, a.last
	rho, base, span := a.o.Value(Rho), exact.Log(lo), exact.Log(hi/lo)
	return a.between(m, func(s float64) float64 {
		if s == lo {
			return 0
		}
		return 1
	}, func(u float64) float64 { return exact.Exp(base + float64(exact.Pow(u, rho)*span)) }), nil
}

func betaSigmas(a *ask, m int) ([]float64, error) {
	hi, lo := a.first, a.last
	alpha, beta := a.o.Value(Alpha), a.o.Value(Beta)
	return a.between(m, func(s float64) float64 { return (s - lo) / (hi - lo) },
		func(u float64) float64 { return lo + float64((hi-lo)*exact.BetaQuantile(u, alpha, beta)) }), nil
}

func klOptimal(a *ask, m int) ([]float64, error) {
	return a.between(m, exact.Atan, func(angle float64) float64 {
		sin, cos := exact.Sincos(angle)
		return sin / cos
	}), nil
}

// consistency takes steps of the karras grid in Original points: every ⌊original/n⌋-th, or those of a list.
func consistency(a *ask, m int) ([]float64, error) {
	original, list := a.o.Whole(Original), a.given.Times
	all, err := karras(a, original)
	if err != nil || a.n > original {
		return nil, gridError(fmt.Sprintf("use 1 to %d", original), "%d steps of a grid of %d", a.n, original)
	}
	if list != nil {
		if err := a.listed(len(list)); err != nil {
			return nil, err
		}
	}
	sigmas := make([]float64, m)
	for i := range sigmas {
		at := i * (original / a.n)
		switch {
		case i == a.n:
			at = original - 1
		case list != nil:
			if !(list[i] >= 0 && list[i] < float64(original)) {
				return nil, gridError(fmt.Sprintf("use steps from 0 to %d", original-1), "step %d of the list is %v", i, list[i])
			}
			at = int(list[i])
		}
		sigmas[i] = all[at]
	}
	return sigmas, nil
}

func sigmaList(a *ask, m int) ([]float64, error) {
	sigmas := a.given.Sigmas
	if err := a.listed(len(sigmas)); err != nil {
		return nil, err
	}
	hi, lo := a.own()
	for i, s := range sigmas {
		if !(s >= lo && s <= hi && s > 0 && s <= 1e30) {
			return nil, gridError(fmt.Sprintf("use sigmas from %.4g to %.4g", lo, hi), "sigma %d of the list is %v", i, s)
		}
	}
	sigmas = append([]float64(nil), sigmas...)
	if m > a.n {
		lo := a.last
		sigmas = append(sigmas, lo)
	}
	return sigmas, nil
}

// alignedTimes are the optimised times of ten steps.
var alignedTimes = [...][10]float64{
	alignedSD15: {999, 850, 736, 645, 545, 455, 343, 233, 124, 24},
	alignedSDXL: {999, 845, 730, 587, 443, 310, 193, 116, 53, 13},
}

// aligned visits equal parts of the table's ten steps, the last of which ends at time 0.
func aligned(a *ask) ([]Level, error) {
	if a.steps != 1000 {
		return nil, gridError("use karras or trailing", "the steps were optimised for a process of 1000, not of %d", a.steps)
	}
	table := &alignedTimes[a.o.Whole(Aligned)]
	levels := make([]Level, a.n, a.n+1)
	for i := range levels {
		from, part := i*10/a.n, float64(i*10%a.n)/float64(a.n)
		l, to := a.process.AtTime(table[from]), a.lo
		if part > 0 {
			if from < 9 {
				to = a.process.AtTime(table[from+1])
			}
			if l.A == 0 {
				return nil, gridError("use 10 steps, or trailing", "the process begins without signal: there is no lambda to divide")
			}
			l = a.process.AtLambda(between(l.Lambda(), to.Lambda(), i*10%a.n, a.n+1))
		}
		levels[i] = l
	}
	return levels, nil
}
