package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Degrader makes pictures worse: Deg(x, t) for a severity t from 0 (nothing happens) to 1.
type Degrader interface {
	At(t float64) tape.Operator
}

// Cold restores a picture R that was degraded, and degrades it again by less:
//
//	x' = Deg(R, t')                       naive
//	   = x - Deg(R, t) + Deg(R, t')       improved
//
// A. Bansal et al., Cold diffusion, arXiv 2208.09392, algorithms 1 and 2: the errors of R cancel to first order in the
// second. No noise is needed; R is the estimate of a network that was trained to restore. With Deg(x, t) = a·x + s·e the
// improved one is DDIM. The last step returns R.
//
// One evaluation a step.
type Cold struct{ Naive bool }

var coldInfo = Info{
	Kind: KindCold, Name: "cold",
	Line:   "restores a degraded picture and degrades it again by less, correcting for the restorer's errors",
	Source: "Bansal et al., arXiv 2208.09392, algorithm 2", Evals: perStep,
	Formula: "x' = x - Deg(R, t) + Deg(R, t')", Needs: NeedsDegrader,
	tape: func(Options) Solver { return Cold{} },
}

var coldNaiveInfo = Info{
	Kind: KindColdNaive, Name: "cold-naive",
	Line:   "restores a degraded picture and degrades it again by less",
	Source: "Bansal et al., arXiv 2208.09392, algorithm 1", Evals: perStep,
	Formula: "x' = Deg(R, t')", Needs: NeedsDegrader,
	tape: func(Options) Solver { return Cold{Naive: true} },
}

// Compile emits the tape.
func (s Cold) Compile(levels []schedule.Level, b *Draft) error {
	d, y, y2 := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		b.Eval(d, tape.X, i)
		switch {
		case to.S == 0:
			b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
		case s.Naive:
			b.Apply(tape.X, d, b.extras.Degrader.At(severity(b.process, to)))
		default:
			b.Apply(y, d, b.extras.Degrader.At(severity(b.process, levels[i])))
			b.Apply(y2, d, b.extras.Degrader.At(severity(b.process, to)))
			b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: -1, Src: y}, tape.Term{Coef: 1, Src: y2})
		}
		b.Emit(i + 1)
	}
	return nil
}

// severity is the time of a level from 0, the clean picture's, to 1. The first trained step of a stepped process is not
// yet clean.
func severity(p schedule.Process, l schedule.Level) float64 {
	if l.S == 0 {
		return 0
	}
	if s, ok := p.(schedule.Stepped); ok {
		return (l.T + 1) / float64(s.Steps())
	}
	hi, _ := p.Range()
	return l.T / hi.T
}
