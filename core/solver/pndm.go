package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

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
	Kind: KindPLMS, Name: "plms",
	Line:   "extrapolates the noise as if steps were equal; an early standard",
	Source: "Liu et al., arXiv 2202.09778", Order: 2, Evals: Evals{Lines: []Line{{1, 1}, {2, -1}}},
	Formula: "x' = a_T (x - s_S e')/a_S + s_T e',  e' = (55 e0 - 59 e1 + 37 e2 - 9 e3)/24",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return PNDM{} },
}

var prkInfo = Info{
	Kind: KindPRK, Name: "prk",
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
			rk.step(b, d, e.At(0), i, b.Level(b.OfTime((from.T+to.T)/2)), i+1)
		case inner && i == 0:
			firstOrder(b, rk.y, tape.X, d, from, to)
			rk.slope(b, rk.e2, rk.y, i+1)
			half := noiseOverSigma.moments(from, to)[0] / 2
			interpolate(b, tape.X, tape.X, d, from, to, e.At(0), []tape.Buf{rk.e2}, weights{half})
		default:
			m.step(b, tape.X, d, e, levels, i)
		}
		b.Emit(i + 1)
	}
	return nil
}
