package solver

import "tintype/core/schedule"

// DPMSolver is DPM-Solver-2 or -3, over one or two levels inside of the step:
//
//	2: u at λ_S + h/2 by order 1;  x' = (a_T/a_S)·x - s_T·q1·e_u
//	3: u1 at h/3 by order 1, u2 at r2·h = 2h/3 by x2 = (a_2/a_S)·x - s_2·(q1(r2·h)·e + 2·q2(r2·h)·(e_1 - e))
//	   x' = (a_T/a_S)·x - s_T·(q1·e + q2/r2·(e_2 - e))
//	q1 = e^h - 1, q2 = q1/h - 1
//
// C. Lu et al., DPM-Solver, arXiv 2206.00927, algorithms 1 and 2. (DPM-Solver-1 is DDIM.) A step to the clean picture
// is of order 1.
//
// Order 2 or 3; as many evaluations a step, one in the last.
type DPMSolver struct{ Order int }

var dpm2sInfo = Info{
	Kind: KindDPM2S, Name: "dpm-2s",
	Line:   "DPM-Solver-2: half a step, then the whole one with the noise found there",
	Source: "Lu et al., arXiv 2206.00927", Order: 2, Evals: twiceButLast,
	Formula: "x' = (a_T/a_S) x - s_T q1 e(u),  u half of h on",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMSolver{2} },
}

var dpm3sInfo = Info{
	Kind: KindDPM3S, Name: "dpm-3s",
	Line:   "DPM-Solver-3: three estimates of the noise inside of each step",
	Source: "Lu et al., arXiv 2206.00927", Order: 3, Evals: threeEach,
	Formula: "x' = (a_T/a_S) x - s_T (q1 e + q2/r2 (e_2 - e))",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMSolver{3} },
}

// Compile emits the tape.
func (s DPMSolver) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	if s.Order == 2 {
		return newStages(b, noiseOverLambda, noiseOverLambda.midpoint, 2).singlestep(b, levels, 0.5)
	}
	return newStages(b, noiseOverLambda, noiseOverLambda.exact, 3).singlestep(b, levels, 1.0/3, 2.0/3)
}
