package solver

import "tintype/core/schedule"

// DPMpp3S is DPM-Solver++(3S), over two levels inside of the step, at r1 = 1/3 and r2 = 2/3 of its h:
//
//	x1: order 1, D(x, S)
//	x2 = A(S→2)·x + a_2·(p1(r2·h)·m + r2/r1·p2(r2·h)·(m_1 - m))
//	x' = A·x + a_T·(p1(h)·m + p2(h)/r2·(m_2 - m))
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, appendix B, after DPM-Solver-3 (arXiv 2206.00927, algorithm 2). It is
// of order 3 for r2 = 2/3 only. A step to the clean picture is of order 1.
//
// Order 3; three evaluations a step, one in the last: 3n-2.
type DPMpp3S struct{ R1, R2 float64 }

var dpmpp3sInfo = Info{
	Kind: KindDPMpp3S, Name: "dpmpp-3s",
	Line:   "three estimates inside of each step; for large budgets",
	Source: "Lu et al., arXiv 2211.01095", Order: 3, Evals: threeEach,
	Formula: "x' = A x + a_T (p1 m + p2/r2 (m_2 - m))",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMpp3S{1.0 / 3, 2.0 / 3} },
}

// Compile emits the tape.
func (s DPMpp3S) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return newStages(b, dataOverLambda, dataOverLambda.exact, 3).singlestep(b, levels, s.R1, s.R2)
}
