package solver_test

import (
	"fmt"
	"math"
	"testing"

	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// The target of progressive distillation makes one step of the student two steps of its teacher (T. Salimans, J. Ho,
// arXiv 2202.00512, appendix G): with z” two DDIM steps below x,
//
//	x~ = (z” - (s”/s)·x)/(a” - (s”/s)·a)
func TestProgressiveDistillationTarget(t *testing.T) {
	teacher := trailing(t, 16)
	var student []schedule.Level
	for i := 0; i < len(teacher); i += 2 {
		student = append(student, teacher[i])
	}
	target := func(dst, x []float64, l schedule.Level) {
		for i := range student {
			if student[i] != l {
				continue
			}
			two := compile(t, DDIM{}, teacher[2*i:2*i+3])
			z := oracle.Interpret(two, x, oracle.Bimodal.Denoise, fixedNoise)
			to := student[i+1]
			for k := range dst {
				dst[k] = (z[k] - to.S/l.S*x[k]) / (to.A - to.S/l.S*l.A)
			}
		}
	}
	got := oracle.Interpret(compile(t, DDIM{}, student), start, target, fixedNoise)
	near(t, "8 steps of the student", got, result(t, DDIM{}, teacher), 1e-6)
}

func TestTCD(t *testing.T) {
	for _, n := range []int{1, 2, 4, 8} {
		l := trailing(t, n)
		run := func(s Solver, levels []schedule.Level) []float64 {
			tape, err := Compile(s, process(t), levels)
			if err != nil {
				t.Fatal(err)
			}
			return oracle.Interpret(tape, start, oracle.Bimodal.Denoise, fixedNoise)
		}
		near(t, fmt.Sprintf("tcd with gamma 0 and ddim, n=%d", n), run(TCD{0}, l), run(DDIM{}, l), 0)
		// gamma 1 goes down to the first trained level, which is not quite the clean picture.
		near(t, fmt.Sprintf("tcd with gamma 1 and lcm, n=%d", n), run(TCD{1}, l), run(Renoise{}, l), 0.03)

		// A grid that ends at time 0 ends there without noise.
		ends := append([]schedule.Level(nil), l...)
		ends[n] = process(t).AtTime(0)
		tape, err := Compile(TCD{0.5}, process(t), ends)
		if err != nil {
			t.Fatal(err)
		}
		noises := 0
		for _, op := range tape.Ops {
			if op.Kind == OpNoise {
				noises++
			}
		}
		if noises != n-1 {
			t.Errorf("tcd in %d steps to time 0 draws noise %d times", n, noises)
		}
	}
}

// Fresh noise has the variance that the marginal of the next level lacks: of a point, whose D is exact, every marginal
// is kept.
func TestRenoisedMarginals(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.3, Var: 0}
	levels := trailing(t, 6)[:6]
	p := process(t)
	_, lo := p.Range()
	for _, s := range []Solver{Renoise{}, CM{1}, TCD{0.3}, TCD{1}, FlowAncestral{1, 1}, FlowAncestral{0.4, 1}} {
		tape, err := Compile(s, p, levels)
		if err != nil {
			t.Fatal(err)
		}
		mean, v := g.Push(tape)
		wantMean, want := g.Marginal(levels[5])
		if _, ok := s.(CM); ok {
			want -= math.Pow(levels[5].A*lo.Sigma(), 2) // f leaves the noise of σ_min in, and a point's D does not
		}
		if math.Abs(v/want-1) > 1e-12 || math.Abs(mean-wantMean) > 1e-12 {
			t.Errorf("%T%v: mean %v and variance %v, want %v and %v", s, s, mean, v, wantMean, want)
		}
	}
}

// A consistency model maps every level to σ_min along the flow, exactly known for Gaussian data: the sampler then draws
// the data at σ_min, in any number of steps.
func TestConsistencyModelIsExact(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	p := process(t)
	_, lo := p.Range()
	m, v := g.Marginal(lo)
	f := func(dst, x []float64, l schedule.Level) { // X at σ_min, of the affine value x
		from, w := g.Marginal(l)
		r := math.Sqrt(v/w) / lo.A
		for i := range x {
			dst[i] = r * x[i]
		}
		dst[0] += m/lo.A - r*from
	}
	for n := 1; n <= 4; n++ {
		tape, err := Compile(CM{1}, p, trailing(t, n))
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, 2+n)
		mean, start := g.Marginal(tape.Levels[0])
		x[0], x[1] = mean, math.Sqrt(start)
		x = oracle.Interpret(tape, x, f, func(dst []float64, key uint32) {
			clear(dst)
			dst[1+key] = 1
		})
		got := 0.0
		for _, c := range x[1:] {
			got += c * c
		}
		if want := v / (lo.A * lo.A); math.Abs(got/want-1) > 1e-12 || math.Abs(x[0]-m/lo.A) > 1e-12 {
			t.Errorf("n=%d: mean %v and variance %v, want %v and %v", n, x[0], got, m/lo.A, want)
		}
	}
}
