package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Analytic is DDIM(η) with the variance that is best for the data as a whole. D is a mean, and the pictures it may stand
// for spread around it by C; a step must add that spread to its own noise:
//
//	x' = a_T·D + √(s_T² - v)·e + √var·z,  v = η²·s_T²·(1 - e^-2h)
//	var = v + w²·C,  w = a_T - √(s_T² - v)·a_S/s_S
//	C = clamp((s_S/a_S)²·(1 - G_S), 0, 1),  G_S = E e²
//
// F. Bao et al., Analytic-DPM, arXiv 2201.06503, theorem 1 and section 3; G is measured once for a checkpoint at its
// trained steps, and is interpolated between them. C is held to 0..1 because pictures lie in -1..1. The last noise is
// capped (their section 4.1): what is left of it cannot be removed any more. Without signal nothing is known of C.
//
// Weak order 1, and exact on Gaussian data in any number of steps; one evaluation a step.
type Analytic struct{ Eta, Cap float64 }

var analyticInfo = Info{
	Kind: KindAnalytic, Name: "analytic-dpm", File: "variance.go",
	Line:   "draws each step with the best variance for the data as a whole; better than ddpm in few steps",
	Source: "Bao et al., arXiv 2201.06503", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = a_T D + √(s_T² - v) e + √(v + w² C) z,  C = (s_S/a_S)² (1 - G_S)",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(NoiseCap, 1, 0, 16)},
	Needs:   NeedsSquares,
	tape:    func(o Options) Solver { return Analytic{o.Value(Eta), o.Value(NoiseCap)} },
}

// Compile emits the tape.
func (s Analytic) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		m := newMarginal(from, to, s.Eta)
		c := 0.0
		if from.A > 0 {
			r := from.Sigma()
			c = min(max(float64(float64(r*r)*(1-read(b.extras.Squares, from.T))), 0), 1)
		}
		up := 0.0
		if to.S > 0 {
			up = min(math.Sqrt(m.v+float64(float64(m.w*m.w)*c)), lastNoise(levels, i, s.Cap))
		}
		b.Renoise(z, up, 1, tape.Term{Coef: m.keep, Src: tape.X}, tape.Term{Coef: m.w, Src: d})
		b.Arrive(i + 1)
	}
	return nil
}

// marginal is DDIM's step as a combination of x and D: x' = keep·x + w·D with the variance v.
type marginal struct{ v, keep, w float64 }

func newMarginal(from, to schedule.Level, eta float64) marginal {
	down, up := split(from, to, eta)
	keep := down.S / from.S
	return marginal{float64(up * up), keep, to.A - float64(keep*from.A)}
}

// read looks up a table of the trained steps at a time, which is held to it.
func read(table []float64, t float64) float64 {
	last := len(table) - 1
	if !(t > 0) {
		return table[0]
	}
	if t >= float64(last) {
		return table[last]
	}
	i := int(t)
	f := t - float64(i)
	return float64((1-f)*table[i]) + float64(f*table[i+1])
}

// Moments is Analytic with a spread of each value, which a second output of the network tells:
//
//	x' = a_T·D + √(s_T² - v)·e + √var·z,  var = v + w²·C
//	C = clamp((s_S/a_S)²·(n2 - e²), 0, 1)     SN: n2 = E[ε² | x], the second moment of the noise
//	  = clamp((s_S/a_S)²·g, 0, 1)             NPR: g = E[(ε - e)² | x], the squared error of the prediction
//
// F. Bao et al., Estimating the optimal covariance, arXiv 2206.07309, theorems 3.2 and 3.3; v, w and the cap of the last
// noise as in Analytic. SN is right for an exact network only; NPR forgives its errors.
//
// Weak order 1; one evaluation a step.
type Moments struct {
	Eta, Cap float64
	Error    bool // NPR
}

var snInfo = Info{
	Kind: KindSN, Name: "sn-dpm", File: "variance.go",
	Line:   "draws each value with its own best variance, from a second moment that the network returns",
	Source: "Bao et al., arXiv 2206.07309, theorem 3.2", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = a_T D + √(s_T² - v) e + √(v + w² C) z,  C = (s_S/a_S)² (n2 - e²)",
	Knobs:   analyticInfo.Knobs, Needs: NeedsSecondMoment,
	tape: func(o Options) Solver { return Moments{Eta: o.Value(Eta), Cap: o.Value(NoiseCap)} },
}

