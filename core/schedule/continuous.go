package schedule

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// SDE is a process that also says how it moves:
//
//	dx = f(t)·x dt + g(t) dW,  f = d ln A/dt,  g² = dS²/dt - 2·f·S²
//
// (Y. Song et al., arXiv 2011.13456). Time runs towards noise.
type SDE interface {
	Process
	// Drift gives f and g² at the model's time t.
	Drift(t float64) (f, g2 float64)
}

// Continuous is a process in continuous time.
type Continuous struct {
	law
	hi, lo Level
}

// law is the formulas of a continuous process. Its times are not checked.
type law interface {
	rates(t float64) (a, s float64)
	of(lambda float64) (t, a, s float64) // the inverse of rates; no lambda is too large or too small
	Drift(t float64) (f, g2 float64)
}

// AtTime is the level at time t.
func (p *Continuous) AtTime(t float64) Level {
	switch {
	case !(t > p.lo.T):
		return p.lo
	case t >= p.hi.T:
		return p.hi
	}
	a, s := p.rates(t)
	return Level{t, a, s}
}

// AtLambda is the level with the given lambda.
func (p *Continuous) AtLambda(lambda float64) Level {
	t, a, s := p.of(lambda)
	return Level{min(max(t, p.lo.T), p.hi.T), a, s}
}

// Range gives the levels at the largest and the smallest time.
func (p *Continuous) Range() (hi, lo Level) { return p.hi, p.lo }

// continuous is the process of a law between two times.
func continuous(l law, first, last float64) (*Continuous, error) {
	p := &Continuous{law: l}
	for _, end := range []struct {
		at *Level
		t  float64
	}{{&p.lo, first}, {&p.hi, last}} {
		a, s := l.rates(end.t)
		*end.at = Level{end.t, a, s}
	}
	if !(first >= 0 && first < last && p.lo.Below(p.hi) && p.hi.S <= math.MaxFloat64) {
		return nil, fmt.Errorf("schedule: a process from time %v to %v, expected more noise at the second than at the first",
			first, last)
	}
	return p, nil
}

// VPLinear is the variance-preserving process of a rate that grows linearly from b0 to b1 over times 0 to 1 (usually
// 0.1 to 20), used from time first (usually 0.001) on:
//
//	b(t) = b0 + t·(b1-b0),  I = ∫b = b0·t + (b1-b0)·t²/2
//	A = e^(-I/2), S = √(1 - e^-I);  f = -b/2, g² = b
//
// Y. Song et al., arXiv 2011.13456, appendix C.
func VPLinear(b0, b1, first float64) (*Continuous, error) {
	return continuous(vpLinear{rate{b0, b1}}, first, 1)
}

// SubVP is the process whose variance never exceeds VPLinear's (Y. Song et al., arXiv 2011.13456, section 3.4):
//
//	A = e^(-I/2), S = 1 - A²;  f = -b/2, g² = b·(1 - e^-2I)
func SubVP(b0, b1, first float64) (*Continuous, error) {
	return continuous(subVP{rate{b0, b1}}, first, 1)
}

// rate is b(t) and its integral.
type rate struct{ b0, b1 float64 }

func (r rate) at(t float64) float64 { return r.b0 + float64(t*(r.b1-r.b0)) }

func (r rate) integral(t float64) float64 {
	return float64(t * (r.b0 + float64(float64(0.5*t)*(r.b1-r.b0))))
}

// time is the inverse of integral: 2·I/(b0 + √(b0² + 2·(b1-b0)·I)). An I that nothing is left of is held to a number.
func (r rate) time(i float64) float64 {
	i = min(i, 1e9)
	return 2 * i / (r.b0 + math.Sqrt(float64(r.b0*r.b0)+float64(2*(r.b1-r.b0)*i)))
}

type vpLinear struct{ rate }

func (p vpLinear) rates(t float64) (a, s float64) {
	i := p.integral(t)
	return exact.Exp(-0.5 * i), math.Sqrt(-exact.Expm1(-i))
}

func (p vpLinear) of(lambda float64) (t, a, s float64) {
	l := atLambda(0, lambda)
	// I = ln(1 + σ²), -ln A² where that is large and -ln(1 - S²) where it is small
	i := -2 * exact.Log(l.A)
	if l.S < 0.1 {
		i = logOnePlus(float64(l.Sigma() * l.Sigma()))
	}
	return p.time(i), l.A, l.S
}

func (p vpLinear) Drift(t float64) (f, g2 float64) { return -0.5 * p.at(t), p.at(t) }

type subVP struct{ rate }

func (p subVP) rates(t float64) (a, s float64) {
	i := p.integral(t)
	return exact.Exp(-0.5 * i), -exact.Expm1(-i)
}

// of solves (1 - A²)/A = σ: A = 2/(σ + √(σ² + 4)).
func (p subVP) of(lambda float64) (t, a, s float64) {
	sigma := exact.Exp(-lambda)
	a = 2 / (sigma + math.Sqrt(float64(sigma*sigma)+4))
	s = float64(sigma * a)
	if sigma > 1e100 {
		s = 1
	}
	i := -2 * exact.Log(a)
	if s < 0.1 {
		i = -logOnePlus(-s)
	}
	return p.time(i), a, s
}

func (p subVP) Drift(t float64) (f, g2 float64) {
	b := p.at(t)
	return -0.5 * b, float64(b * -exact.Expm1(-2*p.integral(t)))
}

// logOnePlus is ln(1+x), without loss where |x| is small: ln(1+x)·x/((1+x)-1), whose two errors cancel (W. Kahan).
func logOnePlus(x float64) float64 {
	y := 1 + x
	if y == 1 {
		return x
	}
	return float64(exact.Log(y) * (x / (y - 1)))
}
