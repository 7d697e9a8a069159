package tape

import (
	"errors"
	"fmt"

	"tintype/core/denoise"
	"tintype/core/schedule"
)

// Noise fills dst with the standard normal noise of a stream; the same stream is always the same noise.
type Noise func(dst []float32, key uint32)

// Run executes a tape on float32 buffers. Everything is allocated by NewRun.
type Run struct {
	tape  *Tape
	coef  [][MaxTerms]float32 // the tape's coefficients, each rounded once; one row per operation
	env   Env
	begun bool // the hook has seen the first level
	buf   [][]float32
	start float32 // what the first noise is scaled by
	pc    int
	seen  Progress
	last  Buf                        // of the latest estimate
	apply []func(dst, src []float32) // the tape's operators
}

// Progress says how far a run is.
type Progress struct {
	Step, Steps int // sampler steps done, of all
	Evals, NFE  int // network calls done, of all
	Op, Ops     int // operations done, of all
}

// StepError names the sampler step (counted from 1) in which a run met a value that is not a number.
type StepError struct {
	Step, Steps int
	Time        float64 // the model's
	Err         error
}

func (e *StepError) Error() string {
	return fmt.Sprintf("step %d of %d (time %v): %v", e.Step, e.Steps, e.Time, e.Err)
}

func (e *StepError) Unwrap() error { return e.Err }

// NewRun prepares a run over n values (all pictures of the batch) and resets it.
func NewRun(t *Tape, env Env, n int) *Run {
	r := &Run{tape: t, env: env, coef: make([][MaxTerms]float32, len(t.Ops)), buf: make([][]float32, t.Buffers)}
	for i := range t.Ops {
		for j, c := range t.Ops[i].Coef {
			r.coef[i][j] = float32(c)
		}
	}
	for i := range r.buf {
		r.buf[i] = make([]float32, n)
	}
	for _, o := range t.Operators {
		r.apply = append(r.apply, o.Bind(env.ShapeOf(n)))
	}
	r.start = float32(t.Scale)
	r.Reset()
	return r
}

// Reset begins again, with the noise of stream 0. It allocates nothing.
func (r *Run) Reset() {
	r.pc, r.last, r.begun = 0, X, false
	r.seen = Progress{Steps: r.tape.Steps, NFE: r.tape.NFE, Ops: len(r.tape.Ops)}
	x := r.buf[X]
	r.env.Noise(x, 0)
	for i := range x {
		x[i] = r.start * x[i]
	}
}

// X is the noisy picture as it is now; a caller may write it before the first step.
func (r *Run) X() []float32 { return r.buf[X] }

// Denoised is the latest estimate of the clean picture; before the first it is X.
func (r *Run) Denoised() []float32 { return r.buf[r.last] }

// Floats counts the buffers.
func (r *Run) Floats() int { return len(r.buf) * len(r.buf[X]) }

// Progress says how far the run is.
func (r *Run) Progress() Progress { return r.seen }

// Step executes one operation; done reports that it was the last, and is true from then on. After an error the run
// stands where it stood: the same Step may be tried again.
func (r *Run) Step() (done bool, err error) {
	if r.pc == len(r.tape.Ops) {
		return true, nil
	}
	if !r.begun {
		if err := r.env.Arrive(r.buf[X], r.tape.Levels[0], 0); err != nil {
			return false, err
		}
		r.begun = true
	}
	op := &r.tape.Ops[r.pc]
	switch op.Kind {
	case OpEval, OpJump:
		if err := r.ask(op); err != nil {
			return false, Located(r.seen, r.tape.Levels[op.Level], err)
		}
		r.last = op.Dst
		r.seen.Evals++
	case OpUnconditional:
		if dst := r.buf[op.Dst]; r.env.Unconditional != nil {
			r.env.Unconditional(dst)
		} else {
			copy(dst, r.buf[r.last])
		}
	case OpLin:
		r.lin(op, &r.coef[r.pc])
	case OpNoise:
		r.env.Noise(r.buf[op.Dst], op.Key)
	case OpArrive:
		if err := r.env.Arrive(r.buf[X], r.tape.Levels[op.Level], r.seen.Step+1); err != nil {
			return false, err
		}
		r.seen.Step++
	default:
		r.values(op, &r.coef[r.pc])
	}
	r.pc++
	r.seen.Op = r.pc
	return r.pc == len(r.tape.Ops), nil
}

// Located adds the step to what went wrong inside a denoiser's numbers; a hook's error (a cancelled pass) is its
// caller's own and passes as it is.
func Located(seen Progress, l schedule.Level, err error) error {
	if !errors.Is(err, denoise.ErrNotFinite) {
		return err
	}
	return &StepError{seen.Step + 1, seen.Steps, l.T, err}
}

// lin sums from left to right, one rounding for each product and each sum.
func (r *Run) lin(op *Op, coef *[MaxTerms]float32) {
	dst := r.buf[op.Dst]
	src := op.Src[:op.Terms]
	for i := range dst {
		sum := float32(0)
		for j, b := range src {
			sum += float32(coef[j] * r.buf[b][i])
		}
		dst[i] = sum
	}
}
