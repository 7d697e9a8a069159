package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// stages compiles steps of up to three evaluations: from S over one or two levels between, each reached by a step of
// lower order from S.
type stages struct {
	integral
	second weigher     // of a step with one value besides the first
	y      tape.Buf    // x at a level between
	d, v   [3]tape.Buf // D and the interpolated value, which may be D, of each stage
}

func newStages(b *Draft, g integral, second weigher, order int) *stages {
	s := &stages{integral: g, second: second, y: b.Buffer()}
	for i := range order {
		s.d[i] = b.Buffer()
		if s.v[i] = s.d[i]; g.slope {
			s.v[i] = b.Buffer()
		}
	}
	return s
}

// step emits one step over the levels with the given numbers, from X into X.
func (s *stages) step(b *Draft, at ...int) {
	last := len(at) - 2
	for k := range last + 1 {
		src, dst := s.y, s.y
		if k == 0 {
			src = tape.X
		}
		if k == last {
			dst = tape.X
		}
		s.stage(b, dst, src, k, at)
	}
}

// stage evaluates src, which is at level k of the step, and goes from X, at the first, to level k+1. A step of order 3
// is made of the first and the last value.
func (s *stages) stage(b *Draft, dst, src tape.Buf, k int, at []int) {
	level := func(i int) schedule.Level { return b.At(at[i]) }
	from, to := level(0), level(k+1)
	b.Eval(s.d[k], src, at[k])
	if s.slope && (k > 0 || len(at) > 2) {
		b.Slope(s.v[k], src, s.d[k], level(k))
	}
	if k == 0 {
		firstOrder(b, dst, tape.X, s.d[0], from, to)
		return
	}
	weigh := s.second
	if k == 2 {
		weigh = s.exact
	}
	interpolate(b, dst, tape.X, s.d[0], from, to, s.v[0], s.v[k:k+1], weigh(from, to, []schedule.Level{level(k)}))
}

// over takes the step from one level of the grid to another, over levels at the given parts of its h. A step to the
// clean picture or from pure noise has no h, and is of order 1.
func (s *stages) over(b *Draft, i, j int, parts ...float64) {
	at := []int{i}
	if from, to := b.At(i), b.At(j); from.A > 0 && to.S > 0 {
		start := from.Lambda()
		h := to.Lambda() - start
		for _, r := range parts {
			at = append(at, b.Level(b.Of(start+float64(r*h))))
		}
	}
	s.step(b, append(at, j)...)
	b.Emit(j)
}

// singlestep takes every step of the grid over such levels.
func (s *stages) singlestep(b *Draft, levels []schedule.Level, parts ...float64) error {
	for i := range levels[1:] {
		s.over(b, i, i+1, parts...)
	}
	return nil
}
