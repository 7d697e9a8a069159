package solver

import "tintype/core/schedule"

// DPMpp3M is DPM-Solver++(3M): the linear part solved exactly, D extrapolated over lambda by the parabola through the
// last three estimates:
//
//	d0 = (m0 - m1)/r0, d1 = (m1 - m2)/r1;  D1 = d0 + r0/(r0+r1)·(d0 - d1), D2 = (d0 - d1)/(r0 + r1)
//	x' = A·x + a_T·(p1·m0 + p2·D1 + 2·p3·D2)
//	p1 = 1 - e^-h, p2 = 1 - p1/h, p3 = 1/2 - p2/h
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, appendix B, with the integral of the parabola in full: the papers'
// programs leave out the 2 and are of order 2. The second step is DPM-Solver++(2M)'s, the first one and a step to the
// clean picture are of order 1.
//
// Order 3 from an accurate start (the first two steps hold it to 2.4 from noise); one evaluation a step.
type DPMpp3M struct {
	LastSteps  int  // FullOrder or LowerOrder
	Correction int  // of the step of order 2: Midpoint or HeunLike
	Halved     bool // compat: p3 in the place of 2·p3, as the references have it
}

var dpmpp3mInfo = Info{
	Kind: KindDPMpp3M, Name: "dpmpp-3m",
	Line:   "extrapolates from the last three estimates; for 15 evaluations and more",
	Source: "Lu et al., arXiv 2211.01095", Order: 3, Evals: perStep,
	Formula: "x' = A x + a_T (p1 m0 + p2 D1 + 2 p3 D2)",
	Knobs:   []Knob{knob(LastSteps, FullOrder, FullOrder, LowerOrder)},
	tape:    func(o Options) Solver { return DPMpp3M{LastSteps: o.Whole(LastSteps), Correction: HeunLike} },
}

// Compile emits the tape.
func (s DPMpp3M) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	m := multistep{order: 3, weigh: dataOverLambda.corrected(s.Correction), last: s.LastSteps}
	if s.Halved {
		m.weigh = dataOverLambda.halved(m.weigh)
	}
	return m.Compile(levels, b)
}

// halved takes half of the last moment of a parabola.
func (g integral) halved(weigh weigher) weigher {
	return func(from, to schedule.Level, others []schedule.Level) weights {
		if len(others) != 2 {
			return weigh(from, to, others)
		}
		m := g.moments(from, to)
		m[2] /= 2
		return lagrange(g.nodes(from, to, others), m)
	}
}
