package solver

import "tintype/core/schedule"

// IPNDM is the improved pseudo linear multistep method: the weights of Adams and Bashforth for equal steps, whatever
// the steps are:
//
//	X' = X + (σ_T - σ_S)·Σ_j β_j·e_j
//	β = 1;  3/2, -1/2;  23/12, -16/12, 5/12;  55/24, -59/24, 37/24, -9/24
//
// Q. Zhang, Y. Chen, arXiv 2204.13902, appendix H.2, after L. Liu et al., arXiv 2202.09778. With Ratio (iPNDM-v) the
// weights of two slopes know the ratio of the steps, r = (σ_T - σ_S)/(σ_S - σ_before): 1 + r/2, -r/2. The first steps,
// and a step to the clean picture, are of lower order.
//
// Order 2 where the steps change smoothly, 1 where they do not (2 with Ratio and Order 2); one evaluation a step.
type IPNDM struct {
	Order   int  // 1 to 4: how many slopes
	Ratio   bool // iPNDM-v
	Through bool // compat: the step to the clean picture keeps its order
}

var ipndmInfo = Info{
	Kind: KindIPNDM, Name: "ipndm",
	Line:   "extrapolates the slope as if the last steps had been equal ones",
	Source: "Zhang & Chen, arXiv 2204.13902", Order: 2, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S) Σ β_j e_j,  β of Adams and Bashforth",
	Knobs:   []Knob{knob(Order, 4, 1, 4)},
	tape:    func(o Options) Solver { return IPNDM{Order: o.Whole(Order)} },
}

var ipndmvInfo = Info{
	Kind: KindIPNDMV, Name: "ipndm-v",
	Line:   "ipndm that knows the ratio of the last two steps",
	Source: "Zhang & Chen, arXiv 2204.13902", Order: 2, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S) ((1 + r/2) e0 - r/2 e1)",
	Knobs:   []Knob{knob(Order, 2, 2, 4)},
	tape:    func(o Options) Solver { return IPNDM{Order: o.Whole(Order), Ratio: true} },
}

// Compile emits the tape.
func (s IPNDM) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	m := multistep{order: s.Order, slope: true, weigh: adams, through: s.Through}
	if s.Ratio {
		m.weigh = func(from, to schedule.Level, others []schedule.Level) weights {
			if len(others) == 1 {
				return noiseOverSigma.exact(from, to, others)
			}
			return adams(from, to, others)
		}
	}
	return m.Compile(levels, b)
}

// adams is β for equal steps.
func adams(from, to schedule.Level, others []schedule.Level) (w weights) {
	equal := [maxNodes - 1]float64{-1, -2, -3}
	return lagrange(equal[:len(others)], noiseOverSigma.moments(from, to))
}
