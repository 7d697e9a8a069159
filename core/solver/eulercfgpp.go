package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// EulerCFGpp is Euler under classifier-free guidance with the noise of the unguided estimate: guidance moves the
// picture, and what is left of the noise stays on the data's own path.
//
//	x' = a_T·D + s_T·e_u,  e_u = (x - a_S·D_u)/s_S
//
// H. Chung et al., CFG++, arXiv 2406.08070, algorithm 2. D_u is the unconditional estimate of the same call.
//
// Order 1; one evaluation a step.
type EulerCFGpp struct{}

var eulerCFGppInfo = Info{
	Kind: KindEulerCFGpp, Name: "euler-cfgpp",
	Line:   "Euler that takes the noise from the unguided estimate; for small guidance, from 1 to 3",
	Source: "Chung et al., arXiv 2406.08070", Order: 1, Evals: perStep, Guided: true,
	Formula: "x' = a_T D + s_T (x - a_S D_u)/s_S",
	tape:    func(Options) Solver { return EulerCFGpp{} },
}

// Compile emits the tape.
func (EulerCFGpp) Compile(levels []schedule.Level, b *Draft) error {
	d, u := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		a := to.S / levels[i].S
		b.Eval(d, tape.X, i)
		b.Unguided(u)
		b.Lin(tape.X, tape.Term{Coef: a, Src: tape.X}, tape.Term{Coef: to.A, Src: d}, tape.Term{Coef: -float64(a * levels[i].A), Src: u})
		b.Emit(i + 1)
	}
	return nil
}
