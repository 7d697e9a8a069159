package tape

import (
	"fmt"
	"math"

	"tintype/core/schedule"
)

// LevelsError says which levels a tape cannot be made of.
type LevelsError struct{ Problem string }

func (e *LevelsError) Error() string { return "sampler: " + e.Problem }

// Assemble makes a tape of what emit adds to it, of levels that may come in any order: those of a grid, of a reference
// implementation, or of a way back to noise. A run of it begins with unit-variance data at the first level,
// x = √(A² + S²)·z. For a variance-preserving process that is the noise itself.
func Assemble(levels []schedule.Level, emit func([]schedule.Level, *Builder) error) (*Tape, error) {
	if len(levels) == 0 {
		return nil, &LevelsError{"no levels"}
	}
	b := &Builder{tape: Tape{Levels: append([]schedule.Level(nil), levels...), Scale: levels[0].Width()}}
	b.Buffer() // X
	if err := emit(b.tape.Levels[:len(levels):len(levels)], b); err != nil {
		return nil, err
	}
	return &b.tape, nil
}

// CheckLevels returns a *LevelsError unless the noise falls strictly over at least two levels.
func CheckLevels(levels []schedule.Level) error {
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
