package schedule

import (
	"fmt"
	"math"
	"sort"

	"tintype/core/exact"
	"tintype/core/limits"
)

// GammaTable is the variance-preserving process of a learned noise schedule, over times 0 to 1:
//
//	A² = sigmoid(-γ), S² = sigmoid(γ), so that γ = -2·λ;  f = -γ'·S²/2, g² = γ'·S²
//
// D. Kingma et al., Variational diffusion models, arXiv 2107.00630, eq. 3. The table holds γ at equal steps of time
// from 0 to 1, rising; between two entries it is linear.
func GammaTable(gamma []float64) (*Continuous, error) {
	if len(gamma) < 2 || len(gamma) > limits.Steps {
		return nil, fmt.Errorf("schedule: gamma table of %d values, expected 2 to %d", len(gamma), limits.Steps)
	}
	for i, g := range gamma {
		if !(math.Abs(g) <= 100) || i > 0 && !(g > gamma[i-1]) {
			return nil, fmt.Errorf("schedule: gamma %d is %v, expected values from -100 to 100 that rise", i, g)
		}
	}
	return continuous(gammaTable(append([]float64(nil), gamma...)), 0, 1)
}

type gammaTable []float64

// place is the interval of t and how far t is in it.
func (p gammaTable) place(t float64) (i int, f float64) {
	u := float64(t * float64(len(p)-1))
	i = min(int(u), len(p)-2)
	return i, u - float64(i)
}

func (p gammaTable) rates(t float64) (a, s float64) {
	i, f := p.place(t)
	l := atLambda(0, -0.5*(float64(p[i]*(1-f))+float64(p[i+1]*f)))
	return l.A, l.S
}

func (p gammaTable) of(lambda float64) (t, a, s float64) {
	l, g := atLambda(0, lambda), -2*lambda
	i := min(max(sort.SearchFloat64s(p, g)-1, 0), len(p)-2)
	return (float64(i) + (g-p[i])/(p[i+1]-p[i])) / float64(len(p)-1), l.A, l.S
}

func (p gammaTable) Drift(t float64) (f, g2 float64) {
	i, _ := p.place(t)
	_, s := p.rates(t)
	g2 = float64(float64(s*s) * float64((p[i+1]-p[i])*float64(len(p)-1)))
	return -0.5 * g2, g2
}

// Blur is a process that also blurs: each frequency of the picture's cosine transform has a signal rate of its own,
// A·Fade, while the noise rate is S for all.
//
//	Fade(w², t) = (1-floor)·e^(-w²·τ) + floor,  τ = (most·sin²(π·t/2))²/2
//
// E. Hoogeboom, T. Salimans, Blurring diffusion models, arXiv 2209.05557. AtTime, AtLambda and Range are those of the process
// without blur, which is that of frequency 0; its time runs from 0 to 1.
type Blur struct {
	Process
	Most  float64 // the widest blur, in pixels
	Floor float64 // how much of every frequency is left in the end, usually 0.001
}

// Fade is the factor of the signal rate of a frequency at a level. w2 is π²·((i/H)² + (j/W)²) for coefficient (i, j)
// of the cosine transform of H by W values.
func (b *Blur) Fade(w2 float64, l Level) float64 {
	sin, _ := exact.Sincos(l.T * (math.Pi / 2))
	sigma := float64(b.Most * float64(sin*sin))
	tau := 0.5 * float64(sigma*sigma)
	return float64((1-b.Floor)*exact.Exp(-float64(w2*tau))) + b.Floor
}
