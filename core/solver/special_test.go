package solver_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// picture is a fixed picture with detail at every frequency.
func picture(s Shape) []float32 {
	x := make([]float32, s.N*s.H*s.W*s.C)
	for i := range x {
		x[i] = float32(math.Sin(float64(i*i)*0.37) * 0.8)
	}
	return x
}

func apart(a, b []float32) (most float64) {
	for i := range a {
		most = math.Max(most, math.Abs(float64(a[i]-b[i])))
	}
	return most
}

func TestSpectral(t *testing.T) {
	s := Shape{N: 2, H: 6, W: 9, C: 3}
	x, y := picture(s), make([]float32, 2*6*9*3)
	Spectral{func(float64) float64 { return 1 }}.Bind(s)(y, x)
	if d := apart(x, y); d > 1e-6 {
		t.Errorf("all frequencies kept: off by %v", d)
	}
	// The lowest frequency alone is the mean of each channel.
	mean := Spectral{func(w float64) float64 {
		if w > 0 {
			return 0
		}
		return 1
	}}.Bind(s)
	mean(y, x)
	for n := range s.N {
		for c := range s.C {
			sum := 0.0
			for p := range s.H * s.W {
				sum += float64(x[(n*s.H*s.W+p)*s.C+c])
			}
			if got, want := float64(y[(n*s.H*s.W+17)*s.C+c]), sum/float64(s.H*s.W); math.Abs(got-want) > 1e-6 {
				t.Errorf("picture %d, channel %d: mean %v, want %v", n, c, got, want)
			}
		}
	}
	// The heat equation: blurring twice is blurring by the sum of the times.
	once, twice := make([]float32, len(x)), make([]float32, len(x))
	Heat{2}.At(0.6).Bind(s)(y, x)
	Heat{2}.At(0.8).Bind(s)(twice, y)
	Heat{2}.At(1).Bind(s)(once, x)
	if d := apart(once, twice); d > 1e-6 {
		t.Errorf("blurs of width 1.2 and 1.6 after each other are not one of 2: off by %v", d)
	}
	if n := testing.AllocsPerRun(10, func() { mean(y, x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var degraders = map[string]Degrader{"heat": Heat{3}, "pixelate": Pixelate{8}, "fade": Fade{}, "mask": Mask{}}

func TestDegraders(t *testing.T) {
	s := Shape{N: 2, H: 10, W: 12, C: 2}
	x, y, before := picture(s), make([]float32, 2*10*12*2), make([]float32, 2*10*12*2)
	for name, d := range degraders {
		d.At(0).Bind(s)(y, x)
		if off := apart(x, y); off > 1e-6 {
			t.Errorf("%s of severity 0 changes a picture by %v", name, off)
		}
		last := math.Inf(1)
		for _, severity := range []float64{0, 0.34, 0.67, 1} {
			apply := d.At(severity).Bind(s)
			apply(y, x)
			energy := 0.0
			for _, v := range y {
				energy += float64(v) * float64(v)
			}
			if energy > last*(1+1e-6) {
				t.Errorf("%s of severity %v has more energy (%v) than the one before (%v)", name, severity, energy, last)
			}
			last = energy
			copy(before, y)
			apply(y, x)
			if apart(before, y) != 0 {
				t.Errorf("%s is not the same twice", name)
			}
		}
	}
	Fade{}.At(1).Bind(s)(y, x)
	if apart(y, make([]float32, len(y))) != 0 {
		t.Error("fade of severity 1 leaves something")
	}
	Mask{}.At(1).Bind(s)(y, x)
	if apart(y, make([]float32, len(y))) != 0 {
		t.Error("mask of severity 1 leaves something")
	}
	Pixelate{4}.At(1).Bind(s)(y, x)
	sum := 0.0
	for row := 8; row < 10; row++ { // the last blocks are cut at 10
		for col := range 4 {
			sum += float64(x[(row*12+col)*2+1])
		}
	}
	if got := float64(y[(9*12+3)*2+1]); math.Abs(got-sum/8) > 1e-6 {
		t.Errorf("a block at the edge is %v, want its mean %v", got, sum/8)
	}
}

// restorer returns the clean picture, with an error that is the same at every severity.
type restorer struct{ clean, flaw []float32 }

func (r restorer) Denoise(dst, x []float32, l schedule.Level) error {
	for i := range dst {
		dst[i] = r.clean[i]
		if r.flaw != nil {
			dst[i] += r.flaw[i]
		}
	}
	return nil
}

// From a picture degraded as far as it goes a perfect restorer gives it back, by both algorithms. If its output keeps a
// flaw, improved sampling ends one step before the last where naive sampling with a perfect one does, to the flaw's
// change of Deg; naive sampling keeps the flaw.
func TestCold(t *testing.T) {
	s := Shape{N: 1, H: 8, W: 8, C: 1}
	clean := picture(s)
	levels := trailing(t, 10)
	flaw := make([]float32, len(clean))
	for i := range flaw {
		flaw[i] = 0.3 // of the lowest frequency, which a blur does not touch
	}
	for name, d := range degraders {
		for _, kind := range []Kind{KindCold, KindColdNaive} {
			program, err := (&Extras{Degrader: d}).Compile(kind, Options{}, process(t), levels)
			if err != nil {
				t.Fatal(err)
			}
			if program.DrawsNoise() {
				t.Errorf("%v draws noise", kind)
			}
			run := func(den restorer, steps int) []float32 {
				r := program.Start(Env{Denoiser: den, Noise: func(dst []float32, _ uint32) {}, Shape: s}, len(clean))
				d.At(1).Bind(s)(r.X(), clean)
				for done := false; !done && r.Progress().Step < steps; {
					if done, err = r.Step(); err != nil {
						t.Fatal(err)
					}
				}
				return append([]float32(nil), r.X()...)
			}
			if off := apart(run(restorer{clean: clean}, 10), clean); off != 0 {
				t.Errorf("%v of %s ends %v from the picture", kind, name, off)
			}
			if name != "heat" {
				continue
			}
			off := apart(run(restorer{clean, flaw}, 9), run(restorer{clean: clean}, 9))
			if kind == KindCold && off > 1e-5 || kind == KindColdNaive && off < 0.29 {
				t.Errorf("%v: a flaw of 0.3 makes %v", kind, off)
			}
		}
	}
}

// noising is Deg(x, t) = a·x + s·e with a fixed e.
type noising struct {
	e []float32
	p schedule.Process
}

func (d noising) At(t float64) Operator { return noisy1{d, d.p.AtTime(t*1000 - 1)} }

type noisy1 struct {
	noising
	l schedule.Level
}

func (o noisy1) Bind(Shape) func(dst, src []float32) {
	return func(dst, src []float32) {
		for i, v := range src {
			dst[i] = float32(o.l.A)*v + float32(o.l.S)*o.e[i]
		}
	}
}

// With noise as the degradation, improved cold diffusion is DDIM.
func TestColdIsDDIM(t *testing.T) {
	s := Shape{N: 1, H: 4, W: 4, C: 1}
	clean, e := picture(s), make([]float32, 16)
	noise32(e, 5)
	p, levels := process(t), trailing(t, 8)
	start := func(r Runner) {
		for i := range clean {
			r.X()[i] = float32(levels[0].A)*clean[i] + float32(levels[0].S)*e[i]
		}
	}
	cold, err := (&Extras{Degrader: noising{e, p}}).Compile(KindCold, Options{}, p, levels)
	if err != nil {
		t.Fatal(err)
	}
	ddim, err := KindDDIM.Compile(Options{}, p, levels)
	if err != nil {
		t.Fatal(err)
	}
	a := cold.Start(Env{Denoiser: restorer{clean: clean}, Noise: noise32, Shape: s}, 16)
	b := ddim.Start(Env{Denoiser: restorer{clean: clean}, Noise: noise32, Shape: s}, 16)
	start(a)
	start(b)
	for step := 1; step < 8; step++ {
		for _, r := range []Runner{a, b} {
			for r.Progress().Step < step {
				if _, err := r.Step(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if off := apart(a.X(), b.X()); off > 1e-5 {
			t.Errorf("step %d: %v apart", step, off)
		}
	}
}

// A picture's own path under a blurring process is kept: from a_k·x0 + s·e to a_k'·x0 + s'·e at each frequency. With
// nothing blurred the sampler is DDIM.
func TestGDDIMBlur(t *testing.T) {
	s := Shape{N: 2, H: 6, W: 6, C: 2}
	clean := picture(s)
	e := make([]float32, len(clean))
	noise32(e, 7)
	levels := trailing(t, 6)
	for i := range levels {
		levels[i].T /= 1000
	}
	blur := &schedule.Blur{Process: process(t), Most: 4, Floor: 0.05}
	at := func(dst []float32, l schedule.Level) { // a_k·x0 + s·e
		width := blur.Most * math.Pow(math.Sin(math.Pi/2*l.T), 2)
		Spectral{func(w float64) float64 {
			return l.A * ((1-blur.Floor)*math.Exp(-w*width*width/2) + blur.Floor)
		}}.Bind(s)(dst, clean)
		for i := range dst {
			dst[i] += float32(l.S) * e[i]
		}
	}
	program, err := KindGDDIMBlur.Compile(Options{}, blur, levels)
	if err != nil {
		t.Fatal(err)
	}
	r := program.Start(Env{Denoiser: restorer{clean: clean}, Noise: noise32, Shape: s}, len(clean))
	at(r.X(), levels[0])
	want := make([]float32, len(clean))
	for step := 1; step <= 6; step++ {
		for r.Progress().Step < step {
			if _, err := r.Step(); err != nil {
				t.Fatal(err)
			}
		}
		if step == 6 {
			copy(want, clean)
		} else {
			at(want, levels[step])
		}
		if off := apart(r.X(), want); off > 2e-5 {
			t.Errorf("step %d is off by %v", step, off)
		}
	}
	for _, eta := range []float64{0, 0.6} {
		o := Options{}.With(Eta, eta)
		flat, err := KindGDDIMBlur.Compile(o, &schedule.Blur{Process: process(t), Most: 4, Floor: 1}, levels)
		if err != nil {
			t.Fatal(err)
		}
		got := oracle.Interpret(flat.(*Tape), start, oracle.Bimodal.Denoise, fixedNoise)
		near(t, "gddim without blur and ddim", got, result(t, DDIM{eta}, levels), 2e-5)
	}
}

// exactMap is the flow map of Gaussian data: (x - a·μ)/√(a²·v + s²) is kept.
type exactMap struct{ oracle.Gaussian }

func (g exactMap) Denoise(dst, x []float32, l schedule.Level) error { return errors.New("not asked") }

func (g exactMap) Jump(dst, x []float32, from, to schedule.Level) error {
	m0, v0 := g.Marginal(from)
	m1, v1 := g.Marginal(to)
	for i, v := range x {
		end := m1 + (float64(v)-m0)*math.Sqrt(v1/v0)
		keep := to.S / from.S
		dst[i] = float32((end - keep*float64(v)) / (to.A - keep*from.A))
	}
	return nil
}

// With the exact map one step is as good as many.
func TestFlowMap(t *testing.T) {
	g := exactMap{oracle.Gaussian{Mean: 0.4, Var: 0.25}}
	for _, n := range []int{1, 2, 7} {
		levels := make([]schedule.Level, n+1)
		for i := range levels {
			s := 1 - float64(i)/float64(n)
			levels[i] = schedule.Level{T: s, A: 1 - s, S: s}
		}
		r := NewRun(compile(t, FlowMap{}, levels), Env{Denoiser: g, Noise: noise32}, 2)
		x := append([]float32(nil), r.X()...)
		finish(t, r)
		for i, v := range x {
			if want := 0.4 + 0.5*float64(v); math.Abs(float64(r.X()[i])-want) > 1e-6 {
				t.Errorf("n=%d: %v ends at %v, want %v", n, v, r.X()[i], want)
			}
		}
	}
	r := NewRun(compile(t, FlowMap{}, trailing(t, 2)), Env{Denoiser: constant(0), Noise: noise32}, 2)
	if _, err := r.Step(); err == nil {
		t.Error("a network without a second time jumped")
	}
}

// Each picture of a batch has its own Langevin step.
func TestLangevinStepsAreThePictures(t *testing.T) {
	program, err := KindPC.Compile(Options{}, process(t), trailing(t, 5))
	if err != nil {
		t.Fatal(err)
	}
	run := func(n, from int) []float32 {
		noise := func(dst []float32, key uint32) {
			for k := range n {
				noise32(dst[k*6:][:6], key*100+uint32(from+k))
			}
		}
		r := program.Start(Env{Denoiser: &mixture{}, Noise: noise, Shape: Shape{N: n, H: 1, W: 3, C: 2}}, 6*n)
		for done := false; !done; {
			if done, err = r.Step(); err != nil {
				t.Fatal(err)
			}
		}
		return r.X()
	}
	batch := run(3, 0)
	for k := range 3 {
		if d := apart(batch[k*6:][:6], run(1, k)); d != 0 {
			t.Errorf("picture %d of the batch is %v from the one alone", k, d)
		}
	}
}

func adaptive(t *testing.T, tolerance float64, n int) Program {
	t.Helper()
	program, err := KindAdapt.Compile(Options{}.With(Relative, tolerance), process(t), trailing(t, n))
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// A smaller tolerance takes more steps; the last estimates of 4000 Gaussian values then have their mean and variance,
// a²·v²/(a²·v + s²) at the last level, to 4.5 standard errors.
func TestAdaptTolerance(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	evals := 0
	for _, tolerance := range []float64{1, 0.1, 0.02} {
		h := &heads{g.Mean, g.Var, make([]float32, 4000), func(schedule.Level, float64, float64) float64 { return 0 }}
		r := adaptive(t, tolerance, 3).Start(Env{Denoiser: h, Noise: gaussNoise(1)}, 4000)
		for done := false; !done; {
			var err error
			if done, err = r.Step(); err != nil {
				t.Fatal(err)
			}
		}
		p := r.Progress()
		mean, v := moments(r.X())
		t.Logf("tolerance %v: %d evaluations, mean %.4f, variance %.4f", tolerance, p.Evals, mean, v)
		if p.Evals <= evals || p.Step != 3 || p.Steps != 3 {
			t.Errorf("tolerance %v: progress %+v after %d evaluations", tolerance, p, evals)
		}
		evals = p.Evals
		l := trailing(t, 3)[2]
		_, marginal := g.Marginal(l)
		want := math.Pow(l.A*g.Var, 2) / marginal
		if tolerance < 1 && (math.Abs(v/want-1) > 4.5*math.Sqrt(2.0/4000) || math.Abs(mean-g.Mean) > 4.5*math.Sqrt(want/4000)) {
			t.Errorf("tolerance %v: mean %v and variance %v, want %v and %v", tolerance, mean, v, g.Mean, want)
		}
	}
}

func moments(x []float32) (mean, variance float64) {
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
	}
	return mean, variance
}

// A step that failed can be taken again, at any evaluation, alone and in a batch; a hook sees every level.
func TestAdaptIsRetriedAndHooked(t *testing.T) {
	program := adaptive(t, 0.5, 4)
	run := func(pictures int, at int) (x []float32, evals int, visits string) {
		stop := errors.New("stop")
		noise := func(dst []float32, key uint32) {
			for k := range pictures {
				noise32(dst[2*k:][:2], key*7+uint32(k))
			}
		}
		env := Env{Denoiser: &mixture{fail: stop, at: at}, Noise: noise, Shape: Shape{N: pictures, H: 1, W: 1, C: 2},
			Arrived: func(x []float32, l schedule.Level, visit int) error {
				visits += fmt.Sprint(visit, " ")
				return nil
			}}
		r := program.Start(env, 2*pictures)
		for done := false; !done; {
			var err error
			if done, err = r.Step(); err != nil && err != stop {
				t.Fatal(err)
			}
		}
		return append([]float32(nil), r.X()...), r.Progress().Evals, visits
	}
	one, evals, visits := run(1, 0)
	if visits != "0 1 2 3 4 " {
		t.Errorf("visits %s", visits)
	}
	for at := 1; at <= evals; at++ {
		if again, n, _ := run(1, at); again[0] != one[0] || again[1] != one[1] || n != evals {
			t.Fatalf("stopped at evaluation %d: %v after %d, want %v after %d", at, again, n, one, evals)
		}
	}
	three, _, visits := run(3, 4)
	if three[0] != one[0] || three[1] != one[1] || visits != "0 1 2 3 4 " {
		t.Errorf("the first of three is %v, alone %v; visits %s", three[:2], one, visits)
	}
}
