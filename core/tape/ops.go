package tape

import (
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
)

// Operator is a map of pictures that is not a combination of them, such as a blur.
type Operator interface {
	// Bind prepares the operator for a shape. What it returns sets dst, which does not overlap src, and allocates nothing.
	Bind(s Shape) func(dst, src []float32)
}

// ask runs the network for an OpEval or an OpJump.
func (r *Run) ask(op *Op) error {
	dst, x, l := r.buf[op.Dst], r.buf[op.Src[0]], r.tape.Levels[op.Level]
	if op.Kind == OpEval {
		return r.env.Denoiser.Denoise(dst, x, l)
	}
	jumper, ok := r.env.Denoiser.(denoise.Jumper)
	if !ok {
		return denoise.ErrNoSecondTime
	}
	return jumper.Jump(dst, x, l, r.tape.Levels[op.Key])
}

// values executes the operations that solvers of few checkpoints have.
func (r *Run) values(op *Op, c *[MaxTerms]float32) {
	dst, x := r.buf[op.Dst], r.buf[op.Src[0]]
	switch op.Kind {
	case OpSecond:
		copy(dst, r.env.Second)
	case OpMul:
		for i, y := range r.buf[op.Src[1]] {
			dst[i] = x[i] * y
		}
	case OpExp:
		for i, v := range x {
			dst[i] = float32(exact.Exp(float64(c[0] + float32(c[1]*v))))
		}
	case OpSpread:
		for i, v := range x {
			dst[i] = spread(c[2]*v, c)
		}
	case OpApply:
		r.apply[op.Key](dst, x)
	case OpLangevin:
		r.langevin(op, c)
	}
}

// spread is min(√(c0 + c1·clamp(v, 0, 1)), c3). A NaN stays one.
func spread(v float32, c *[MaxTerms]float32) float32 {
	if v < 0 {
		v = 0
	}
	if v > 1 {
		v = 1
	}
	s := float32(math.Sqrt(float64(c[0] + float32(c[1]*v))))
	if s > c[3] {
		s = c[3]
	}
	return s
}
