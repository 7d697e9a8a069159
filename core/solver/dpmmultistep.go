package solver

import "tintype/core/schedule"

// DPMMultistep is DPM-Solver in its multistep form: as DPM-Solver++(2M) and (3M), with the noise e in the place of D:
//
//	x' = (a_T/a_S)·x - s_T·(q1·e0 + q2·E1 + 2·q3·E2)
//	q1 = e^h - 1, q2 = q1/h - 1, q3 = q2/h - 1/2;  E1, E2 as D1, D2 of DPM-Solver++(3M)
//
// C. Lu et al., DPM-Solver, arXiv 2206.00927, and its program; order 2 may take q1/2 in the place of q2 (midpoint).
// The first steps and a step to the clean picture are of lower order.
//
// Order 2 or 3; one evaluation a step.
type DPMMultistep struct {
	Order      int // 1 to 3
	Correction int // of steps of order 2: Midpoint or HeunLike
	LastSteps  int // FullOrder or LowerOrder
}

var dpmMultistepInfo = Info{
	Kind: KindDPMMultistep, Name: "dpm-multistep",
	Line:   "dpmpp-2m's older form, which extrapolates the noise; good without guidance",
	Source: "Lu et al., arXiv 2206.00927", Order: 2, Evals: perStep,
	Formula: "x' = (a_T/a_S) x - s_T (q1 e0 + q2 E1 + 2 q3 E2)",
	Knobs:   []Knob{knob(Order, 2, 2, 3), knob(Correction, Midpoint, Midpoint, HeunLike), knob(LastSteps, FullOrder, FullOrder, LowerOrder)},
	tape: func(o Options) Solver {
		return DPMMultistep{Order: o.Whole(Order), Correction: o.Whole(Correction), LastSteps: o.Whole(LastSteps)}
	},
}

// Compile emits the tape.
func (s DPMMultistep) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return multistep{order: s.Order, slope: true, weigh: noiseOverLambda.corrected(s.Correction), last: s.LastSteps}.Compile(levels, b)
}
