package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// UniPC predicts each step from the last p estimates (UniP) and does it again when the estimate at its end is there
// (UniC), at no cost:
//
//	D_k = (m_k - m0)/r_k,  r_k = (λ_k - λ_S)/h
//	x' = A·x + a_T·p1·m0 - a_T·B·Σ_k ρ_k·D_k,  Σ_k r_k^(j-1)·ρ_k = j!·g_j/B
//	g_1 = (e^-h - 1)/(-h) - 1, g_{j+1} = g_j/(-h) - 1/(j+1)!
//
// W. Zhao et al., UniPC, arXiv 2302.04867, eq. 5 and 9, algorithms 5 and 6. The corrector's nodes are the predictor's
// and the end, r = 1. Since -B·ρ_k/r_k are the weights that integrate every polynomial of the nodes exactly, the
// system is solved by Lagrange's polynomials (phi.go) and B falls out; it is there only where the paper sets ρ = 1/2,
// in the predictor of order 2 and the corrector of order 1: B = -h (bh1) or e^-h - 1 (bh2).
//
// The corrector changes the current x: a step ends, and is shown, when it is done. Without a step after it the last
// step is not corrected; a step to the clean picture is of order 1.
//
// Order p+1, p without the corrector; one evaluation a step.
type UniPC struct {
	Order     int // p, 1 to 3
	Corrector int // CorrectorOff or CorrectorOn
	Bh        int // BH1 or BH2
	LastSteps int // FullOrder or LowerOrder
}

var unipcInfo = Info{
	Kind: KindUniPC, Name: "unipc", File: "unipc.go",
	Line:   "predicts from the last estimates and corrects each step by the next one; strong from 8 evaluations on",
	Source: "Zhao et al., arXiv 2302.04867", Order: 3, Evals: perStep,
	Formula: "x' = A x + a_T p1 m0 - a_T B Σ ρ_k D_k, again with D at its end",
	Knobs: []Knob{knob(Order, 2, 1, 3), knob(Corrector, CorrectorOn, CorrectorOff, CorrectorOn), knob(Bh, BH2, BH1, BH2),
		knob(LastSteps, LowerOrder, FullOrder, LowerOrder)},
	tape: func(o Options) Solver {
		return UniPC{Order: o.Whole(Order), Corrector: o.Whole(Corrector), Bh: o.Whole(Bh), LastSteps: o.Whole(LastSteps)}
	},
}

// Compile emits the tape.
func (s UniPC) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	m := multistep{order: s.Order, weigh: s.weigh, last: s.LastSteps}
	if s.Corrector == CorrectorOff {
		return m.Compile(levels, b)
	}
	v := b.History(s.Order + 1)
	before := b.Buffer() // x before the step that is to be corrected
	for i := range levels[1:] {
		b.Eval(v.Push(), tape.X, i)
		if i > 0 {
			s.correct(b, before, v, m, levels, i)
			b.Arrive(i)
		}
		b.Lin(before, tape.Term{Coef: 1, Src: tape.X})
		m.step(b, tape.X, v.Back(0), v, levels, i)
	}
	b.Arrive(len(levels) - 1)
	return nil
}

// correct emits step i-1 again, from the x before it, now that the value at its end is the newest.
func (s UniPC) correct(b *Draft, before tape.Buf, v *tape.History, m multistep, levels []schedule.Level, i int) {
	from, to := levels[i-1], levels[i]
	if from.A == 0 {
		return
	}
	others, bufs := []schedule.Level{to}, []tape.Buf{v.Back(0)}
	for k, l := range m.older(levels, i-1) {
		others, bufs = append(others, l), append(bufs, v.Back(k+2))
	}
	interpolate(b, tape.X, before, v.Back(1), from, to, v.Back(1), bufs, s.weigh(from, to, others))
}

// weigh is exact but for one other value, where ρ = 1/2: w = -a_T·B/2r.
func (s UniPC) weigh(from, to schedule.Level, others []schedule.Level) weights {
	if len(others) > 1 {
		return dataOverLambda.exact(from, to, others)
	}
	if s.Bh == BH2 {
		return dataOverLambda.midpoint(from, to, others)
	}
	h := to.Lambda() - from.Lambda()
	return weights{float64(to.A*h) / (2 * dataOverLambda.nodes(from, to, others)[0])}
}
