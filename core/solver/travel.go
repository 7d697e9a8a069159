package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Travel runs another solver back and forth (A. Lugmayr et al., RePaint, arXiv 2201.09865, section 4.2): after Jump
// steps down it goes back up to where they began, by fresh noise,
//
//	x' = (a_S/a_T)·x + √(s_S² - (a_S/a_T)²·s_T²)·z
//
// and takes them again, Times times in all, so that what a hook put into x and what the network makes of it come to
// agree. Each stretch is compiled by itself: a multistep solver begins it without a history.
//
// Costs Times times the evaluations of the solver.
type Travel struct {
	Solver
	Jump, Times int
}

// Compile emits the tape.
func (t Travel) Compile(levels []schedule.Level, b *Draft) error {
	if err := t.valid(); err != nil {
		return err
	}
	z := b.Buffer()
	for from := 0; from < len(levels)-1; from += t.Jump {
		to := min(from+t.Jump, len(levels)-1)
		for pass := range t.Times {
			if pass > 0 {
				b.renoise(z, levels[to], levels[from])
			}
			if err := b.Stretch(from, func() error { return t.Solver.Compile(levels[from:to+1], b) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// renoise takes X up from a level to one with more noise, as the forward process would.
func (b *Draft) renoise(z tape.Buf, from, to schedule.Level) {
	r := to.A / from.A
	b.Noise(z)
	b.Lin(tape.X, tape.Term{Coef: r, Src: tape.X}, tape.Term{Coef: math.Sqrt(max(float64(to.S*to.S)-float64((r*from.S)*(r*from.S)), 0)), Src: z})
}
