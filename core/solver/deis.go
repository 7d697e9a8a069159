package solver

import "tintype/core/schedule"

// DEIS is the diffusion exponential integrator sampler in its form tAB over log σ: the slope as a polynomial of log σ
// through the last estimates, integrated exactly:
//
//	X' = X + Σ_j e_j·∫_{σ_S}^{σ_T} l_j(log σ) dσ
//
// Q. Zhang, Y. Chen, arXiv 2204.13902, eq. 15. Since log σ = -λ, that is DPM-Solver's multistep form with all
// differences exact. The first steps and a step to the clean picture are of lower order.
//
// Order 1 to 3 (from an accurate start); one evaluation a step.
type DEIS struct {
	Order     int // 1 to 3
	LastSteps int // FullOrder or LowerOrder
}

var deisInfo = Info{
	Kind: KindDEIS, Name: "deis",
	Line:   "extrapolates the slope over log sigma, integrated exactly",
	Source: "Zhang & Chen, arXiv 2204.13902", Order: 3, Evals: perStep,
	Formula: "X' = X + Σ e_j ∫ l_j(log σ) dσ",
	Knobs:   []Knob{knob(Order, 3, 1, 3), knob(LastSteps, FullOrder, FullOrder, LowerOrder)},
	tape:    func(o Options) Solver { return DEIS{o.Whole(Order), o.Whole(LastSteps)} },
}

// Compile emits the tape.
func (s DEIS) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return multistep{order: s.Order, slope: true, weigh: noiseOverLambda.exact, last: s.LastSteps}.Compile(levels, b)
}
