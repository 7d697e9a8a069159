package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// FlowHeun is Heun's method where x is a straight line from noise to picture, over the time t = s/(a+s) of a
// rectified flow, whose velocity is u = e - D:
//
//	Z = x/(a + s);  Z' = Z + (t_T - t_S)·(u + u')/2,  u' at Euler's Z'
//
// X. Liu et al., Flow straight and fast, arXiv 2209.03003. A mean over t is not one over σ, so this is not Heun: Euler
// keeps e and D, u' - u = (D - D')/t_T, and with y = Euler's x'
//
//	x' = y + (a_T + s_T)·(1 - t_S/t_T)/2·(D(x, S) - D(y, T))
//
// which is finite at pure noise. A step to the clean picture is Euler's.
//
// Order 2; two evaluations a step, one in the last: 2n-1.
type FlowHeun struct{}

var flowHeunInfo = Info{
	Kind: KindFlowHeun, Name: "flow-heun",
	Line:   "heun over the time of a rectified flow, straight from noise to picture",
	Source: "Liu et al., arXiv 2209.03003", Order: 2, Evals: twiceButLast,
	Formula: "Z' = Z + (t_T - t_S)(u + u')/2,  Z = x/(a+s), u = e - D",
	tape:    func(Options) Solver { return FlowHeun{} },
}

// Compile emits the tape.
func (FlowHeun) Compile(levels []schedule.Level, b *Draft) error {
	d, d2 := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		firstOrder(b, tape.X, tape.X, d, from, to)
		if to.S > 0 {
			b.Eval(d2, tape.X, i+1)
			c := 0.5 * float64((to.A+to.S)*(1-float64(from.S*(to.A+to.S))/float64(to.S*(from.A+from.S))))
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: c, Src: d}, tape.Term{Coef: -c, Src: d2})
		}
		b.Emit(i + 1)
	}
	return nil
}
