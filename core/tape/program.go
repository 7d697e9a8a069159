package tape

import (
	"tintype/core/denoise"
	"tintype/core/schedule"
)

// Program is a solver prepared for its levels: a *Tape, or the loop of a solver whose steps depend on the pictures.
type Program interface {
	// Asked lists the levels at which the network will be asked.
	Asked() []schedule.Level
	// DrawsNoise reports whether noise is added on the way.
	DrawsNoise() bool
	// Start makes a run over n values (all pictures of the batch) and resets it. Everything is allocated here.
	Start(env Env, n int) Runner
}

// Env is what a run works with.
type Env struct {
	Denoiser denoise.Denoiser
	Noise    Noise
	// Unconditional writes the unconditional half of Denoiser's last estimate. It may be nil: then there is no guidance,
	// and both are the same.
	Unconditional func(dst []float32)
	// Arrived, which may be nil, is called when x has reached a level of the grid (the first one included), before
	// that level is shown or evaluated, and may change x: inpainting replaces there what is known. visit counts the
	// calls from 0. An error ends the Step, which may be tried again.
	Arrived func(x []float32, l schedule.Level, visit int) error
	// Shape is that of the pictures, for what looks at each of them by itself. The zero Shape is one of a single row.
	Shape Shape
	// Second is where the network leaves its second output with each evaluation; nil: it has none.
	Second []float32
}

// Shape is that of a batch of pictures, [N,H,W,C].
type Shape struct{ N, H, W, C int }

// ShapeOf is that of a run over n values.
func (e *Env) ShapeOf(n int) Shape {
	if e.Shape == (Shape{}) {
		return Shape{1, 1, n, 1}
	}
	return e.Shape
}

// Arrive calls the hook, if there is one.
func (e *Env) Arrive(x []float32, l schedule.Level, visit int) error {
	if e.Arrived == nil {
		return nil
	}
	return e.Arrived(x, l, visit)
}

// Runner is a program on its way. Its methods allocate nothing.
type Runner interface {
	// Reset begins again, with the noise of stream 0.
	Reset()
	// X is the noisy picture as it is now; a caller may write it before the first step.
	X() []float32
	// Denoised is the latest estimate of the clean picture; before the first it is X.
	Denoised() []float32
	// Progress says how far the run is.
	Progress() Progress
	// Step does one operation, with at most one call of the network; done reports that it was the last, and is true
	// from then on. After an error the run stands where it stood: the same Step may be tried again.
	Step() (done bool, err error)
	// Floats is the number of float32s that it holds.
	Floats() int
}

// Loop is a solver whose steps depend on the pictures. It visits every level of the grid, in as many steps of its own
// between two of them as it needs: Progress counts the levels.
type Loop interface {
	Prepare(p schedule.Process, levels []schedule.Level) (Program, error)
}

// Asked lists the level of every evaluation.
func (t *Tape) Asked() []schedule.Level {
	levels := make([]schedule.Level, 0, t.NFE)
	for i := range t.Ops {
		if op := &t.Ops[i]; op.Kind == OpEval || op.Kind == OpJump {
			levels = append(levels, t.Levels[op.Level])
		}
	}
	return levels
}

// DrawsNoise reports whether the tape has an OpNoise.
func (t *Tape) DrawsNoise() bool {
	for i := range t.Ops {
		if t.Ops[i].Kind == OpNoise {
			return true
		}
	}
	return false
}

// Start makes a Run of the tape.
func (t *Tape) Start(env Env, n int) Runner { return NewRun(t, env, n) }
