package schedule

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// Cosine is the variance-preserving process of a quarter of a cosine wave, over times first to 1:
//
//	A = cos θ/cos θ₀,  θ(t) = (t + offset)/(1 + offset)·π/2,  θ₀ = θ(0)
//
// (A. Nichol, P. Dhariwal, arXiv 2102.09672, eq. 17, whose offset is 0.008; others use 0). No signal is left at time 1.
func Cosine(offset, first float64) (*Continuous, error) {
	if !(offset >= 0 && offset <= 1) {
		return nil, fmt.Errorf("schedule: cosine with an offset of %v, expected 0 to 1", offset)
	}
	return continuous(cosineWave{offset}, first, 1)
}

type cosineWave struct{ offset float64 }

func (p cosineWave) angle(t float64) float64 { return (t + p.offset) / (1 + p.offset) * (math.Pi / 2) }

func (p cosineWave) rates(t float64) (a, s float64) {
	if t >= 1 {
		return 0, 1
	}
	theta, zero := p.angle(t), p.angle(0)
	c := exact.Cos(zero)
	up, _ := exact.Sincos(theta + zero)
	down, _ := exact.Sincos(theta - zero)
	return exact.Cos(theta) / c, math.Sqrt(float64(up*down)) / c // sin²θ - sin²θ₀ = sin(θ+θ₀)·sin(θ-θ₀)
}

func (p cosineWave) of(lambda float64) (t, a, s float64) {
	l := atLambda(0, lambda)
	c, z := 0.0, 0.0
	z, c = exact.Sincos(p.angle(0))
	cos := float64(l.A * c)
	sin := math.Sqrt(float64(z*z) + float64(float64(l.S*l.S)*float64(c*c)))
	theta := exact.Atan(sin / cos)
	return float64(theta/(math.Pi/2)*(1+p.offset)) - p.offset, l.A, l.S
}

// Drift is f = -θ'·tan θ, g² = -2·f.
func (p cosineWave) Drift(t float64) (f, g2 float64) {
	sin, cos := exact.Sincos(p.angle(t))
	f = -sin / cos * (math.Pi / 2 / (1 + p.offset))
	return f, -2 * f
}

// VE is the variance-exploding process of a sigma that grows geometrically from least to most over times 0 to 1:
//
//	A = 1, S = least·(most/least)^t;  f = 0, g² = 2·S²·ln(most/least)
//
// Y. Song et al., arXiv 2011.13456, appendix C.
func VE(least, most float64) (*Continuous, error) {
	if !(least > 0 && most > least && most <= math.MaxFloat32) {
		return nil, fmt.Errorf("schedule: sigmas from %v to %v, expected two that grow from above 0", least, most)
	}
	return continuous(ve{exact.Log(least), exact.Log(most / least)}, 0, 1)
}

type ve struct{ log, grow float64 }

func (p ve) rates(t float64) (a, s float64) { return 1, exact.Exp(p.log + float64(t*p.grow)) }

func (p ve) of(lambda float64) (t, a, s float64) {
	return (-lambda - p.log) / p.grow, 1, exact.Exp(-lambda)
}

func (p ve) Drift(t float64) (f, g2 float64) {
	_, s := p.rates(t)
	return 0, float64(2 * float64(s*s) * p.grow)
}

// EDM is the process whose time is its sigma, from least (usually 0.002) to most (80): A = 1, S = t; f = 0, g² = 2·t.
//
// T. Karras et al., arXiv 2206.00364, section 3.
func EDM(least, most float64) (*Continuous, error) {
	if !(least > 0 && most <= math.MaxFloat32) {
		return nil, fmt.Errorf("schedule: sigmas from %v to %v, expected two that grow from above 0", least, most)
	}
	return continuous(edm{}, least, most)
}

type edm struct{}

func (edm) rates(t float64) (a, s float64) { return 1, t }

func (edm) of(lambda float64) (t, a, s float64) {
	s = exact.Exp(-lambda)
	return s, 1, s
}

func (edm) Drift(t float64) (f, g2 float64) { return 0, 2 * t }

// Flow is the straight line between picture and noise, over times first (usually 0.001) to 1:
//
//	A = 1-t, S = t;  f = -1/(1-t), g² = 2·t/(1-t)
//
// X. Liu et al., arXiv 2209.03003; Y. Lipman et al., arXiv 2210.02747. A shift belongs to the grid.
func Flow(first float64) (*Continuous, error) { return continuous(flow{}, first, 1) }

type flow struct{}

func (flow) rates(t float64) (a, s float64) { return 1 - t, t }

// of is t = σ/(1+σ), A = 1/(1+σ) = e^λ/(1+e^λ): each from the exponential that cannot overflow.
func (flow) of(lambda float64) (t, a, s float64) {
	a, s = 1/(1+exact.Exp(-lambda)), 1/(1+exact.Exp(lambda))
	return s, a, s
}

func (flow) Drift(t float64) (f, g2 float64) { return -1 / (1 - t), 2 * t / (1 - t) }

// Trig is the process on a quarter of a circle, its time the angle, from first to π/2:
//
//	A = cos t, S = sin t·data;  f = -tan t, g² = 2·data²·tan t
//
// C. Lu, Y. Song, arXiv 2410.11081, with data the deviation of the pictures' values (usually 0.5).
func Trig(data, first float64) (*Continuous, error) {
	if !(data > 0 && data <= math.MaxFloat32) {
		return nil, fmt.Errorf("schedule: data of deviation %v, expected a number above 0", data)
	}
	return continuous(trig{data}, first, math.Pi/2)
}

type trig struct{ data float64 }

func (p trig) rates(t float64) (a, s float64) {
	if t >= math.Pi/2 {
		return 0, p.data
	}
	sin, cos := exact.Sincos(t)
	return cos, float64(sin * p.data)
}

func (p trig) of(lambda float64) (t, a, s float64) {
	l := atLambda(0, lambda+exact.Log(p.data)) // tan t = σ/data
	return exact.Atan(l.S / l.A), l.A, float64(l.S * p.data)
}

func (p trig) Drift(t float64) (f, g2 float64) {
	sin, cos := exact.Sincos(t)
	return -sin / cos, float64(float64(2*float64(p.data*p.data)) * (sin / cos))
}
