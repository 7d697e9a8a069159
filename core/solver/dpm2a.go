package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// DPM2Ancestral goes to less noise than wanted with the slope of the middle, and adds fresh noise for the rest. In
// X = x/a, with up and down as in EulerAncestral:
//
//	X_M = X + (σ_M - σ_S)·e,  σ_M = √(σ_S·down)
//	X'  = X + (down - σ_S)·e_M + s_noise·up·z,  e_M = (X_M - D(X_M))/σ_M
//
// K. Crowson, k-diffusion, sample_dpm_2_ancestral, after algorithm 2 of T. Karras et al., arXiv 2206.00364. Since
// e_M = e + (D - D_M)/σ_M, and with k = down/σ_S,
//
//	x' = [the step to down with D] + a_T·(√k - 1/√k)·(D - D_M) + s_noise·a_T·up·z
//
// which does not cancel where σ_S is large. A step to the clean picture or from pure noise is EulerAncestral's.
//
// Weak order 2; two evaluations a step, one in the last: 2n-1.
type DPM2Ancestral struct{ Eta, SNoise float64 }

var dpm2AncestralInfo = Info{
	Kind: KindDPM2Ancestral, Name: "dpm2-a",
	Line:   "the slope of the middle of each step, and fresh noise; two evaluations a step",
	Source: "Crowson, k-diffusion", Order: 2, Evals: twiceButLast, Stochastic: true,
	Formula: "X' = X + (down - σ_S) e_M + s_noise up z,  σ_M = √(σ_S down)",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(SNoise, 1, 0, 2), openingKnob},
	tape:    func(o Options) Solver { return DPM2Ancestral{o.Value(Eta), o.Value(SNoise)} },
}

// Compile emits the tape.
func (s DPM2Ancestral) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, y, d2, z := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if down, up := split(from, to, s.Eta); one(from, down) {
			ancestral(b, d, z, from, to, s.Eta, s.SNoise)
		} else {
			m := b.Middle(from, down)
			firstOrder(b, y, tape.X, d, from, b.At(m))
			b.Eval(d2, y, m)
			k := down.S / from.S
			r := math.Sqrt(decay(from, down))
			c := float64(to.A * (r - 1/r))
			b.Renoise(z, up, s.SNoise, tape.Term{Coef: k, Src: tape.X}, tape.Term{Coef: to.A - float64(k*from.A) + c, Src: d}, tape.Term{Coef: -c, Src: d2})
		}
		b.Emit(i + 1)
	}
	return nil
}
