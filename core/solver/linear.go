package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

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
	Kind: KindDEIS, Name: "deis", File: "linear.go",
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
	Kind: KindLMS, Name: "lms", File: "linear.go",
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
	Kind: KindIPNDM, Name: "ipndm", File: "linear.go",
	Line:   "extrapolates the slope as if the last steps had been equal ones",
	Source: "Zhang & Chen, arXiv 2204.13902", Order: 2, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S) Σ β_j e_j,  β of Adams and Bashforth",
	Knobs:   []Knob{knob(Order, 4, 1, 4)},
	tape:    func(o Options) Solver { return IPNDM{Order: o.Whole(Order)} },
}

var ipndmvInfo = Info{
	Kind: KindIPNDMV, Name: "ipndm-v", File: "linear.go",
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

// PNDM follows the slope e by the weights of equal steps, each step being one of DDIM's with the mean slope e':
//
//	x' = a_T·(x - s_S·e')/a_S + s_T·e'
//	PLMS: e' = (55·e0 - 59·e1 + 37·e2 - 9·e3)/24, with fewer slopes 23, -16, 5 over 12 and 3, -1 over 2
//	      the first step is done twice: e' = e, then e' = (e + e(x', T))/2
//	PRK:  e' = (e + 2·e_2 + 2·e_3 + e_4)/6, e_2 and e_3 at the middle of the step in time, e_4 at its end
//
// L. Liu et al., Pseudo numerical methods for diffusion models on manifolds, arXiv 2202.09778, eq. 10 to 13. PNDM as
// published begins with three steps of PRK; PLMS alone has become usual. A step to the clean picture, or from pure
// noise, is of order 1.
//
// Order 2: the steps are not equal in σ; n+1 evaluations, with PRK n+9.
type PNDM struct {
	RungeKutta bool // begin with three steps of PRK
	Through    bool // compat: the step to the clean picture keeps its order
}

var plmsInfo = Info{
	Kind: KindPLMS, Name: "plms", File: "linear.go",
	Line:   "extrapolates the noise as if steps were equal; an early standard",
	Source: "Liu et al., arXiv 2202.09778", Order: 2, Evals: Evals{Lines: []Line{{1, 1}, {2, -1}}},
	Formula: "x' = a_T (x - s_S e')/a_S + s_T e',  e' = (55 e0 - 59 e1 + 37 e2 - 9 e3)/24",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return PNDM{} },
}

var prkInfo = Info{
	Kind: KindPRK, Name: "prk", File: "linear.go",
	Line:   "plms whose first three steps are Runge-Kutta's; the paper's own form",
	Source: "Liu et al., arXiv 2202.09778", Order: 2, Evals: Evals{Lines: []Line{{1, 9}, {4, -3}}},
	Formula: "as plms; first e' = (e + 2 e_2 + 2 e_3 + e_4)/6",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return PNDM{RungeKutta: true} },
}

// Compile emits the tape.
func (s PNDM) Compile(levels []schedule.Level, b *Draft) error {
	m := multistep{order: 4, slope: true, weigh: adams, through: s.Through}
	d, e := b.Buffer(), b.History(4)
	rk := newRungeKutta(b)
	for i, to := range levels[1:] {
		from := levels[i]
		inner := from.A > 0 && (to.S > 0 || s.Through)
		b.Eval(d, tape.X, i)
		b.Slope(e.Push(), tape.X, d, from)
		switch {
		case inner && s.RungeKutta && i < 3:
			rk.step(b, d, e.Back(0), i, b.AddLevel(b.atTime((from.T+to.T)/2)), i+1)
		case inner && i == 0:
			firstOrder(b, rk.y, tape.X, d, from, to)
			rk.slope(b, rk.e2, rk.y, i+1)
			half := noiseOverSigma.moments(from, to)[0] / 2
			interpolate(b, tape.X, tape.X, d, from, to, e.Back(0), []tape.Buf{rk.e2}, weights{half})
		default:
			m.step(b, tape.X, d, e, levels, i)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// GradientEstimation is Euler along a mean of the last two slopes, which for γ > 1 takes back a part of the last one:
//
//	X' = X + (σ_T - σ_S)·(γ·e0 + (1-γ)·e1)
//
// F. Permenter, C. Yuan, Interpreting and improving diffusion models from an optimization perspective,
// arXiv 2306.04848, algorithm 2. The first step and one to the clean picture are Euler's.
//
// Order 1 (2 on equal steps of σ with γ = 3/2, where it is Adams-Bashforth); one evaluation a step.
type GradientEstimation struct{ Gamma float64 }

var gradientInfo = Info{
	Kind: KindGradientEstimation, Name: "gradient-estimation", File: "linear.go",
	Line:   "Euler with the last slope's error taken back; sharp with few steps",
	Source: "Permenter & Yuan, arXiv 2306.04848", Order: 1, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S)(γ e0 + (1-γ) e1)",
	Knobs:   []Knob{knob(Slopes, 2, 1, 3)},
	tape:    func(o Options) Solver { return GradientEstimation{Gamma: o.Value(Slopes)} },
}

// Compile emits the tape.
func (s GradientEstimation) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	weigh := func(from, to schedule.Level, _ []schedule.Level) weights {
		return weights{float64(noiseOverSigma.moments(from, to)[0] * (1 - s.Gamma))}
	}
	return multistep{order: 2, slope: true, weigh: weigh}.Compile(levels, b)
}
