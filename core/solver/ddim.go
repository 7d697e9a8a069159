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
	Kind: KindDDIM, Name: "ddim",
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
		b.Emit(i + 1)
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
