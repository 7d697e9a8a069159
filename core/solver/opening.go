package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Opened takes the first steps of another solver, from levels whose signal is lost in the noise, by the first order:
//
//	x' = a_T·D + s_T·e  from every level with a_S < 1 and σ_S > 200
//
// as every solver leaves a level that has no signal at all (σ_S infinite). There D is the mean of the data whatever x
// is: over the x of one level it differs by the data's variance times a_S/s_S at most. A process with almost no signal at
// its end (cosine betas held below 1 end at σ = 20,000) asks other methods for a step over a factor of thousands in σ, and
// what they make of it is noise: Heun multiplies the difference of two estimates by half that factor.
//
// The solver itself begins at the next level, without a history. A run of fewer than four steps has none to spare, and is
// the solver's alone.
//
// Costs one evaluation in each such step.
type Opened struct{ Solver }

// The choices of Opening.
const (
	OpeningOwn   = iota // by the solver itself
	OpeningFirst        // by the first order
)

// fewestOpened is the fewest steps of an opened run.
const fewestOpened = 4

// Compile emits the tape.
func (o Opened) Compile(levels []schedule.Level, b *Draft) error {
	if err := o.valid(); err != nil {
		return err
	}
	i := 0
	open := func() error {
		for d := b.Buffer(); levels[i].Lost(); i++ {
			b.Eval(d, tape.X, i)
			firstOrder(b, tape.X, tape.X, d, levels[i], levels[i+1])
			b.Arrive(i + 1)
		}
		return nil
	}
	if len(levels) > fewestOpened {
		if err := b.Stretch(0, open); err != nil {
			return err
		}
	}
	return b.Stretch(i, func() error { return o.Solver.Compile(levels[i:], b) })
}

// openingKnob is of the solvers that need it.
var openingKnob = knob(Opening, OpeningFirst, OpeningOwn, OpeningFirst)

// opened is the solver with the opening that was asked for.
func opened(s Solver, o Options) Solver {
	if o.Whole(Opening) == OpeningFirst {
		return Opened{s}
	}
	return s
}
