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

// Solvers of several families that are one and the same where they meet.
func TestSolversThatAreTheSame(t *testing.T) {
	rough, uniform, straight := oracle.Rough(-2.3, 2.3, 14), oracle.Uniform(-2.3, 2.3, 14), equalSigma(14)
	unipc := func(p int) Solver { return UniPC{Order: p, Bh: BH2} }
	for name, c := range map[string]struct {
		levels []schedule.Level
		a, b   Solver
	}{
		"ddim, dpm-solver-1":          {rough, DDIM{}, DPMMultistep{Order: 1}},
		"ddim, deis-1":                {rough, DDIM{}, DEIS{Order: 1}},
		"ddim, unip-1":                {rough, DDIM{}, unipc(1)},
		"ddim, lms-1":                 {rough, DDIM{}, LMS{Order: 1}},
		"ddim, ipndm-1":               {rough, DDIM{}, IPNDM{Order: 1}},
		"2m midpoint, unip-2":         {rough, DPMpp2M{}, unipc(2)},
		"2m heun, res-multistep":      {rough, DPMpp2M{Correction: HeunLike}, RESMultistep{}},
		"3m, unip-3":                  {rough, DPMpp3M{}, unipc(3)},
		"deis-2, dpm-solver 2m heun":  {rough, DEIS{Order: 2}, DPMMultistep{Order: 2, Correction: HeunLike}},
		"deis-3, dpm-solver 3m":       {rough, DEIS{Order: 3}, DPMMultistep{Order: 3, Correction: HeunLike}},
		"ipndm-v, lms-2":              {rough, IPNDM{Order: 2, Ratio: true}, LMS{Order: 2}},
		"ipndm-4, lms-4, equal steps": {straight, IPNDM{Order: 4}, LMS{Order: 4}},
		"gradient 3/2, lms-2, equal":  {straight, GradientEstimation{1.5}, LMS{Order: 2}},
		"dpm2-a without noise":        {rough, DPM2{}, DPM2Ancestral{}},
		"2s-a without noise":          {rough, DPMpp2S{}, DPMpp2SAncestral{}},
		"sde 3m without noise":        {rough, DPMpp3M{Correction: HeunLike}, SDEDPMpp{Estimates: 3, Correction: HeunLike}},
		"sde 3m single, 3m halved": {rough, DPMpp3M{Correction: HeunLike, Halved: true},
			SDEDPMpp{Estimates: 3, Correction: HeunLike, Third: ThirdSingle}},
	} {
		near(t, name, result(t, c.a, c.levels), result(t, c.b, c.levels), 1e-12)
	}
	thirds := oracle.Uniform(-2.3, 2.3, 42)
	near(t, "dpm-fast, dpm-3s", result(t, DPMFast{}, thirds), result(t, DPMSolver{3}, uniform), 1e-12)
}

// equalSigma is n equal steps of sigma.
func equalSigma(n int) []schedule.Level {
	l := make([]schedule.Level, n+1)
	for i := range l {
		l[i] = oracle.VP{}.AtLambda(-math.Log(9 - 8.9*float64(i)/float64(n)))
	}
	return l
}

// formula is a solver written out as its paper has it, in float64: step returns x at level i+1. m and e hold the
// estimates D and the slopes so far, the newest last.
type formula struct {
	levels []schedule.Level
	m, e   [][2]float64
}

func (f *formula) run(step func(x [2]float64, i int) [2]float64) []float64 {
	x := [2]float64{start[0], start[1]}
	for i := range f.levels[1:] {
		x = step(x, i)
	}
	return x[:]
}

func (f *formula) ask(x [2]float64, l schedule.Level) (m, e [2]float64) {
	oracle.Bimodal.Denoise(m[:], x[:], l)
	for k := range e {
		e[k] = (x[k] - l.A*m[k]) / l.S
	}
	return m, e
}

func (f *formula) eval(x [2]float64, l schedule.Level) {
	m, e := f.ask(x, l)
	f.m, f.e = append(f.m, m), append(f.e, e)
}

// sum is Σ c·v over pairs of a coefficient and a vector.
func sum(terms ...any) (x [2]float64) {
	for i := 0; i < len(terms); i += 2 {
		v := terms[i+1].([2]float64)
		x[0] += terms[i].(float64) * v[0]
		x[1] += terms[i].(float64) * v[1]
	}
	return x
}

func p123(h float64) (p1, p2, p3 float64) {
	p1 = -math.Expm1(-h)
	p2 = 1 - p1/h
	return p1, p2, 0.5 - p2/h
}

func q123(h float64) (q1, q2, q3 float64) {
	q1 = math.Expm1(h)
	q2 = q1/h - 1
	return q1, q2, q2/h - 0.5
}

// differences are d0, D1 and D2 of the tables' formulas for the newest of v.
func differences(v [][2]float64, levels []schedule.Level, i int) (d0, D1, D2 [2]float64) {
	h := levels[i+1].Lambda() - levels[i].Lambda()
	r0 := (levels[i].Lambda() - levels[i-1].Lambda()) / h
	d0 = sum(1/r0, v[i], -1/r0, v[i-1])
	if i < 2 {
		return d0, d0, D2
	}
	r1 := (levels[i-1].Lambda() - levels[i-2].Lambda()) / h
	d1 := sum(1/r1, v[i-1], -1/r1, v[i-2])
	return d0, sum(1.0, d0, r0/(r0+r1), d0, -r0/(r0+r1), d1), sum(1/(r0+r1), d0, -1/(r0+r1), d1)
}

