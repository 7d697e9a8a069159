package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// DDIM keeps the direction of the noise and replaces a part of it by fresh noise, after each estimate D:
//
//	e = (x - a_S·D)/s_S
//	v = η²·s_T²·(1 - e^-2h)
//	x' = a_T·D + √(s_T² - v)·e + √v·z
//
// J. Song et al., Denoising diffusion implicit models, arXiv 2010.02502, eq. 12 and 16. η = 0 is deterministic and
// the same as Euler; η = 1 is DDPM. The slope e comes from D as it is after guidance and clipping.
//
// On the grids fast-step and fast-var it is FastDPM (Z. Kong, W. Ping, arXiv 2106.00132), whose κ is this η.
//
// Order 1 (weak order 1 for η > 0); one evaluation a step.
type DDIM struct{ Eta float64 }

var ddimInfo = Info{
	Kind: KindDDIM, Name: "ddim", File: "firstorder.go",
	Line:   "keeps the noise's direction; eta mixes fresh noise in, 0 none, 1 as DDPM",
	Source: "Song et al., arXiv 2010.02502", Order: 1, Evals: perStep,
	Formula: "x' = a_T D + √(s_T² - v) e + √v z,  v = η² s_T² (1 - e^-2h)",
	Knobs:   []Knob{knob(Eta, 0, 0, 1)},
	tape:    func(o Options) Solver { return DDIM{Eta: o.Value(Eta)} },
}

// Compile emits the tape.
func (s DDIM) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	ancestralSteps(levels, b, s.Eta, 1)
	return nil
}

// ancestralSteps emits a step of this form between any two levels, the fresh noise times a factor.
func ancestralSteps(levels []schedule.Level, b *Draft, eta, noise float64) {
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		b.Eval(d, tape.X, i)
		ancestral(b, d, z, levels[i], to, eta, noise)
		b.Arrive(i + 1)
	}
}

// ancestral emits x' = a_T·D + √(s_T² - v)·e + noise·√v·z as a combination of x, D and z. Without variance no noise
// is drawn.
func ancestral(b *Draft, d, z tape.Buf, from, to schedule.Level, eta, noise float64) {
	down, up := split(from, to, eta)
	if up == 0 {
		firstOrder(b, tape.X, tape.X, d, from, to)
		return
	}
	keep := down.S / from.S
	b.Noise(z)
	b.Lin(tape.X, tape.Term{Coef: keep, Src: tape.X}, tape.Term{Coef: to.A - float64(keep*from.A), Src: d}, tape.Term{Coef: float64(noise * up), Src: z})
}

// split divides the noise of a level between what a step keeps, down = (a_T, √(s_T² - v)), and what it draws, up = √v.
// In the letters of k-diffusion, where a = 1: up = η·σ_T·√(1 - σ_T²/σ_S²), down = √(σ_T² - up²).
func split(from, to schedule.Level, eta float64) (down schedule.Level, up float64) {
	k := decay(from, to)
	all := float64(to.S * to.S)
	v := float64(eta*eta) * float64(all*float64((1-k)*(1+k)))
	if !(v > 0) {
		return to, 0
	}
	return schedule.Level{T: to.T, A: to.A, S: math.Sqrt(max(all-v, 0))}, math.Sqrt(v)
}

// DDPM draws from the reverse process' own Gaussian, with D in the place of the clean picture:
//
//	x' = A·e^-h·x + a_T·(1 - e^-2h)·D + √var·z
//	var = s_T²·(1 - e^-2h)     small: the variance of q(x_T | x_S, x0)
//	    = 1 - (a_S/a_T)²       large: the β of the step
//
// J. Ho et al., Denoising diffusion probabilistic models, arXiv 2006.11239, eq. 7 and section 3.2, for steps of any
// length. No noise is added in the step to the clean picture, whatever the variance (there s_T = 0).
//
// Weak order 1; one evaluation a step.
type DDPM struct{ Variance int } // VarianceSmall or VarianceLarge

var ddpmInfo = Info{
	Kind: KindDDPM, Name: "ddpm", File: "firstorder.go",
	Line:   "draws each step from the reverse process, as in the first paper; wants many steps",
	Source: "Ho et al., arXiv 2006.11239", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-h x + a_T (1 - e^-2h) D + √var z",
	Knobs:   []Knob{knob(Variance, VarianceSmall, VarianceSmall, VarianceLarge)},
	tape:    func(o Options) Solver { return DDPM{Variance: o.Whole(Variance)} },
}

