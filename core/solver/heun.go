package solver

import (
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Heun takes a part α of Euler's step to y, looks at the slope there, and goes the whole step with both slopes:
//
//	X' = X + (σ_T - σ_S)·((1 - 1/2α)·e + 1/2α·e'),  e' = (Y - D(y))/σ',  σ' = σ_S + α·(σ_T - σ_S)
//
// T. Karras et al., arXiv 2206.00364, algorithms 2 (α = 1: Heun's method; with churn, their stochastic sampler) and 3
// (α = 1/2: the midpoint, 2/3: Ralston). Since Euler keeps e, Y = D + σ'·e, and with k = σ_T/σ_S
//
//	x' = [Euler's step] + a_T/2α·(k - 1)/(1 + α(k - 1))·(D - D(y))
//
// which does not cancel where σ_S is large. A step to the clean picture (σ_T = 0) or from pure noise (σ_S infinite)
// is Euler's.
//
// Order 2 (weak order 2 with a churn that n does not change); two evaluations a step, one in the last: 2n-1.
type Heun struct {
	Churn Churn
	Alpha float64 // 0 is 1
}

var heunInfo = Info{
	Kind: KindHeun, Name: "heun",
	Line:   "Euler's step corrected by the slope at its end; two evaluations a step",
	Source: "Karras et al., arXiv 2206.00364, algorithms 2 and 3", Order: 2, Evals: twiceButLast,
	Formula: "X' = X + (σ_T - σ_S)(e + e')/2,  e' at Euler's x'",
	Knobs:   append(append([]Knob{knob(Alpha, 1, 0.5, 1)}, churnKnobs...), openingKnob),
	tape:    func(o Options) Solver { return Heun{churn(o), o.Value(Alpha)} },
}

// Compile emits the tape.
func (s Heun) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, y, d2, z := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		at := s.Churn.raise(b, z, i)
		from := b.At(at)
		b.Eval(d, tape.X, at)
		switch {
		case one(from, to):
			firstOrder(b, tape.X, tape.X, d, from, to)
		case s.Alpha == 0 || s.Alpha == 1:
			firstOrder(b, tape.X, tape.X, d, from, to)
			b.Eval(d2, tape.X, i+1)
			c := 0.5 * float64(to.A*(1-1/decay(from, to)))
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: c, Src: d}, tape.Term{Coef: -c, Src: d2})
		default:
			s.part(b, d, y, d2, from, to)
		}
		b.Emit(i + 1)
	}
	return nil
}

// part emits the rest of a step whose second slope is taken before its end.
func (s Heun) part(b *Draft, d, y, d2 tape.Buf, from, to schedule.Level) {
	k := decay(from, to)
	r := 1 + float64(s.Alpha*(k-1)) // σ'/σ_S
	at := b.Level(b.Of(from.Lambda() - exact.Log(r)))
	firstOrder(b, y, tape.X, d, from, b.At(at))
	b.Eval(d2, y, at)
	c := float64(to.A*(k-1)) / (2 * float64(s.Alpha*r))
	a := to.S / from.S
	b.Lin(tape.X, tape.Term{Coef: a, Src: tape.X}, tape.Term{Coef: to.A - float64(a*from.A) + c, Src: d}, tape.Term{Coef: -c, Src: d2})
}