// Solvers against their formulas as written in their papers, step by step.
func TestFormulas(t *testing.T) {
	levels := oracle.Rough(-2.3, 2.3, 12)
	for name, c := range map[string]struct {
		s    Solver
		step func(f *formula, x [2]float64, i int) [2]float64
	}{
		"dpmpp-3m": {DPMpp3M{Correction: HeunLike}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			f.eval(x, from)
			p1, p2, p3 := p123(to.Lambda() - from.Lambda())
			if i == 0 {
				return sum(to.S/from.S, x, to.A*p1, f.m[i])
			}
			_, d1, d2 := differences(f.m, levels, i)
			return sum(to.S/from.S, x, to.A*p1, f.m[i], to.A*p2, d1, to.A*2*p3, d2)
		}},
		"dpm-multistep": {DPMMultistep{Order: 3, Correction: HeunLike}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			f.eval(x, from)
			q1, q2, q3 := q123(to.Lambda() - from.Lambda())
			if i == 0 {
				return sum(to.A/from.A, x, -to.S*q1, f.e[i])
			}
			_, d1, d2 := differences(f.e, levels, i)
			return sum(to.A/from.A, x, -to.S*q1, f.e[i], -to.S*q2, d1, -to.S*2*q3, d2)
		}},
		"dpmpp-3s": {DPMpp3S{0.3, 0.6}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			h := to.Lambda() - from.Lambda()
			l1, l2 := oracle.VP{}.AtLambda(from.Lambda()+0.3*h), oracle.VP{}.AtLambda(from.Lambda()+0.6*h)
			m, _ := f.ask(x, from)
			p1, _, _ := p123(0.3 * h)
			m1, _ := f.ask(sum(l1.S/from.S, x, l1.A*p1, m), l1)
			p1, p2, _ := p123(0.6 * h)
			w := l2.A * 2 * p2
			m2, _ := f.ask(sum(l2.S/from.S, x, l2.A*p1-w, m, w, m1), l2)
			p1, p2, _ = p123(h)
			return sum(to.S/from.S, x, to.A*(p1-p2/0.6), m, to.A*p2/0.6, m2)
		}},
		"dpm2": {DPM2{}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			middle := oracle.VP{}.AtLambda(-math.Log(math.Sqrt(from.Sigma() * to.Sigma())))
			_, e := f.ask(x, from)
			y := sum(middle.A/from.A, x, middle.A*(middle.Sigma()-from.Sigma()), e)
			_, e = f.ask(y, middle)
			return sum(to.A/from.A, x, to.A*(to.Sigma()-from.Sigma()), e)
		}},
		"plms": {PNDM{}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			f.eval(x, from)
			ddim := func(terms ...any) [2]float64 {
				e := sum(terms...)
				return sum(to.A/from.A, x, to.S-to.A/from.A*from.S, e)
			}
			e := f.e
			switch i {
			case 0:
				_, end := f.ask(ddim(1.0, e[0]), to)
				return ddim(0.5, e[0], 0.5, end)
			case 1:
				return ddim(1.5, e[1], -0.5, e[0])
			case 2:
				return ddim(23./12, e[2], -16./12, e[1], 5./12, e[0])
			}
			return ddim(55./24, e[i], -59./24, e[i-1], 37./24, e[i-2], -9./24, e[i-3])
		}},
		"euler over the time of a flow": {Euler{}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			t0, t1 := from.S/(from.A+from.S), to.S/(to.A+to.S)
			m, e := f.ask(x, from)
			return sum((to.A+to.S)/(from.A+from.S), x, (to.A+to.S)*(t1-t0), e, -(to.A+to.S)*(t1-t0), m)
		}},
		"flow-heun": {FlowHeun{}, func(f *formula, x [2]float64, i int) [2]float64 {
			from, to := levels[i], levels[i+1]
			t0, t1 := from.S/(from.A+from.S), to.S/(to.A+to.S)
			z := sum(1/(from.A+from.S), x)
			m, e := f.ask(x, from)
			u := sum(1.0, e, -1.0, m)
			m, e = f.ask(sum(to.A+to.S, z, (to.A+to.S)*(t1-t0), u), to)
			return sum(to.A+to.S, z, (to.A+to.S)*(t1-t0)/2, u, (to.A+to.S)*(t1-t0)/2, e, -(to.A+to.S)*(t1-t0)/2, m)
		}},
	} {
		f := &formula{levels: levels}
		want := f.run(func(x [2]float64, i int) [2]float64 { return c.step(f, x, i) })
		near(t, name, result(t, c.s, levels), want, 1e-12)
	}
}

