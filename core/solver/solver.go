package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Solver compiles levels to a tape. levels fall strictly, are at least two, and need not end at the clean picture.
// A solver has no state: a Run holds the position and the buffers.
type Solver interface {
	Compile(levels []schedule.Level, b *Draft) error
}

// Draft is a tape on its way, for a grid of a process.
type Draft struct {
	*tape.Builder
	process schedule.Process
	extras  *Extras
	steps   int  // of the grid
	lost    bool // a level was asked of a process, and there is none
}

// atTime is the process' level at the model's time t.
func (b *Draft) atTime(t float64) schedule.Level {
	if b.lost = b.lost || b.process == nil; b.lost {
		return schedule.Level{}
	}
	return b.process.AtTime(t)
}

// atLambda is the process' level with the given lambda.
func (b *Draft) atLambda(lambda float64) schedule.Level {
	if b.lost = b.lost || b.process == nil; b.lost {
		return schedule.Level{}
	}
	return b.process.AtLambda(lambda)
}

// middle adds the process' level whose lambda is the mean of two, and returns its number.
func (b *Draft) middle(from, to schedule.Level) int {
	return b.AddLevel(b.atLambda(0.5 * (from.Lambda() + to.Lambda())))
}

// Compile makes the tape of a solver. p is asked for levels between those of the grid; a solver that needs none may
// be compiled without a process.
func Compile(s Solver, p schedule.Process, levels []schedule.Level) (*tape.Tape, error) {
	return compile(s, p, levels, &Extras{})
}

func compile(s Solver, p schedule.Process, levels []schedule.Level, e *Extras) (*tape.Tape, error) {
	if s == nil {
		return nil, &tape.LevelsError{Problem: "no solver"}
	}
	if n, ok := s.(interface{ needs() (Kind, Need) }); ok {
		if k, need := n.needs(); !e.Has(need, p) {
			return nil, &NeedError{k, need}
		}
	}
	if err := tape.CheckLevels(levels); err != nil {
		return nil, err
	}
	return tape.Assemble(levels, steps(s, p, e))
}

// Steps is what a solver that asks no process adds to a tape, for Assemble.
func Steps(s Solver) func([]schedule.Level, *tape.Builder) error { return steps(s, nil, &Extras{}) }

func steps(s Solver, p schedule.Process, e *Extras) func([]schedule.Level, *tape.Builder) error {
	return func(levels []schedule.Level, b *tape.Builder) error {
		d := &Draft{Builder: b, process: p, extras: e, steps: len(levels) - 1}
		if err := s.Compile(levels, d); err != nil {
			return err
		}
		if d.lost {
			return &tape.LevelsError{Problem: "levels between those of the grid, and no process to find them"}
		}
		return nil
	}
}

// The names below are used by every solver. A step goes from level S (the noisier, from) to level T (to); h is the
// difference of their lambdas:
//
//	e^-h = σ_T/σ_S = (s_T·a_S)/(a_T·s_S)      finite at both ends: a_S = 0 or s_T = 0 gives 0
//	A = s_T/s_S,  B = a_T - A·a_S             the step that keeps the slope e = (x - a_S·D)/s_S:
//	x' = a_T·D + s_T·e = A·x + B·D

// decay is e^-h, the ratio of the sigmas.
func decay(from, to schedule.Level) float64 {
	return float64(to.S*from.A) / float64(to.A*from.S)
}

// firstOrder emits x' = A·x + B·D into dst: the exact solution if D did not change.
func firstOrder(b *Draft, dst, x, d tape.Buf, from, to schedule.Level) {
	a := to.S / from.S
	b.Lin(dst, tape.Term{Coef: a, Src: x}, tape.Term{Coef: to.A - float64(a*from.A), Src: d})
}

// one reports a step that only the first order can take: from pure noise, or to the clean picture.
func one(from, to schedule.Level) bool { return from.A == 0 || to.S == 0 }
