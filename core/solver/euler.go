package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Euler follows the slope of the probability flow in X = x/a over σ = s/a:
//
//	X' = X + (σ_T - σ_S)·e,  e = (X - D)/σ_S
//
// T. Karras et al., arXiv 2206.00364, algorithm 1 without its correction. In the process' own coordinates that is
// x' = A·x + B·D, which needs neither a_S > 0 nor s_T > 0. Churn raises the noise first.
//
// Order 1 (weak order 1 with churn); one evaluation a step.
type Euler struct {
	Churn  Churn
	Before bool // ask the network before the noise is raised, about the level before: diffusers' EulerDiscrete
}

var eulerInfo = Info{
	Kind: KindEuler, Name: "euler",
	Line:   "one straight step along the slope at a time; the same as ddim with eta 0",
	Source: "Karras et al., arXiv 2206.00364", Order: 1, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S) e",
	Knobs:   churnKnobs,
	tape:    func(o Options) Solver { return Euler{Churn: churn(o)} },
}

// Compile emits the tape.
func (s Euler) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := i
		if s.Before && s.Churn.gamma(levels[i], b.steps) > 0 {
			b.Eval(d, tape.X, i)
			s.late(b, d, z, levels[i], to)
		} else {
			from = s.Churn.raise(b, z, i)
			b.Eval(d, tape.X, from)
			firstOrder(b, tape.X, tape.X, d, b.At(from), to)
		}
		b.Emit(i + 1)
	}
	return nil
}

// late emits X' = X^ + (σ_T - σ^)·e with the e of X.
func (s Euler) late(b *Draft, d, z tape.Buf, from, to schedule.Level) {
	g := s.Churn.gamma(from, b.steps)
	q := decay(from, to) - (1 + g)
	up := float64(to.A * float64(from.Sigma()*math.Sqrt(float64(g*(2+g)))))
	b.Renoise(z, up, s.Churn.SNoise, tape.Term{Coef: to.A * (1 + q) / from.A, Src: tape.X}, tape.Term{Coef: -float64(to.A * q), Src: d})
}
