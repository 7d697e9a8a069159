package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// ALD is annealed Langevin dynamics: at each level some Langevin steps towards its own distribution, in X = x/a:
//
//	X <- X + α·score + √(2α)·z,  score = (D - X)/σ²,  α = ε·(σ/σ_L)²
//
// and at the end the estimate itself, X + σ_L²·score = D, σ_L being the last level's sigma with noise left.
// Y. Song, S. Ermon, arXiv 1907.05600, algorithm 1; the last step is that of A. Jolicoeur-Martineau et al.,
// arXiv 2009.05475. With r = ε/σ_L², the step relative to σ², in the process' own coordinates:
//
//	x <- (1 - r)·x + r·a·D + √(2r)·s·z
//
// From one level to the next X is kept; a level without signal has none, and is left by the first-order step.
//
// T evaluations a level and one at the end: T·n + 1.
type ALD struct {
	Step  float64 // r
	Inner int     // T
}

var aldInfo = Info{
	Kind: KindALD, Name: "ald",
	Line:   "annealed Langevin dynamics, the first score-based sampler; wants many levels",
	Source: "Song, Ermon, arXiv 1907.05600; Jolicoeur-Martineau et al., arXiv 2009.05475", Order: 1, Evals: line(aldInner, 1),
	Stochastic: true,
	Formula:    "X <- X + α score + √(2α) z,  α = ε (σ/σ_L)²",
	Knobs:      []Knob{knob(LangevinStep, 0.2, 0.001, 1), knob(Inner, aldInner, 1, 100), openingKnob},
	tape:       func(o Options) Solver { return ALD{o.Value(LangevinStep), o.Whole(Inner)} },
}

const aldInner = 5

// Compile emits the tape.
func (s ALD) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		for range s.Inner {
			b.Eval(d, tape.X, i)
			b.Noise(z)
			b.Lin(tape.X, tape.Term{Coef: 1 - s.Step, Src: tape.X}, tape.Term{Coef: float64(s.Step * from.A), Src: d}, tape.Term{Coef: float64(math.Sqrt(2*s.Step) * from.S), Src: z})
		}
		switch {
		case to.S == 0:
			b.Eval(d, tape.X, i)
			b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
		case from.A == 0:
			firstOrder(b, tape.X, tape.X, d, from, to)
		default:
			b.Lin(tape.X, tape.Term{Coef: to.A / from.A, Src: tape.X})
		}
		b.Emit(i + 1)
	}
	return nil
}
