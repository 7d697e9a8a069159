package solver

import (
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// RK4 is the classical method of Runge and Kutta on the probability flow in X = x/a over σ, dX/dσ = e:
//
//	X' = X + (σ_T - σ_S)·(e + 2·e_2 + 2·e_3 + e_4)/6,  e_2 and e_3 at (σ_S + σ_T)/2, e_4 at σ_T
//
// Y. Song et al., arXiv 2011.13456, section 4.3, for the flow. A step to the clean picture, or from pure noise, is of
// order 1.
//
// Order 4; four evaluations a step, one in the last: 4n-3.
type RK4 struct{}

var rk4Info = Info{
	Kind: KindRK4, Name: "rk4", File: "rungekutta.go",
	Line:   "four slopes a step on the exact flow: a reference for the others",
	Source: "Song et al., arXiv 2011.13456", Order: 4, Evals: line(4, -3),
	Formula: "X' = X + (σ_T - σ_S)(e + 2 e_2 + 2 e_3 + e_4)/6",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return RK4{} },
}

// Compile emits the tape.
func (RK4) Compile(levels []schedule.Level, b *Draft) error {
	d, e := b.Buffer(), b.Buffer()
	rk := newRungeKutta(b)
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if from.A > 0 && to.S > 0 {
			b.Slope(e, tape.X, d, from)
			middle := b.atLambda(-exact.Log((from.Sigma() + to.Sigma()) / 2))
			rk.step(b, d, e, i, b.AddLevel(middle), i+1)
		} else {
			firstOrder(b, tape.X, tape.X, d, from, to)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// rungeKutta holds the buffers of steps of four slopes.
type rungeKutta struct{ d, y, e2, e3, e4 tape.Buf }

func newRungeKutta(b *Draft) *rungeKutta {
	return &rungeKutta{b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()}
}

// slope evaluates y, which is at a level, and keeps its slope.
func (r *rungeKutta) slope(b *Draft, e, y tape.Buf, level int) {
	b.Eval(r.d, y, level)
	b.Slope(e, y, r.d, b.Level(level))
}

// step emits the step of x, D and e from one level over a middle to another, each part of it a step along one slope.
func (r *rungeKutta) step(b *Draft, d, e tape.Buf, from, middle, to int) {
	s, m, t := b.Level(from), b.Level(middle), b.Level(to)
	half, whole := noiseOverSigma.moments(s, m)[0], noiseOverSigma.moments(s, t)[0]
	firstOrder(b, r.y, tape.X, d, s, m)
	r.slope(b, r.e2, r.y, middle)
	interpolate(b, r.y, tape.X, d, s, m, e, []tape.Buf{r.e2}, weights{half})
	r.slope(b, r.e3, r.y, middle)
	interpolate(b, r.y, tape.X, d, s, t, e, []tape.Buf{r.e3}, weights{whole})
	r.slope(b, r.e4, r.y, to)
	interpolate(b, tape.X, tape.X, d, s, t, e, []tape.Buf{r.e2, r.e3, r.e4}, weights{whole / 3, whole / 3, whole / 6})
}

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
	Kind: KindFlowHeun, Name: "flow-heun", File: "rungekutta.go",
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
		b.Arrive(i + 1)
	}
	return nil
}
