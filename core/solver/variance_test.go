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

// table is G_t = E e² of Gaussian data, exactly: e = (x - a·D)/s is affine in x.
func table(g oracle.Gaussian, p *schedule.VPDiscrete) (squares []float64) {
	for t := range p.Steps() {
		l := p.AtTime(float64(t))
		_, v := g.Marginal(l)
		squares = append(squares, l.S*l.S/v)
	}
	return squares
}

// On Gaussian data the best variance is the right one: the result has the exact distribution in any number of steps.
func TestAnalyticIsExact(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	p := process(t)
	extras := &Extras{Squares: table(g, p)}
	for _, n := range []int{1, 2, 4, 8} {
		for _, eta := range []float64{0, 0.5, 1} {
			// From sigma 2: at 157, where a run begins, 1 - G has lost four digits before anything is computed.
			var levels []schedule.Level
			for i := range n + 1 {
				levels = append(levels, p.AtTime(math.Round(400-390*float64(i)/float64(n))))
			}
			o := Options{}.With(Eta, eta).With(NoiseCap, 0)
			program, err := extras.Compile(KindAnalytic, o, p, levels)
			if err != nil {
				t.Fatal(err)
			}
			mean, v := g.Push(program.(*Tape))
			wantMean, want := g.Marginal(levels[n])
			t.Logf("n=%d, eta %v: variance off by %.1e, mean by %.1e", n, eta, v/want-1, mean-wantMean)
			if math.Abs(v/want-1) > 4e-15 || math.Abs(mean-wantMean) > 1e-15 {
				t.Errorf("n=%d, eta %v: mean %v and variance %v, want %v and %v", n, eta, mean, v, wantMean, want)
			}
		}
	}
}

// The last noise is capped at its mean, the ones before it are not.
func TestNoiseCap(t *testing.T) {
	g := oracle.Gaussian{Mean: 0, Var: 1}
	p := process(t)
	program, err := (&Extras{Squares: table(g, p)}).Compile(KindAnalytic, Options{}.With(NoiseCap, 2), p, trailing(t, 5))
	if err != nil {
		t.Fatal(err)
	}
	var ups []float64
	for _, op := range program.(*Tape).Ops {
		if op.Kind == OpLin && op.Terms == 3 {
			ups = append(ups, op.Coef[2])
		}
	}
	want := 2 * 2.0 / 255 * math.Sqrt(math.Pi/2)
	if len(ups) != 4 || math.Abs(ups[3]-want) > 1e-15 || ups[2] < 2*want {
		t.Errorf("noises of %v, want the last of %v", ups, want)
	}
}

// heads is a Denoiser of pairs of Gaussian values with a second output of its own.
type heads struct {
	mean, variance float64
	second         []float32
	output         func(l schedule.Level, e, spread float64) float64
}

func (h *heads) Denoise(dst, x []float32, l schedule.Level) error {
	for i, v := range x {
		gain := l.A * h.variance / (l.A*l.A*h.variance + l.S*l.S)
		d := h.mean + gain*(float64(v)-l.A*h.mean)
		dst[i] = float32(d)
		// Of x0 given x the variance is spread; ε = (x - a·x0)/s spreads with it.
		spread := h.variance * (1 - gain*l.A)
		h.second[i] = float32(h.output(l, (float64(v)-l.A*d)/l.S, l.A*l.A*spread/(l.S*l.S)))
	}
	return nil
}

// With the exact second moment, or the exact squared error, each value gets the variance that Analytic gives to all.
func TestSecondMomentsAgreeWithAnalytic(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	p := process(t)
	o := Options{}.With(Eta, 0.7).With(NoiseCap, 0)
	for _, n := range []int{1, 2, 8, 20} {
		levels := trailing(t, n)
		run := func(k Kind, e *Extras, h *heads) []float32 {
			program, err := e.Compile(k, o, p, levels)
			if err != nil {
				t.Fatal(err)
			}
			r := program.Start(Env{Denoiser: h, Noise: noise32, Second: h.second}, 2)
			for done := false; !done; {
				if done, err = r.Step(); err != nil {
					t.Fatal(err)
				}
			}
			return r.X()
		}
		of := func(output func(l schedule.Level, e, spread float64) float64) *heads {
			return &heads{g.Mean, g.Var, make([]float32, 2), output}
		}
		none := of(func(schedule.Level, float64, float64) float64 { return 0 })
		want := run(KindAnalytic, &Extras{Squares: table(g, p)}, none)
		sn := run(KindSN, &Extras{Head: HeadSecondMoment}, of(func(_ schedule.Level, e, spread float64) float64 { return e*e + spread }))
		npr := run(KindNPR, &Extras{Head: HeadError}, of(func(_ schedule.Level, _, spread float64) float64 { return spread }))
		for i := range want {
			if math.Abs(float64(sn[i]-want[i])) > 1e-3 || math.Abs(float64(npr[i]-want[i])) > 1e-5 {
				t.Errorf("n=%d: analytic %v, sn %v, npr %v", n, want, sn, npr)
			}
		}
	}
}