var nprInfo = Info{
	Kind: KindNPR, Name: "npr-dpm", File: "variance.go",
	Line:   "draws each value with its own best variance, from a squared error that the network returns",
	Source: "Bao et al., arXiv 2206.07309, theorem 3.3", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = a_T D + √(s_T² - v) e + √(v + w² C) z,  C = (s_S/a_S)² g",
	Knobs:   analyticInfo.Knobs, Needs: NeedsError,
	tape: func(o Options) Solver { return Moments{o.Value(Eta), o.Value(NoiseCap), true} },
}

// Compile emits the tape.
func (s Moments) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, c, e, z := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		m := newMarginal(from, to, s.Eta)
		if from.A == 0 || to.S == 0 {
			ancestral(b, d, z, from, to, s.Eta, 1)
			b.Arrive(i + 1)
			continue
		}
		r := from.Sigma()
		r = float64(r * r)
		b.Second(c)
		if !s.Error {
			b.Lin(e, tape.Term{Coef: 1 / from.S, Src: tape.X}, tape.Term{Coef: -from.A / from.S, Src: d})
			b.Mul(e, e, e)
			b.Lin(c, tape.Term{Coef: 1, Src: c}, tape.Term{Coef: -1, Src: e})
		}
		b.Spread(c, c, m.v, float64(m.w*m.w), r, lastNoise(levels, i, s.Cap))
		b.Noise(z)
		b.Mul(z, c, z)
		b.Lin(tape.X, tape.Term{Coef: m.keep, Src: tape.X}, tape.Term{Coef: m.w, Src: d}, tape.Term{Coef: 1, Src: z})
		b.Arrive(i + 1)
	}
	return nil
}

// DDPMLearned is DDPM with a variance of each value between the small one and the large one, as the network's second
// output v in -1..1 has it:
//
//	x' = A·e^-h·x + a_T·(1 - e^-2h)·D + √var·z
//	ln var = f·ln large + (1-f)·ln small,  f = (v + 1)/2
//
// A. Nichol, P. Dhariwal, Improved DDPM, arXiv 2102.09672, eq. 15; small and large as in DDPM. No noise is added in the
// step to the clean picture, so ln small is finite.
//
// Weak order 1; one evaluation a step.
type DDPMLearned struct{}

var ddpmLearnedInfo = Info{
	Kind: KindDDPMLearned, Name: "ddpm-learned", File: "variance.go",
	Line:   "draws each step with the variance that the network returns beside its prediction",
	Source: "Nichol, Dhariwal, arXiv 2102.09672", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-h x + a_T (1 - e^-2h) D + √var z,  ln var = f ln large + (1-f) ln small",
	Needs:   NeedsVariance,
	tape:    func(Options) Solver { return DDPMLearned{} },
}

// Compile emits the tape.
func (DDPMLearned) Compile(levels []schedule.Level, b *Draft) error {
	d, v, z := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		k := decay(from, to)
		gone := float64((1 - k) * (1 + k))
		x, clean := tape.Term{Coef: float64(to.S/from.S) * k, Src: tape.X}, tape.Term{Coef: to.A * gone, Src: d}
		if to.S == 0 {
			b.Lin(tape.X, x, clean)
			b.Arrive(i + 1)
			continue
		}
		r := from.A / to.A
		small := exact.Log(float64(to.S*to.S) * gone)
		large := exact.Log((1 - r) * (1 + r))
		// √var = exp(ln small/2 + f·(ln large - ln small)/2)
		half := 0.25 * (large - small)
		b.Second(v)
		b.Exp(v, v, 0.5*small+half, half)
		b.Noise(z)
		b.Mul(z, v, z)
		b.Lin(tape.X, x, clean, tape.Term{Coef: 1, Src: z})
		b.Arrive(i + 1)
	}
	return nil
}

// lastNoise caps the deviation of a run's last noise at y grey levels of 256 in pictures of -1..1, on average:
// σ·E|z| = σ·√(2/π) <= y·2/255. Without a cap, or before the last, it is +Inf.
func lastNoise(levels []schedule.Level, i int, y float64) float64 {
	if n := len(levels) - 1; y == 0 || levels[n].S > 0 || i != n-2 {
		return math.Inf(1)
	}
	return y * 2 / 255 * math.Sqrt(math.Pi/2)
}