// Compile emits the tape.
func (s DDPM) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		k := decay(from, to)
		gone := float64((1 - k) * (1 + k)) // 1 - e^-2h
		x, clean := tape.Term{Coef: float64(to.S/from.S) * k, Src: tape.X}, tape.Term{Coef: to.A * gone, Src: d}
		v := float64(to.S*to.S) * gone
		if s.Variance == VarianceLarge && to.S > 0 {
			r := from.A / to.A
			v = (1 - r) * (1 + r)
		}
		if v > 0 {
			b.Noise(z)
			b.Lin(tape.X, x, clean, tape.Term{Coef: math.Sqrt(v), Src: z})
		} else {
			b.Lin(tape.X, x, clean)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// vdmInfo is the ancestral sampler of variational diffusion models, written for a table of γ = ln(s²/a²) = -2λ:
//
//	c  = 1 - e^(γ_T - γ_S)
//	x' = (a_T/a_S)·(x - c·s_S·e) + s_T·√c·z
//
// D. Kingma et al., arXiv 2107.00630, eq. 33 and appendix A. c is 1 - e^-2h; with s_S·e = x - a_S·D this is
// A·e^-h·x + a_T·c·D + s_T·√c·z, DDPM with the small variance, and runs as that: so it holds at a_S = 0 too.
//
// Weak order 1; one evaluation a step.
var vdmInfo = Info{
	Kind: KindVDM, Name: "vdm", File: "firstorder.go",
	Line:   "draws each step from the reverse process of a learned noise table; the same as ddpm",
	Source: "Kingma et al., arXiv 2107.00630", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = (a_T/a_S)(x - c s_S e) + s_T √c z,  c = 1 - e^(γ_T - γ_S)",
	tape:    func(Options) Solver { return DDPM{Variance: VarianceSmall} },
}

// Euler follows the slope of the probability flow in X = x/a over σ = s/a:
//
//	X' = X + (σ_T - σ_S)·e,  e = (X - D)/σ_S
//
// T. Karras et al., arXiv 2206.00364, algorithm 1 without its correction. In the process' own coordinates that is
// x' = A·x + B·D, which needs neither a_S > 0 nor s_T > 0. Churn raises the noise first.
//
// Order 1 (weak order 1 with churn); one evaluation a step.
type Euler struct {
	Churn  Churn
	Before bool // ask the network before the noise is raised, about the level before: diffusers' EulerDiscrete
}

var eulerInfo = Info{
	Kind: KindEuler, Name: "euler", File: "firstorder.go",
	Line:   "one straight step along the slope at a time; the same as ddim with eta 0",
	Source: "Karras et al., arXiv 2206.00364", Order: 1, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S) e",
	Knobs:   churnKnobs,
	tape:    func(o Options) Solver { return Euler{Churn: churn(o)} },
}

// Compile emits the tape.
func (s Euler) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := i
		if s.Before && s.Churn.gamma(levels[i], b.steps) > 0 {
			b.Eval(d, tape.X, i)
			s.late(b, d, z, levels[i], to)
		} else {
			from = s.Churn.raise(b, z, i)
			b.Eval(d, tape.X, from)
			firstOrder(b, tape.X, tape.X, d, b.Level(from), to)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// late emits X' = X^ + (σ_T - σ^)·e with the e of X.
func (s Euler) late(b *Draft, d, z tape.Buf, from, to schedule.Level) {
	g := s.Churn.gamma(from, b.steps)
	q := decay(from, to) - (1 + g)
	up := float64(to.A * float64(from.Sigma()*math.Sqrt(float64(g*(2+g)))))
	b.Renoise(z, up, s.Churn.SNoise, tape.Term{Coef: to.A * (1 + q) / from.A, Src: tape.X}, tape.Term{Coef: -float64(to.A * q), Src: d})
}

// EulerCFGpp is Euler under classifier-free guidance with the noise of the unconditional estimate: guidance moves the
// picture, and what is left of the noise stays on the data's own path.
//
//	x' = a_T·D + s_T·e_u,  e_u = (x - a_S·D_u)/s_S
//
// H. Chung et al., CFG++, arXiv 2406.08070, algorithm 2. D_u is the unconditional estimate of the same call.
//
// Order 1; one evaluation a step.
type EulerCFGpp struct{}

var eulerCFGppInfo = Info{
	Kind: KindEulerCFGpp, Name: "euler-cfgpp", File: "firstorder.go",
	Line:   "Euler that takes the noise from the unconditional estimate; for small guidance, from 1 to 3",
	Source: "Chung et al., arXiv 2406.08070", Order: 1, Evals: perStep, Guided: true,
	Formula: "x' = a_T D + s_T (x - a_S D_u)/s_S",
	tape:    func(Options) Solver { return EulerCFGpp{} },
}

// Compile emits the tape.
func (EulerCFGpp) Compile(levels []schedule.Level, b *Draft) error {
	d, u := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		a := to.S / levels[i].S
		b.Eval(d, tape.X, i)
		b.Unconditional(u)
		b.Lin(tape.X, tape.Term{Coef: a, Src: tape.X}, tape.Term{Coef: to.A, Src: d}, tape.Term{Coef: -float64(a * levels[i].A), Src: u})
		b.Arrive(i + 1)
	}
	return nil
}
