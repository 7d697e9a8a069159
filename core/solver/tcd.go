package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// TCD goes a part γ further down than the step by DDIM, and comes back up with fresh noise. With M the level of the
// time ⌊(1-γ)·T⌋:
//
//	y  = a_M·D + s_M·e
//	x' = (a_T/a_M)·y + √(s_T² - (s_M·a_T/a_M)²)·z
//
// J. Zheng et al., Trajectory consistency distillation, arXiv 2402.19159, algorithm 2. γ = 0 is DDIM; γ = 1 draws all of
// the noise down to the first trained level, as a consistency model does. No noise is drawn in a step to the clean
// picture, or to time 0.
//
// One evaluation a step.
type TCD struct{ Gamma float64 }

var tcdInfo = Info{
	Kind: KindTCD, Name: "tcd",
	Line:   "steps further down than asked and comes back with fresh noise; for trajectory consistency models, in 2 to 8 steps",
	Source: "Zheng et al., arXiv 2402.19159", Evals: perStep, Stochastic: true,
	Formula: "y = a_M D + s_M e,  x' = (a_T/a_M) y + √(s_T² - (s_M a_T/a_M)²) z",
	Knobs:   []Knob{knob(Gamma, 0.3, 0, 1)},
	tape:    func(o Options) Solver { return TCD{o.Value(Gamma)} },
}

// Compile emits the tape.
func (s TCD) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if mid := s.below(b.process, to); mid != to {
			r := to.A / mid.A
			keep := float64(r*mid.S) / from.S
			m := float64(mid.S*to.A) / float64(mid.A*to.S) // σ_M/σ_T
			up := float64(to.S * math.Sqrt(float64((1-m)*(1+m))))
			b.Renoise(z, up, 1, tape.Term{Coef: keep, Src: tape.X}, tape.Term{Coef: to.A - float64(keep*from.A), Src: d})
		} else {
			firstOrder(b, tape.X, tape.X, d, from, to)
		}
		b.Emit(i + 1)
	}
	return nil
}

// below is M, or to itself if the way down is nothing. A process of trained steps has no times between them.
func (s TCD) below(p schedule.Process, to schedule.Level) schedule.Level {
	if to.S == 0 || s.Gamma == 0 {
		return to
	}
	t := float64((1 - s.Gamma) * to.T)
	if _, ok := p.(schedule.Stepped); ok {
		t = math.Floor(t)
	}
	if mid := p.At(t); mid.Below(to) {
		return mid
	}
	return to
}
