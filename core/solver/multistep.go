package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// DPMpp2M is DPM-Solver++(2M): the linear part solved exactly, D extrapolated over lambda from this estimate and the
// last one:
//
//	m0 = D(x, S), m1 = the estimate one step before;  r0 = (λ_S - λ_before)/h,  d0 = (m0 - m1)/r0
//	x' = A·x + a_T·(p1·m0 + c·d0),  p1 = 1 - e^-h
//	c = p1/2                   midpoint
//	  = p2 = 1 - p1/h          heun: exact for a D that is linear in λ
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, algorithm 2 and appendix B. The first step has no m1, and a step to
// the clean picture (h infinite) has no use for it: both are of order 1, x' = A·x + B·m0.
//
// Order 2; one evaluation a step.
type DPMpp2M struct {
	Correction int // Midpoint or HeunLike
	LastSteps  int // FullOrder or LowerOrder: the same unless the last level carries noise
}

var dpmpp2mInfo = Info{
	Kind: KindDPMpp2M, Name: "dpmpp-2m", File: "multistep.go",
	Line:   "extrapolates from the last two estimates; the best quality for 8 to 30 evaluations",
	Source: "Lu et al., arXiv 2211.01095", Order: 2, Evals: perStep,
	Formula: "x' = A x + a_T (p1 m0 + c d0),  c = p1/2 or p2",
	Knobs:   []Knob{knob(Correction, Midpoint, Midpoint, HeunLike)},
	tape:    func(o Options) Solver { return DPMpp2M{Correction: o.Whole(Correction)} },
}

// Compile emits the tape.
func (s DPMpp2M) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return multistep{order: 2, weigh: dataOverLambda.corrected(s.Correction), last: s.LastSteps}.Compile(levels, b)
}

// DPMpp3M is DPM-Solver++(3M): the linear part solved exactly, D extrapolated over lambda by the parabola through the
// last three estimates:
//
//	d0 = (m0 - m1)/r0, d1 = (m1 - m2)/r1;  D1 = d0 + r0/(r0+r1)·(d0 - d1), D2 = (d0 - d1)/(r0 + r1)
//	x' = A·x + a_T·(p1·m0 + p2·D1 + 2·p3·D2)
//	p1 = 1 - e^-h, p2 = 1 - p1/h, p3 = 1/2 - p2/h
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, appendix B, with the integral of the parabola in full: the papers'
// programs leave out the 2 and are of order 2. The second step is DPM-Solver++(2M)'s, the first one and a step to the
// clean picture are of order 1.
//
// Order 3 from an accurate start (the first two steps hold it to 2.4 from noise); one evaluation a step.
type DPMpp3M struct {
	LastSteps  int  // FullOrder or LowerOrder
	Correction int  // of the step of order 2: Midpoint or HeunLike
	Halved     bool // compat: p3 in the place of 2·p3, as the references have it
}

var dpmpp3mInfo = Info{
	Kind: KindDPMpp3M, Name: "dpmpp-3m", File: "multistep.go",
	Line:   "extrapolates from the last three estimates; for 15 evaluations and more",
	Source: "Lu et al., arXiv 2211.01095", Order: 3, Evals: perStep,
	Formula: "x' = A x + a_T (p1 m0 + p2 D1 + 2 p3 D2)",
	Knobs:   []Knob{knob(LastSteps, FullOrder, FullOrder, LowerOrder)},
	tape:    func(o Options) Solver { return DPMpp3M{LastSteps: o.Whole(LastSteps), Correction: HeunLike} },
}

// Compile emits the tape.
func (s DPMpp3M) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	m := multistep{order: 3, weigh: dataOverLambda.corrected(s.Correction), last: s.LastSteps}
	if s.Halved {
		m.weigh = dataOverLambda.halved(m.weigh)
	}
	return m.Compile(levels, b)
}

// halved takes half of the last moment of a parabola.
func (g integral) halved(weigh weigher) weigher {
	return func(from, to schedule.Level, others []schedule.Level) weights {
		if len(others) != 2 {
			return weigh(from, to, others)
		}
		m := g.moments(from, to)
		m[2] /= 2
		return lagrange(g.nodes(from, to, others), m)
	}
}

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
	Kind: KindDPMMultistep, Name: "dpm-multistep", File: "multistep.go",
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

