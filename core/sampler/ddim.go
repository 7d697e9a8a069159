package sampler

import (
	"math"

	"tintype/core/schedule"
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
// Order 1 (weak order 1 for η > 0); one evaluation a step.
type DDIM struct{ Eta float64 }

var ddimInfo = Info{
	Kind: KindDDIM, Name: "ddim",
	Line:   "keeps the noise's direction; eta mixes fresh noise in, 0 none, 1 as DDPM",
	Source: "Song et al., arXiv 2010.02502", Order: 1, Cost: "n", Evals: perStep,
	Formula: "x' = a_T D + √(s_T² - v) e + √v z,  v = η² s_T² (1 - e^-2h)",
	Knobs:   []Knob{knob(Eta, 0, 0, 1)},
	tape:    func(o Options) Solver { return DDIM{Eta: o.Value(Eta)} },
}

// Compile emits the tape.
func (s DDIM) Compile(levels []schedule.Level, b *Builder) error {
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, X, i)
		k := decay(from, to)
		v := float64(s.Eta*s.Eta) * float64(float64(to.S*to.S)*float64((1-k)*(1+k)))
		ancestral(b, d, z, from, to, v)
		b.Emit(i + 1)
	}
	return nil
}

// ancestral emits x' = a_T·D + √(s_T² - v)·e + √v·z as a combination of x, D and z. Without variance no noise is
// drawn; a variance above s_T² leaves nothing of e.
func ancestral(b *Builder, d, z Buf, from, to schedule.Level, v float64) {
	if !(v > 0) {
		firstOrder(b, X, X, d, from, to)
		return
	}
	keep := math.Sqrt(max(float64(to.S*to.S)-v, 0)) / from.S
	b.Noise(z)
	b.Lin(X, Term{keep, X}, Term{to.A - float64(keep*from.A), d}, Term{math.Sqrt(v), z})
}
