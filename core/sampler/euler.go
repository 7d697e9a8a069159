package sampler

import "tintype/core/schedule"

// Euler follows the slope of the probability flow in X = x/a over σ = s/a:
//
//	X' = X + (σ_T - σ_S)·e,  e = (X - D)/σ_S
//
// T. Karras et al., arXiv 2206.00364, algorithm 1 without its correction. In the process' own coordinates that is
// x' = A·x + B·D, which needs neither a_S > 0 nor s_T > 0.
//
// Order 1; one evaluation a step.
type Euler struct{}

var eulerInfo = Info{
	Kind: KindEuler, Name: "euler",
	Line:   "one straight step along the slope at a time; the same as ddim with eta 0",
	Source: "Karras et al., arXiv 2206.00364", Order: 1, Cost: "n", Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S) e",
	tape:    func(Options) Solver { return Euler{} },
}

// Compile emits the tape.
func (Euler) Compile(levels []schedule.Level, b *Builder) error {
	d := b.Buffer()
	for i, to := range levels[1:] {
		b.Eval(d, X, i)
		firstOrder(b, X, X, d, levels[i], to)
		b.Emit(i + 1)
	}
	return nil
}
