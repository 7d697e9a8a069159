package solver

import "tintype/core/schedule"

// DPMpp2M is DPM-Solver++(2M): the linear part solved exactly, D extrapolated over lambda from this estimate and the
// last one:
//
//	m0 = D(x, S), m1 = the estimate one step before;  r0 = (λ_S - λ_before)/h,  d0 = (m0 - m1)/r0
//	x' = A·x + a_T·(p1·m0 + c·d0),  p1 = 1 - e^-h
//	c = p1/2                   midpoint
//	  = p2 = 1 - p1/h          heun: exact for a D that is linear in λ
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, algorithm 2 and appendix B. The first step has no m1, and a step to
// the clean picture (h infinite) has no use for it: both are of order 1, x' = A·x + B·m0.
//
// Order 2; one evaluation a step.
type DPMpp2M struct {
	Correction int // Midpoint or HeunLike
	LastSteps  int // FullOrder or LowerOrder: the same unless the last level carries noise
}

var dpmpp2mInfo = Info{
	Kind: KindDPMpp2M, Name: "dpmpp-2m",
	Line:   "extrapolates from the last two estimates; the best quality for 8 to 30 evaluations",
	Source: "Lu et al., arXiv 2211.01095", Order: 2, Evals: perStep,
	Formula: "x' = A x + a_T (p1 m0 + c d0),  c = p1/2 or p2",
	Knobs:   []Knob{knob(Correction, Midpoint, Midpoint, HeunLike)},
	tape:    func(o Options) Solver { return DPMpp2M{Correction: o.Whole(Correction)} },
}

// Compile emits the tape.
func (s DPMpp2M) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return multistep{order: 2, weigh: dataOverLambda.corrected(s.Correction), last: s.LastSteps}.Compile(levels, b)
}