// A second output of -1 is the small variance, of 1 the large one, and between them their geometric mean.
func TestLearnedRange(t *testing.T) {
	p := process(t)
	levels := trailing(t, 6)
	run := func(k Kind, e *Extras, o Options, v float64) float64 {
		program, err := e.Compile(k, o, p, levels)
		if err != nil {
			t.Fatal(err)
		}
		h := &heads{0.4, 0.25, make([]float32, 2), func(schedule.Level, float64, float64) float64 { return v }}
		r := program.Start(Env{Denoiser: h, Noise: noise32, Second: h.second}, 2)
		for r.Progress().Step < 1 {
			if _, err := r.Step(); err != nil {
				t.Fatal(err)
			}
		}
		return float64(r.X()[0])
	}
	learned := &Extras{Head: HeadVariance}
	small := run(KindDDPM, &Extras{}, Options{}.With(Variance, VarianceSmall), 0)
	large := run(KindDDPM, &Extras{}, Options{}.With(Variance, VarianceLarge), 0)
	if small == large {
		t.Fatal("both variances are the same")
	}
	near(t, "v = -1", []float64{run(KindDDPMLearned, learned, Options{}, -1)}, []float64{small}, 1e-6)
	near(t, "v = 1", []float64{run(KindDDPMLearned, learned, Options{}, 1)}, []float64{large}, 1e-6)
	z := []float64{0, 0}
	fixedNoise(z, 1)
	from, to := levels[0], levels[1]
	k := to.S * from.A / (to.A * from.S)
	lo, hi := to.S*math.Sqrt(1-k*k), math.Sqrt(1-math.Pow(from.A/to.A, 2))
	middle := small + (math.Sqrt(lo*hi)-lo)*z[0]
	near(t, "v = 0", []float64{run(KindDDPMLearned, learned, Options{}, 0)}, []float64{middle}, 1e-6)
}

// A table with DDIM's coefficients is DDIM, one with Euler's over two estimates anything else.
func TestTableOfDDIM(t *testing.T) {
	for _, n := range []int{1, 3, 9, 20} {
		levels := trailing(t, n)
		program, err := bring(KindGGDM, levels).Compile(KindGGDM, Options{}, process(t), levels)
		if err != nil {
			t.Fatal(err)
		}
		got := oracle.Interpret(program.(*Tape), start, oracle.Bimodal.Denoise, fixedNoise)
		near(t, fmt.Sprintf("n=%d", n), got, result(t, DDIM{}, levels), 1e-12)
	}
}

// A table reads every x and every estimate so far, in as many terms as there are.
func TestTableReadsAllThatCameBefore(t *testing.T) {
	const n = 5
	levels := trailing(t, n)
	e := &Extras{Table: &Table{Noise: make([]float64, n)}}
	want := make([]float64, n+1) // of coefficients alone: x_0 = 1, every D = 2
	want[0] = 1
	for i := range n {
		var x, d []float64
		for j := range i + 1 {
			x, d = append(x, 0.1*float64(j+1)), append(d, 0.01*float64(i-j+1))
			want[i+1] += x[j]*want[j] + d[j]*2
		}
		e.Table.X, e.Table.D = append(e.Table.X, x), append(e.Table.D, d)
	}
	program, err := e.Compile(KindGGDM, Options{}, process(t), levels)
	if err != nil {
		t.Fatal(err)
	}
	got := oracle.Interpret(program.(*Tape), []float64{1}, func(dst, _ []float64, _ schedule.Level) { dst[0] = 2 }, nil)
	near(t, "x after 5 steps", got, want[n:], 1e-14)
	for name, bad := range map[string]*Table{
		"empty":          {},
		"a row short":    {X: e.Table.X[:4], D: e.Table.D, Noise: e.Table.Noise},
		"a number short": {X: [][]float64{{}}, D: [][]float64{{1}}, Noise: []float64{0}},
		"NaN":            {X: [][]float64{{math.NaN()}}, D: [][]float64{{1}}, Noise: []float64{0}},
	} {
		if bad.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := e.Compile(KindGGDM, Options{}, process(t), trailing(t, 4)); err == nil {
		t.Error("a table of 5 steps ran on 4")
	}
}

// What a checkpoint lacks is refused by name.
func TestNeeds(t *testing.T) {
	for _, info := range Solvers() {
		_, err := info.Kind.Compile(Options{}, process(t), trailing(t, 4))
		need, refused := err.(*NeedError)
		if refused != (info.Needs != NeedsNothing) || refused && (need.Need != info.Needs || need.Kind != info.Kind) {
			t.Errorf("%v, which needs %v: error %v", info.Kind, info.Needs, err)
		}
	}
}
