package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

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
			b.Slope(v.Push(), tape.X, d.At(0), levels[i])
		}
		m.step(b, tape.X, d.At(0), v, levels, i)
		b.Emit(i + 1)
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
		bufs = append(bufs, v.At(k+1))
	}
	if len(others) == 0 {
		firstOrder(b, tape.X, x, d, from, to)
		return
	}
	interpolate(b, tape.X, x, d, from, to, v.At(0), bufs, m.weigh(from, to, others))
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
