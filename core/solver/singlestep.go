package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// DPMpp2S is DPM-Solver++(2S): half a step in lambda of order 1, then the whole step with the estimate found there:
//
//	y = A(S→M)·x + a_M·(1 - e^(-h/2))·D(x, S),  λ_M = (λ_S + λ_T)/2
//	x' = A·x + a_T·(1 - e^-h)·D(y, M)
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, algorithm 1 with r = 1/2. A step to the clean picture is of order 1.
//
// Order 2; two evaluations a step, one in the last: 2n-1.
type DPMpp2S struct{}

var dpmpp2sInfo = Info{
	Kind: KindDPMpp2S, Name: "dpmpp-2s", File: "singlestep.go",
	Line:   "half a step, then the whole one with the estimate found there",
	Source: "Lu et al., arXiv 2211.01095", Order: 2, Evals: twiceButLast,
	Formula: "x' = A x + a_T (1 - e^-h) D(y),  y half of h on",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMpp2S{} },
}

// Compile emits the tape.
func (DPMpp2S) Compile(levels []schedule.Level, b *Draft) error {
	return newStages(b, dataOverLambda, dataOverLambda.midpoint, 2).singlestep(b, levels, 0.5)
}

// DPMpp3S is DPM-Solver++(3S), over two levels inside of the step, at r1 = 1/3 and r2 = 2/3 of its h:
//
//	x1: order 1, D(x, S)
//	x2 = A(S→2)·x + a_2·(p1(r2·h)·m + r2/r1·p2(r2·h)·(m_1 - m))
//	x' = A·x + a_T·(p1(h)·m + p2(h)/r2·(m_2 - m))
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, appendix B, after DPM-Solver-3 (arXiv 2206.00927, algorithm 2). It is
// of order 3 for r2 = 2/3 only. A step to the clean picture is of order 1.
//
// Order 3; three evaluations a step, one in the last: 3n-2.
type DPMpp3S struct{ R1, R2 float64 }

var dpmpp3sInfo = Info{
	Kind: KindDPMpp3S, Name: "dpmpp-3s", File: "singlestep.go",
	Line:   "three estimates inside of each step; for large budgets",
	Source: "Lu et al., arXiv 2211.01095", Order: 3, Evals: threeEach,
	Formula: "x' = A x + a_T (p1 m + p2/r2 (m_2 - m))",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMpp3S{1.0 / 3, 2.0 / 3} },
}

// Compile emits the tape.
func (s DPMpp3S) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	return newStages(b, dataOverLambda, dataOverLambda.exact, 3).singlestep(b, levels, s.R1, s.R2)
}

// DPMSolver is DPM-Solver-2 or -3, over one or two levels inside of the step:
//
//	2: u at λ_S + h/2 by order 1;  x' = (a_T/a_S)·x - s_T·q1·e_u
//	3: u1 at h/3 by order 1, u2 at r2·h = 2h/3 by x2 = (a_2/a_S)·x - s_2·(q1(r2·h)·e + 2·q2(r2·h)·(e_1 - e))
//	   x' = (a_T/a_S)·x - s_T·(q1·e + q2/r2·(e_2 - e))
//	q1 = e^h - 1, q2 = q1/h - 1
//
// C. Lu et al., DPM-Solver, arXiv 2206.00927, algorithms 1 and 2. (DPM-Solver-1 is DDIM.) A step to the clean picture
// is of order 1.
//
// Order 2 or 3; as many evaluations a step, one in the last.
type DPMSolver struct{ Order int }

var dpm2sInfo = Info{
	Kind: KindDPM2S, Name: "dpm-2s", File: "singlestep.go",
	Line:   "DPM-Solver-2: half a step, then the whole one with the noise found there",
	Source: "Lu et al., arXiv 2206.00927", Order: 2, Evals: twiceButLast,
	Formula: "x' = (a_T/a_S) x - s_T q1 e(u),  u half of h on",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMSolver{2} },
}

var dpm3sInfo = Info{
	Kind: KindDPM3S, Name: "dpm-3s", File: "singlestep.go",
	Line:   "DPM-Solver-3: three estimates of the noise inside of each step",
	Source: "Lu et al., arXiv 2206.00927", Order: 3, Evals: threeEach,
	Formula: "x' = (a_T/a_S) x - s_T (q1 e + q2/r2 (e_2 - e))",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMSolver{3} },
}

