package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// DPMppSDE is the two-stage solver of the reverse SDE: half a step in lambda with noise of its own, then the whole step
// with the estimate from there; up and down of each as in EulerAncestral:
//
//	x_M = the first-order step to down_M with D(x, S), + s_noise·a_M·up_M·z_M,  λ_M = (λ_S + λ_T)/2
//	x'  = the first-order step to down_T with D(x_M, M), + s_noise·a_T·up_T·z
//
// K. Crowson, k-diffusion, sample_dpmpp_sde with r = 1/2. z_M and z are increments of one Brownian path over σ, of which
// z_M sees the first part:
//
//	z = c·z_M + √(1 - c²)·z',  c² = (σ_S - σ_M)/(σ_S - σ_T)
//
// with a z' of its own. With independent z_M and z the weak order falls to 1. A step to the clean picture or from pure
// noise is EulerAncestral's.
//
// Weak order 2; two evaluations a step, one in the last: 2n-1.
type DPMppSDE struct {
	Eta, SNoise float64
	Independent bool // as a reference that draws z_M and z apart
}

var dpmppSDEInfo = Info{
	Kind: KindDPMppSDE, Name: "dpmpp-sde",
	Line:   "two stages of the reverse SDE with one Brownian path; two evaluations a step",
	Source: "Crowson, k-diffusion; Lu et al., arXiv 2211.01095", Order: 2, Evals: twiceButLast, Stochastic: true,
	Formula: "x' = (down/s_S) x + (a_T - (down/s_S) a_S) D(x_M) + s_noise up (c z_M + √(1-c²) z')",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(SNoise, 1, 0, 2), openingKnob},
	tape:    func(o Options) Solver { return DPMppSDE{Eta: o.Value(Eta), SNoise: o.Value(SNoise)} },
}

// Compile emits the tape.
func (s DPMppSDE) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, mid, z, z2 := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if one(from, to) {
			ancestral(b, d, z, from, to, s.Eta, s.SNoise)
			b.Emit(i + 1)
			continue
		}
		m := b.Middle(from, to)
		half := b.At(m)
		down, up := split(from, half, s.Eta)
		k := down.S / from.S
		terms := []tape.Term{{Coef: k, Src: tape.X}, {Coef: half.A - float64(k*from.A), Src: d}}
		if up > 0 {
			b.Noise(z)
			terms = append(terms, tape.Term{Coef: float64(s.SNoise * up), Src: z})
		}
		b.Lin(mid, terms...)
		b.Eval(d, mid, m)

		down, up = split(from, to, s.Eta)
		k = down.S / from.S
		terms = []tape.Term{{Coef: k, Src: tape.X}, {Coef: to.A - float64(k*from.A), Src: d}}
		if up > 0 {
			b.Noise(z2)
			first, rest := s.share(from, half, to)
			up = float64(s.SNoise * up)
			terms = append(terms, tape.Term{Coef: float64(up * first), Src: z}, tape.Term{Coef: float64(up * rest), Src: z2})
		}
		b.Lin(tape.X, terms...)
		b.Emit(i + 1)
	}
	return nil
}

// share is how much of the whole step's noise is that of its first half, and of its second: c and √(1 - c²).
func (s DPMppSDE) share(from, half, to schedule.Level) (first, rest float64) {
	if s.Independent {
		return 0, 1
	}
	c2 := (1 - decay(from, half)) / (1 - decay(from, to))
	return math.Sqrt(c2), math.Sqrt(1 - c2)
}
