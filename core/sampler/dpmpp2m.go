package sampler

import (
	"tintype/core/exact"
	"tintype/core/schedule"
)

// DPMpp2M is DPM-Solver++(2M): the linear part solved exactly, D extrapolated over lambda from this estimate and the
// last one:
//
//	m0 = D(x, S), m1 = the estimate one step before;  r0 = (λ_S - λ_before)/h,  d0 = (m0 - m1)/r0
//	x' = A·x + a_T·(p1·m0 + c·d0),  p1 = 1 - e^-h
//	c = p1/2                   midpoint
//	  = p2 = 1 - p1/h          heun
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, algorithm 2 and appendix B. The first step has no m1, and a step to
// the clean picture (h infinite) has no use for it: both are of order 1, x' = A·x + B·m0.
//
// Order 2; one evaluation a step.
type DPMpp2M struct{ Correction int } // Midpoint or HeunLike

var dpmpp2mInfo = Info{
	Kind: KindDPMpp2M, Name: "dpmpp-2m",
	Line:   "extrapolates from the last two estimates; the best quality for 8 to 30 evaluations",
	Source: "Lu et al., arXiv 2211.01095", Order: 2, Cost: "n", Evals: perStep,
	Formula: "x' = A x + a_T (p1 m0 + c d0),  c = p1/2 or p2",
	Knobs:   []Knob{knob(Correction, Midpoint, Midpoint, HeunLike)},
	tape:    func(o Options) Solver { return DPMpp2M{Correction: o.Whole(Correction)} },
}

// Compile emits the tape.
func (s DPMpp2M) Compile(levels []schedule.Level, b *Builder) error {
	m := b.History(2)
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(m.Push(), X, i)
		if i == 0 || to.S == 0 {
			firstOrder(b, X, X, m.At(0), from, to)
		} else {
			a := to.S / from.S
			h := to.Lambda() - from.Lambda()
			p1 := -exact.Expm1(-h)
			c := 0.5 * p1
			if s.Correction == HeunLike {
				c = remainder(h)
			}
			// 1/r0 is 0 after a first level without signal: its lambda is -∞ and its estimate carries no slope.
			c = float64(float64(to.A*c) * (h / (from.Lambda() - levels[i-1].Lambda())))
			b.Lin(X, Term{a, X}, Term{float64(to.A*p1) + c, m.At(0)}, Term{-c, m.At(1)})
		}
		b.Emit(i + 1)
	}
	return nil
}

// remainder is p2 = 1 - (1 - e^-h)/h, by its series where that cancels: h/2! - h²/3! + h³/4! - ...
func remainder(h float64) float64 {
	if h > 1e-2 {
		return 1 + exact.Expm1(-h)/h
	}
	sum, term := 0.0, 1.0
	for k := 2; k <= 8; k++ {
		term = float64(term * (h / float64(k)))
		sum += term
		term = -term
	}
	return sum
}