// Compile emits the tape.
func (s DPMSolver) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	if s.Order == 2 {
		return newStages(b, noiseOverLambda, noiseOverLambda.midpoint, 2).singlestep(b, levels, 0.5)
	}
	return newStages(b, noiseOverLambda, noiseOverLambda.exact, 3).singlestep(b, levels, 1.0/3, 2.0/3)
}

// DPMFast spends exactly n evaluations: the grid's steps are taken in groups of three, each one step of DPM-Solver-3
// over h/3 and 2h/3 of its own, and the rest in smaller groups of lower order:
//
//	n = 3k: 3, ..., 3, 2, 1;  n = 3k+1: 3, ..., 3, 1;  n = 3k+2: 3, ..., 3, 1, 1
//
// C. Lu et al., DPM-Solver, arXiv 2206.00927, section 3.4 (whose last 2 is two steps here: a step to the clean picture
// is of order 1). A run shows the levels at the ends of the groups.
//
// Order 3; one evaluation for each step of the grid.
type DPMFast struct{}

var dpmFastInfo = Info{
	Kind: KindDPMFast, Name: "dpm-fast", File: "singlestep.go",
	Line:   "DPM-Solver-3 in a budget: n evaluations as steps of three, then smaller ones",
	Source: "Lu et al., arXiv 2206.00927, section 3.4", Order: 3, Evals: perStep,
	Formula: "DPM-Solver-3, ..., 3, 2, 1",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMFast{} },
}

// Compile emits the tape.
func (DPMFast) Compile(levels []schedule.Level, b *Draft) error {
	g := noiseOverLambda
	st, i := newStages(b, g, g.exact, 3), 0
	for _, n := range groups(levels) {
		switch n {
		case 1:
			st.over(b, i, i+1)
		case 2:
			st.second = g.midpoint
			st.over(b, i, i+2, 0.5)
			st.second = g.exact
		case 3:
			st.over(b, i, i+3, 1.0/3, 2.0/3)
		}
		i += n
	}
	return nil
}

// groups splits the steps of a grid. A step from pure noise or to the clean picture is a group of its own.
func groups(levels []schedule.Level) (n []int) {
	left := len(levels) - 1
	last := 0
	if levels[left].S == 0 {
		left, last = left-1, 1
	}
	if levels[0].A == 0 && left > 0 {
		left, n = left-1, append(n, 1)
	}
	for ; left > 0; left -= min(left, 3) {
		n = append(n, min(left, 3))
	}
	if last > 0 {
		n = append(n, last)
	}
	return n
}

// RES2S is the refined exponential solver of two stages: the line of D through the start and the middle of the step
// in lambda, integrated exactly:
//
//	y at λ_S + h/2 by order 1
//	x' = A·x + a_T·h·((φ1 - φ2/c2)·m + φ2/c2·D(y)),  c2 = 1/2, φ of -h
//
// Q. Zhang et al., Improved order analysis and design of exponential integrator for diffusion models,
// arXiv 2308.02157, algorithm 1. A step to the clean picture is of order 1.
//
// Order 2; two evaluations a step, one in the last: 2n-1.
type RES2S struct{}

var res2sInfo = Info{
	Kind: KindRES2S, Name: "res-2s", File: "singlestep.go",
	Line:   "the refined exponential solver with an estimate in the middle of each step",
	Source: "Zhang et al., arXiv 2308.02157", Order: 2, Evals: twiceButLast,
	Formula: "x' = A x + a_T h ((φ1 - 2 φ2) m + 2 φ2 D(y)),  y half of h on",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return RES2S{} },
}

// Compile emits the tape.
func (RES2S) Compile(levels []schedule.Level, b *Draft) error {
	return newStages(b, dataOverLambda, dataOverLambda.exact, 2).singlestep(b, levels, 0.5)
}

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
	level := func(i int) schedule.Level { return b.Level(at[i]) }
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
	if from, to := b.Level(i), b.Level(j); from.A > 0 && to.S > 0 {
		start := from.Lambda()
		h := to.Lambda() - start
		for _, r := range parts {
			at = append(at, b.AddLevel(b.atLambda(start+float64(r*h))))
		}
	}
	s.step(b, append(at, j)...)
	b.Arrive(j)
}

// singlestep takes every step of the grid over such levels.
func (s *stages) singlestep(b *Draft, levels []schedule.Level, parts ...float64) error {
	for i := range levels[1:] {
		s.over(b, i, i+1, parts...)
	}
	return nil
}
