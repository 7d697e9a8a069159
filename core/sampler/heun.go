package sampler

import "tintype/core/schedule"

// Heun takes Euler's step to y, looks at the slope there, and goes with the mean of both slopes:
//
//	y = A·x + B·D(x, S)
//	X' = X + (σ_T - σ_S)·(e + e')/2,  e' = (Y - D(y, T))/σ_T
//
// T. Karras et al., arXiv 2206.00364, algorithm 1. Since Euler keeps e, Y = D + σ_T·e, and the correction is
//
//	x' = y + a_T·(1 - σ_S/σ_T)/2·(D(x, S) - D(y, T))
//
// which does not cancel where σ_S is large. A step to the clean picture (σ_T = 0) or from pure noise (σ_S infinite)
// is Euler's.
//
// Order 2; two evaluations a step, one in the last: 2n-1.
type Heun struct{}

var heunInfo = Info{
	Kind: KindHeun, Name: "heun",
	Line:   "Euler's step corrected by the slope at its end; two evaluations a step",
	Source: "Karras et al., arXiv 2206.00364, algorithm 1", Order: 2, Cost: "2n-1",
	Evals:   func(n int) int { return 2*n - 1 },
	Formula: "X' = X + (σ_T - σ_S)(e + e')/2,  e' at Euler's x'",
	tape:    func(Options) Solver { return Heun{} },
}

// Compile emits the tape.
func (Heun) Compile(levels []schedule.Level, b *Builder) error {
	d, d2 := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, X, i)
		firstOrder(b, X, X, d, from, to)
		if to.S > 0 && from.A > 0 {
			b.Eval(d2, X, i+1)
			c := 0.5 * float64(to.A*(1-1/decay(from, to)))
			b.Lin(X, Term{1, X}, Term{c, d}, Term{-c, d2})
		}
		b.Emit(i + 1)
	}
	return nil
}