// UniPC against its paper: the weights from the linear system with its B, which must not matter where the system is
// solved.
func TestUniPCSolvesItsSystem(t *testing.T) {
	levels := oracle.Rough(-2.3, 2.3, 12)
	for p := 1; p <= 3; p++ {
		for bh := BH1; bh <= BH2; bh++ {
			f := &formula{levels: levels}
			var before [2]float64
			want := f.run(func(x [2]float64, i int) [2]float64 {
				f.eval(x, levels[i])
				if i > 0 {
					x = uni(f.m[:i], &f.m[i], before, levels, i-1, min(p, i), bh)
				}
				before = x
				return uni(f.m, nil, x, levels, i, min(p, i+1), bh)
			})
			near(t, fmt.Sprintf("unipc %d, bh%d", p, bh+1),
				result(t, UniPC{Order: p, Corrector: CorrectorOn, Bh: bh}, levels), want, 1e-12)
		}
	}
}

// UniPC's hook and viewer see a level when its corrector is done, never the prediction (which previews in some programs
// are), although the network was asked about that.
func TestUniPCShowsWhatIsCorrected(t *testing.T) {
	levels := append(oracle.Rough(-2.3, 2.3, 6), schedule.Clean)
	f := &formula{levels: levels}
	var want [][2]float64
	var before [2]float64
	x := [2]float64{start[0], start[1]}
	for i := range levels[1:] {
		f.eval(x, levels[i])
		if i > 0 {
			x = uni(f.m[:i], &f.m[i], before, levels, i-1, min(2, i), BH2)
			want = append(want, x)
		}
		before = x
		if i < len(levels)-2 {
			x = uni(f.m, nil, x, levels, i, min(2, i+1), BH2)
		}
	}
	want = append(want, f.m[len(f.m)-1])
	shown := 0
	tape := compile(t, UniPC{Order: 2, Corrector: CorrectorOn, Bh: BH2}, levels)
	oracle.Follow(tape, start, oracle.Bimodal.Denoise, nil, func(x []float64, l schedule.Level) {
		if l != levels[shown+1] {
			t.Errorf("level %d shown as number %d", shown+1, shown)
		}
		near(t, fmt.Sprintf("level %d", shown+1), x, want[shown][:], 1e-12)
		shown++
	})
	if shown != len(want) {
		t.Errorf("%d levels shown, want %d", shown, len(want))
	}
}

// uni is step i of UniP, or of UniC with the estimate at its end.
func uni(m [][2]float64, end *[2]float64, x [2]float64, levels []schedule.Level, i, p, bh int) [2]float64 {
	from, to := levels[i], levels[i+1]
	h := to.Lambda() - from.Lambda()
	var r []float64
	var d [][2]float64
	for k := 1; k < p; k++ {
		rk := (levels[i-k].Lambda() - from.Lambda()) / h
		r, d = append(r, rk), append(d, sum(1/rk, m[i-k], -1/rk, m[i]))
	}
	if end != nil {
		r, d = append(r, 1), append(d, sum(1.0, *end, -1.0, m[i]))
	}
	b := -h
	if bh == BH2 {
		b = math.Expm1(-h)
	}
	n := len(r)
	a := make([][]float64, n) // the system, with its right side
	g, factorial := math.Expm1(-h)/-h-1, 1.0
	for j := range a {
		for _, rk := range r {
			a[j] = append(a[j], math.Pow(rk, float64(j)))
		}
		a[j] = append(a[j], factorial*g/b)
		factorial *= float64(j + 2)
		g = g/-h - 1/factorial
	}
	for c := range a { // Gauss-Jordan
		for j := range a {
			if j == c {
				continue
			}
			q := a[j][c] / a[c][c]
			for k := range a[j] {
				a[j][k] -= q * a[c][k]
			}
		}
	}
	x = sum(to.S/from.S, x, -to.A*math.Expm1(-h), m[i])
	for k := range r {
		rho := a[k][n] / a[k][k]
		if n == 1 {
			rho = 0.5
		}
		x = sum(1.0, x, -to.A*b*rho, d[k])
	}
	return x
}

// Without guidance CFG++ is Euler; with it, the slope is the unconditional estimate's and the picture the guided one's.
func TestEulerCFGpp(t *testing.T) {
	near(t, "euler-cfgpp without guidance", result(t, EulerCFGpp{}, trailing(t, 9)), result(t, Euler{}, trailing(t, 9)), 1e-12)

	levels := trailing(t, 2)
	r := NewRun(compile(t, EulerCFGpp{}, levels), Env{Denoiser: constant(0.5), Noise: noise32,
		Unconditional: func(dst []float32) {
			for i := range dst {
				dst[i] = -0.25
			}
		}}, 2)
	x := float64(r.X()[0])
	for r.Progress().Step < 1 {
		if _, err := r.Step(); err != nil {
			t.Fatal(err)
		}
	}
	from, to := levels[0], levels[1]
	if want := to.A*0.5 + to.S*(x+from.A*0.25)/from.S; math.Abs(float64(r.X()[0])-want) > 1e-6 {
		t.Errorf("x = %v, want %v", r.X()[0], want)
	}
	finish(t, r)
	if r.X()[0] != 0.5 {
		t.Errorf("ends at %v, not at the guided estimate", r.X()[0])
	}
}
