package oracle

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Second is what Interpret takes a network's second output to be, everywhere.
const Second = 0.25

// Interpret runs a tape in float64 from x, one picture of a single row, and returns what it ends with.
func Interpret(t *tape.Tape, x []float64, den Denoise, noise func(dst []float64, key uint32)) []float64 {
	return Follow(t, x, den, noise, func([]float64, schedule.Level) {})
}

// Follow is Interpret with a hook at every OpArrive, which may change x.
func Follow(t *tape.Tape, x []float64, den Denoise, noise func(dst []float64, key uint32),
	arrived func(x []float64, l schedule.Level)) []float64 {
	buf := make([][]float64, t.Buffers)
	for i := range buf {
		buf[i] = make([]float64, len(x))
	}
	copy(buf[tape.X], x)
	sum := make([]float64, len(x))
	estimate := tape.X // of the last evaluation
	for i := range t.Ops {
		op := &t.Ops[i]
		switch op.Kind {
		case tape.OpEval, tape.OpJump:
			den(buf[op.Dst], buf[op.Src[0]], t.Levels[op.Level])
			estimate = op.Dst
		case tape.OpUnconditional: // nothing is guided here
			copy(buf[op.Dst], buf[estimate])
		case tape.OpNoise:
			noise(buf[op.Dst], op.Key)
		case tape.OpLin:
			clear(sum)
			for j, s := range op.Src[:op.Terms] {
				for k := range sum {
					sum[k] += op.Coef[j] * buf[s][k]
				}
			}
			copy(buf[op.Dst], sum)
		case tape.OpArrive:
			arrived(buf[tape.X], t.Levels[op.Level])
		case tape.OpApply:
			apply(t.Operators[op.Key], buf[op.Dst], buf[op.Src[0]])
		case tape.OpLangevin:
			langevin(op, buf[op.Src[0]], buf[op.Src[1]], buf[op.Src[2]])
		default:
			for k := range sum {
				sum[k] = value(op, buf, k)
			}
			copy(buf[op.Dst], sum)
		}
	}
	return buf[tape.X]
}

func value(op *tape.Op, buf [][]float64, k int) float64 {
	x, c := buf[op.Src[0]][k], &op.Coef
	switch op.Kind {
	case tape.OpSecond:
		return Second
	case tape.OpMul:
		return x * buf[op.Src[1]][k]
	case tape.OpExp:
		return math.Exp(c[0] + c[1]*x)
	case tape.OpSpread:
		return math.Min(math.Sqrt(c[0]+c[1]*math.Min(math.Max(c[2]*x, 0), 1)), c[3])
	}
	panic("oracle: unknown operation")
}

// apply goes through float32, which is all that operators know.
func apply(o tape.Operator, dst, src []float64) {
	in, out := make([]float32, len(src)), make([]float32, len(src))
	for i, v := range src {
		in[i] = float32(v)
	}
	o.Bind(tape.Shape{N: 1, H: 1, W: len(src), C: 1})(out, in)
	for i, v := range out {
		dst[i] = float64(v)
	}
}

func langevin(op *tape.Op, x, d, z []float64) {
	noise, slope := 0.0, 0.0
	score := make([]float64, len(x))
	for i := range x {
		score[i] = (op.Coef[1]*d[i] - x[i]) * op.Coef[2]
		slope += score[i] * score[i]
		noise += z[i] * z[i]
	}
	step := op.Coef[0] * noise / slope
	for i := range x {
		x[i] += step*score[i] + math.Sqrt(2*step)*z[i]
	}
}
