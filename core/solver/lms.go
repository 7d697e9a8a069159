package solver

import "tintype/core/schedule"

// LMS is the linear multistep method of Adams and Bashforth for any steps: the slope as a polynomial of σ through the
// last estimates, integrated exactly:
//
//	X' = X + Σ_j e_j·∫_{σ_S}^{σ_T} l_j(σ) dσ
//
// K. Crowson's k-diffusion introduced it to diffusion models; E. Hairer, S. Nørsett, G. Wanner, Solving ordinary
// differential equations I, III.5. No quadrature: the integral of a polynomial is known. The first steps, and a step
// to the clean picture, are of lower order.
//
// Order 1 to 4 (from an accurate start); one evaluation a step.
type LMS struct {
	Order   int  // 1 to 4
	Through bool // compat: the step to the clean picture keeps its order
}

var lmsInfo = Info{
	Kind: KindLMS, Name: "lms",
	Line:   "extrapolates the slope over sigma from up to four estimates",
	Source: "Crowson, k-diffusion (2022)", Order: 4, Evals: perStep,
	Formula: "X' = X + Σ e_j ∫ l_j(σ) dσ",
	Knobs:   []Knob{knob(Order, 4, 1, 4)},
	tape:    func(o Options) Solver { return LMS{Order: o.Whole(Order)} },
}

// Compile emits the tape.
func (s LMS) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return multistep{order: s.Order, slope: true, weigh: noiseOverSigma.exact, through: s.Through}.Compile(levels, b)
}
