package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// ALD is annealed Langevin dynamics: at each level some Langevin steps towards its own distribution, in X = x/a:
//
//	X <- X + α·score + √(2α)·z,  score = (D - X)/σ²,  α = ε·(σ/σ_L)²
//
// and at the end the estimate itself, X + σ_L²·score = D, σ_L being the last level's sigma with noise left.
// Y. Song, S. Ermon, arXiv 1907.05600, algorithm 1; the last step is that of A. Jolicoeur-Martineau et al.,
// arXiv 2009.05475. With r = ε/σ_L², the step relative to σ², in the process' own coordinates:
//
//	x <- (1 - r)·x + r·a·D + √(2r)·s·z
//
// From one level to the next X is kept; a level without signal has none, and is left by the first-order step.
//
// T evaluations a level and one at the end: T·n + 1.
type ALD struct {
	Step  float64 // r
	Inner int     // T
}

var aldInfo = Info{
	Kind: KindALD, Name: "ald", File: "langevin.go",
	Line:   "annealed Langevin dynamics, the first score-based sampler; wants many levels",
	Source: "Song, Ermon, arXiv 1907.05600; Jolicoeur-Martineau et al., arXiv 2009.05475", Order: 1, Evals: line(aldInner, 1),
	Stochastic: true,
	Formula:    "X <- X + α score + √(2α) z,  α = ε (σ/σ_L)²",
	Knobs:      []Knob{knob(LangevinStep, 0.2, 0.001, 1), knob(Inner, aldInner, 1, 100), openingKnob},
	tape:       func(o Options) Solver { return ALD{o.Value(LangevinStep), o.Whole(Inner)} },
}

const aldInner = 5

// Compile emits the tape.
func (s ALD) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		for range s.Inner {
			b.Eval(d, tape.X, i)
			b.Noise(z)
			b.Lin(tape.X, tape.Term{Coef: 1 - s.Step, Src: tape.X}, tape.Term{Coef: float64(s.Step * from.A), Src: d}, tape.Term{Coef: float64(math.Sqrt(2*s.Step) * from.S), Src: z})
		}
		switch {
		case to.S == 0:
			b.Eval(d, tape.X, i)
			b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
		case from.A == 0:
			firstOrder(b, tape.X, tape.X, d, from, to)
		default:
			b.Lin(tape.X, tape.Term{Coef: to.A / from.A, Src: tape.X})
		}
		b.Arrive(i + 1)
	}
	return nil
}

// PC corrects the distribution at each level by Langevin steps, then predicts the next level with a step of the reverse
// SDE. With score = (a_S·D - x)/s_S², r = a_S/a_T and v = s_S² - r²·s_T², the variance that the forward process adds
// between the levels:
//
//	corrector, M times: x <- x + ε·score + √(2ε)·z,  ε = 2·α·(snr·|z|/|score|)²,  α = r²
//	predictor: reverse diffusion   x' = (2 - r)·x + v·score + √v·z
//	           ancestral           x' = (x + v·score)/r + √v·z,  the noise √(v·s_T²/s_S²)·z where r = 1
//	           Euler-Maruyama      x' = (1 - ln r)·x + g²·score + g·z,  g² = 2·s_S²·h
//
// Y. Song et al., arXiv 2011.13456, algorithms 2 to 5 and appendices E to G. In their letters r² = 1 - β and v = β for a
// variance-preserving process, r = 1 and v = σ_S² - σ_T² for an exploding one, and g² is g(t)²·dt for every process,
// since h = ∫ g²/2s² dt. The order, corrector first, is their code's. Norms are of each picture, so that a batch of k is
// k singles (their code takes the mean over the batch). The last step returns the mean, D itself. A step from pure
// noise is DDIM's with η = 1.
//
// Weak order 1; 1 + M evaluations a step.
type PC struct {
	Predictor int
	SNR       float64
	Inner     int // M
}

// The choices of Predictor.
const (
	ReverseDiffusion = iota
	AncestralPredictor
	EulerMaruyama
)

var pcInfo = Info{
	Kind: KindPC, Name: "pc", File: "langevin.go",
	Line:   "predictor-corrector: Langevin steps at each level, then a step of the reverse SDE",
	Source: "Song et al., arXiv 2011.13456", Order: 1, Evals: line(2, 0), Stochastic: true,
	Formula: "x <- x + ε score + √(2ε) z,  then x' = (2 - r) x + v score + √v z",
	Knobs: []Knob{knob(Predictor, ReverseDiffusion, ReverseDiffusion, EulerMaruyama), knob(SNR, 0.16, 0, 1),
		knob(Inner, 1, 0, 20), openingKnob},
	tape: func(o Options) Solver { return PC{o.Whole(Predictor), o.Value(SNR), o.Whole(Inner)} },
}

// Compile emits the tape.
func (s PC) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		for range s.Inner {
			b.Eval(d, tape.X, i)
			r := from.A / to.A
			b.Noise(z)
			b.Langevin(d, z, from, 2*float64(float64(r*r)*float64(s.SNR*s.SNR)))
		}
		b.Eval(d, tape.X, i)
		if one(from, to) {
			ancestral(b, d, z, from, to, 1, 1)
		} else {
			s.predict(b, d, z, from, to)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// predict emits x' = keep·x + gain·score + up·z.
func (s PC) predict(b *Draft, d, z tape.Buf, from, to schedule.Level) {
	r := from.A / to.A
	v := float64(from.S*from.S) - float64(float64(r*r)*float64(to.S*to.S))
	var keep, gain, up float64
	switch s.Predictor {
	case AncestralPredictor:
		keep, gain, up = 1/r, v/r, math.Sqrt(v)
		if r == 1 {
			up = float64(up * to.S / from.S)
		}
	case EulerMaruyama:
		k := decay(from, to)
		gain = -2 * float64(float64(from.S*from.S)*exact.Log(k))
		keep, up = 1-exact.Log(r), math.Sqrt(gain)
	default:
		keep, gain, up = 2-r, v, math.Sqrt(v)
	}
	q := gain / float64(from.S*from.S)
	b.Renoise(z, up, 1, tape.Term{Coef: keep - q, Src: tape.X}, tape.Term{Coef: float64(q * from.A), Src: d})
}