// RESMultistep is the second-order refined exponential solver: D as a line over lambda through the last two
// estimates, integrated exactly by φ functions:
//
//	x' = A·x + a_T·h·(φ1·m0 + φ2·d0),  φ of -h
//
// Q. Zhang et al., Improved order analysis and design of exponential integrator for diffusion models,
// arXiv 2308.02157, the multistep form. h·φ1 = p1 and h·φ2 = p2, so this is DPM-Solver++(2M) in its form "heun".
//
// Order 2; one evaluation a step.
type RESMultistep struct{}

var resMultistepInfo = Info{
	Kind: KindRESMultistep, Name: "res-multistep", File: "multistep.go",
	Line:   "the refined exponential solver from the last two estimates; the same as dpmpp-2m with correction heun",
	Source: "Zhang et al., arXiv 2308.02157", Order: 2, Evals: perStep,
	Formula: "x' = A x + a_T h (φ1 m0 + φ2 d0)",
	tape:    func(Options) Solver { return RESMultistep{} },
}

// Compile emits the tape.
func (RESMultistep) Compile(levels []schedule.Level, b *Draft) error {
	return multistep{order: 2, weigh: dataOverLambda.exact}.Compile(levels, b)
}

// multistep compiles the solvers that evaluate once a step and interpolate the last estimates (phi.go). The first
// steps have fewer of them and are of lower order.
type multistep struct {
	order   int // most estimates of one step, the newest among them
	weigh   weigher
	slope   bool // interpolates e, not D
	last    int  // FullOrder, LowerOrder or EulerLast
	through bool // compat: the step to the clean picture keeps its order
}

// Compile emits the tape.
func (m multistep) Compile(levels []schedule.Level, b *Draft) error {
	v := b.History(m.order)
	d := v
	if m.slope {
		d = b.History(1)
	}
	for i := range levels[1:] {
		b.Eval(d.Push(), tape.X, i)
		if m.slope {
			b.Slope(v.Push(), tape.X, d.Back(0), levels[i])
		}
		m.step(b, tape.X, d.Back(0), v, levels, i)
		b.Arrive(i + 1)
	}
	return nil
}

// step emits step i, from x into X.
func (m multistep) step(b *Draft, x, d tape.Buf, v *tape.History, levels []schedule.Level, i int) {
	from, to := levels[i], levels[i+1]
	if from.A == to.A && from.S == to.S {
		return // compat: the references may end on a level twice
	}
	others, bufs := m.older(levels, i), []tape.Buf(nil)
	for k := range others {
		bufs = append(bufs, v.Back(k+1))
	}
	if len(others) == 0 {
		firstOrder(b, tape.X, x, d, from, to)
		return
	}
	interpolate(b, tape.X, x, d, from, to, v.Back(0), bufs, m.weigh(from, to, others))
}

// older lists the levels whose values step i is made of besides its own, the newest first. One without signal has
// no place on λ or σ.
func (m multistep) older(levels []schedule.Level, i int) []schedule.Level {
	n := lastOrder(m.last, m.order, len(levels)-1-i) - 1
	if levels[i].A == 0 || levels[i+1].S == 0 && !m.through {
		n = 0
	}
	var others []schedule.Level
	for j := i - 1; j >= max(i-n, 0) && levels[j].A > 0; j-- {
		others = append(others, levels[j])
	}
	return others
}

// lastOrder is the order of a step, itself counted, that so many steps before the end may have.
func lastOrder(last, order, left int) int {
	switch {
	case last == LowerOrder:
		return min(order, left)
	case last == EulerLast && left == 1:
		return 1
	}
	return order
}

// interpolate emits dst = A·x + B·D + Σ w_k·(v_k - v_0), the step of phi.go. D is the estimate at from; v_0 is D
// itself or its e.
func interpolate(b *Draft, dst, x, d tape.Buf, from, to schedule.Level, v0 tape.Buf, others []tape.Buf, w weights) {
	sum := 0.0
	for k := range others {
		sum += w[k]
	}
	a := to.S / from.S
	terms := []tape.Term{{Coef: a, Src: x}, {Coef: to.A - float64(a*from.A), Src: d}}
	if v0 == d {
		terms[1].Coef -= sum
	} else {
		terms = append(terms, tape.Term{Coef: -sum, Src: v0})
	}
	for k, v := range others {
		terms = append(terms, tape.Term{Coef: w[k], Src: v})
	}
	b.Lin(dst, terms...)
}
