package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Analytic is DDIM(η) with the variance that is best for the data as a whole. D is a mean, and the pictures it may stand
// for spread around it by C; a step must add that spread to its own noise:
//
//	x' = a_T·D + √(s_T² - v)·e + √var·z,  v = η²·s_T²·(1 - e^-2h)
//	var = v + w²·C,  w = a_T - √(s_T² - v)·a_S/s_S
//	C = clamp((s_S/a_S)²·(1 - G_S), 0, 1),  G_S = E e²
//
// F. Bao et al., Analytic-DPM, arXiv 2201.06503, theorem 1 and section 3; G is measured once for a checkpoint at its
// trained steps, and is interpolated between them. C is held to 0..1 because pictures lie in -1..1. The last noise is
// capped (their section 4.1): what is left of it cannot be removed any more. Without signal nothing is known of C.
//
// Weak order 1, and exact on Gaussian data in any number of steps; one evaluation a step.
type Analytic struct{ Eta, Cap float64 }

var analyticInfo = Info{
	Kind: KindAnalytic, Name: "analytic-dpm",
	Line:   "draws each step with the best variance for the data as a whole; better than ddpm in few steps",
	Source: "Bao et al., arXiv 2201.06503", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = a_T D + √(s_T² - v) e + √(v + w² C) z,  C = (s_S/a_S)² (1 - G_S)",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(NoiseCap, 1, 0, 16)},
	Needs:   NeedsSquares,
	tape:    func(o Options) Solver { return Analytic{o.Value(Eta), o.Value(NoiseCap)} },
}

// Compile emits the tape.
func (s Analytic) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		m := newMarginal(from, to, s.Eta)
		c := 0.0
		if from.A > 0 {
			r := from.Sigma()
			c = min(max(float64(float64(r*r)*(1-read(b.extras.Squares, from.T))), 0), 1)
		}
		up := 0.0
		if to.S > 0 {
			up = min(math.Sqrt(m.v+float64(float64(m.w*m.w)*c)), lastNoise(levels, i, s.Cap))
		}
		b.Renoise(z, up, 1, tape.Term{Coef: m.keep, Src: tape.X}, tape.Term{Coef: m.w, Src: d})
		b.Emit(i + 1)
	}
	return nil
}

// marginal is DDIM's step as a combination of x and D: x' = keep·x + w·D with the variance v.
type marginal struct{ v, keep, w float64 }

func newMarginal(from, to schedule.Level, eta float64) marginal {
	down, up := split(from, to, eta)
	keep := down.S / from.S
	return marginal{float64(up * up), keep, to.A - float64(keep*from.A)}
}

// read looks up a table of the trained steps at a time, which is held to it.
func read(table []float64, t float64) float64 {
	last := len(table) - 1
	if !(t > 0) {
		return table[0]
	}
	if t >= float64(last) {
		return table[last]
	}
	i := int(t)
	f := t - float64(i)
	return float64((1-f)*table[i]) + float64(f*table[i+1])
}
