package sampler

import "tintype/core/schedule"

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
func Invert(s Inverse, levels []schedule.Level) (*Tape, error) {
	if s.Rounds < 1 {
		return nil, &LevelsError{"an inverse of no rounds"}
	}
	if err := CheckLevels(levels); err != nil {
		return nil, err
	}
	up := make([]schedule.Level, len(levels))
	for i, l := range levels {
		up[len(levels)-1-i] = l
	}
	return Assemble(up, s.emit)
}

func (s Inverse) emit(levels []schedule.Level, b *Builder) error {
	d, y := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		if to.A == 0 {
			b.Eval(d, X, i)
			b.Slope(X, X, d, from)
			b.Lin(X, Term{to.S, X})
			b.Emit(i + 1)
			continue
		}
		r := to.A / from.A
		c := (to.S - float64(from.S*r)) / to.S
		guess := X
		for range s.Rounds {
			b.Eval(d, guess, i+1)
			b.Lin(y, Term{r, X}, Term{c, guess}, Term{-float64(c * to.A), d})
			guess = y
		}
		b.Lin(X, Term{1, y})
		b.Emit(i + 1)
	}
	return nil
}
