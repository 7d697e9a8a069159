package sampler

import (
	"fmt"
	"math"

	"tintype/core/schedule"
)

// Solver compiles levels to a tape. levels fall strictly, are at least two, and need not end at the clean picture.
// A solver has no state: a Run holds the position and the buffers.
type Solver interface {
	Compile(levels []schedule.Level, b *Builder) error
}

// LevelsError says which levels a tape cannot be made of.
type LevelsError struct{ Problem string }

func (e *LevelsError) Error() string { return "sampler: " + e.Problem }

// Compile makes the tape of a solver. p is asked for levels between those of the grid; a solver that needs none may
// be compiled without a process.
func Compile(s Solver, p schedule.Process, levels []schedule.Level) (*Tape, error) {
	return compile(s, p, levels, &Extras{})
}

func compile(s Solver, p schedule.Process, levels []schedule.Level, e *Extras) (*Tape, error) {
	if s == nil {
		return nil, &LevelsError{"no solver"}
	}
	if n, ok := s.(interface{ needs() (Kind, Need) }); ok {
		if k, need := n.needs(); !e.Has(need, p) {
			return nil, &NeedError{k, need}
		}
	}
	if err := checkLevels(levels); err != nil {
		return nil, err
	}
	return assemble(p, e, levels, s.Compile)
}

// Assemble makes a tape of what emit adds to it, of levels that may come in any order: those of a reference
// implementation, or of a way back to noise.
func Assemble(levels []schedule.Level, emit func([]schedule.Level, *Builder) error) (*Tape, error) {
	if len(levels) == 0 {
		return nil, &LevelsError{"no levels"}
	}
	return assemble(nil, &Extras{}, levels, emit)
}

// assemble lets a run begin with unit-variance data at the first level: x = √(A² + S²)·z. For a variance-preserving
// process that is the noise itself.
func assemble(p schedule.Process, e *Extras, levels []schedule.Level, emit func([]schedule.Level, *Builder) error) (*Tape, error) {
	l := levels[0]
	b := &Builder{tape: Tape{Levels: append([]schedule.Level(nil), levels...),
		Scale: math.Sqrt(float64(l.A*l.A) + float64(l.S*l.S))}, process: p, extras: e, steps: len(levels) - 1}
	b.Buffer() // X
	if err := emit(b.tape.Levels[:len(levels):len(levels)], b); err != nil {
		return nil, err
	}
	if b.lost {
		return nil, &LevelsError{"levels between those of the grid, and no process to find them"}
	}
	return &b.tape, nil
}

// checkLevels returns a *LevelsError unless the noise falls strictly over at least two levels.
func checkLevels(levels []schedule.Level) error {
	if len(levels) < 2 {
		return &LevelsError{fmt.Sprintf("%d levels, expected at least two", len(levels))}
	}
	for i, l := range levels {
		if !(l.A >= 0 && l.S >= 0 && l.A+l.S > 0 && l.A+l.S <= math.MaxFloat64) {
			return &LevelsError{fmt.Sprintf("level %d has signal rate %v and noise rate %v", i, l.A, l.S)}
		}
		if i > 0 && !l.Below(levels[i-1]) {
			return &LevelsError{fmt.Sprintf("level %d does not carry less noise than the one before it", i)}
		}
	}
	return nil
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
func firstOrder(b *Builder, dst, x, d Buf, from, to schedule.Level) {
	a := to.S / from.S
	b.Lin(dst, Term{a, x}, Term{to.A - float64(a*from.A), d})
}

// one reports a step that only the first order can take: from pure noise, or to the clean picture.
func one(from, to schedule.Level) bool { return from.A == 0 || to.S == 0 }
