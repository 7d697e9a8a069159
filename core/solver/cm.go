package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// CM samples a consistency model in several steps: the model's map f takes any level to σ_min, and noise is added from
// there. In X = x/a:
//
//	X' = f(x, S) + s_noise·√(σ_T² - σ_min²)·z,  in the last step x' = f
//
// Y. Song et al., Consistency models, arXiv 2303.01469, algorithm 1. σ_min is the cleanest of the process, where f is
// the identity.
//
// One evaluation a step.
type CM struct{ SNoise float64 }

var cmInfo = Info{
	Kind: KindCM, Name: "cm",
	Line:   "draws fresh noise around each estimate; for consistency models, in 1 to 4 steps",
	Source: "Song et al., arXiv 2303.01469", Evals: perStep, Stochastic: true,
	Formula: "X' = f(x, S) + s_noise √(σ_T² - σ_min²) z",
	Knobs:   []Knob{knob(SNoise, 1, 0, 2)},
	tape:    func(o Options) Solver { return CM{o.Value(SNoise)} },
}

// Compile emits the tape.
func (s CM) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	if b.lost = b.process == nil; b.lost {
		return nil
	}
	_, lo := b.process.Range()
	for i, to := range levels[1:] {
		b.Eval(d, tape.X, i)
		up := 0.0
		if lo.Below(to) { // s_T² - (a_T·σ_min)², finite without signal
			r := lo.Sigma() * to.A / to.S
			up = float64(to.S * math.Sqrt(float64((1-r)*(1+r))))
		}
		b.Renoise(z, up, s.SNoise, tape.Term{Coef: to.A, Src: d})
		b.Emit(i + 1)
	}
	return nil
}
