package flow

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Inverse goes the way of DDIM's steps with η = 0 back, from picture to noise: step S -> T of the grid is undone by
// solving it for x_S,
//
//	x_S = (a_S/a_T)·x_T + (s_S - s_T·a_S/a_T)·e(x_S),  e(y) = (y - a_S·D(y, S))/s_S
//
// J. Song et al., arXiv 2010.02502, section 4.3. The unknown x_S inside of e begins as x_T, which is the usual inverse,
// of order 1, and may be replaced by what comes out (Z. Pan et al., arXiv 2309.04907): Rounds of that converge to the
// exact inverse where h is small. The network is asked at S, so the picture itself may be where the way begins. A level
// without signal is reached along the slope at T.
//
// Rounds evaluations a step.
type Inverse struct{ Rounds int }

// Invert makes the tape that visits the levels of a grid, noisy to clean, in the reverse order. A run of it begins with
// what its owner writes into X: the picture, at the last level.
func Invert(s Inverse, levels []schedule.Level) (*tape.Tape, error) {
	if s.Rounds < 1 {
		return nil, &tape.LevelsError{Problem: "an inverse of no rounds"}
	}
	if err := tape.CheckLevels(levels); err != nil {
		return nil, err
	}
	up := make([]schedule.Level, len(levels))
	for i, l := range levels {
		up[len(levels)-1-i] = l
	}
	return tape.Assemble(up, s.emit)
}

func (s Inverse) emit(levels []schedule.Level, b *tape.Builder) error {
	d, y := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		if to.A == 0 {
			b.Eval(d, tape.X, i)
			b.Slope(tape.X, tape.X, d, from)
			b.Lin(tape.X, tape.Term{Coef: to.S, Src: tape.X})
			b.Arrive(i + 1)
			continue
		}
		r := to.A / from.A
		c := (to.S - float64(from.S*r)) / to.S
		guess := tape.X
		for range s.Rounds {
			b.Eval(d, guess, i+1)
			b.Lin(y, tape.Term{Coef: r, Src: tape.X}, tape.Term{Coef: c, Src: guess}, tape.Term{Coef: -float64(c * to.A), Src: d})
			guess = y
		}
		b.Lin(tape.X, tape.Term{Coef: 1, Src: y})
		b.Arrive(i + 1)
	}
	return nil
}
