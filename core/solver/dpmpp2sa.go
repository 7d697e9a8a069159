package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// DPMpp2SAncestral is the single-step DPM-Solver++(2S) to less noise than wanted, and fresh noise for the rest; up and
// down as in EulerAncestral:
//
//	x_M = the first-order step to λ_M = (λ_S + λ_down)/2 with D(x, S)
//	x'  = the first-order step to down with D(x_M, M), + s_noise·a_T·up·z
//
// C. Lu et al., arXiv 2211.01095, algorithm 1 with r = 1/2; the ancestral form is K. Crowson's, k-diffusion,
// sample_dpmpp_2s_ancestral. A step to the clean picture or from pure noise is EulerAncestral's.
//
// Weak order 2; two evaluations a step, one in the last: 2n-1.
type DPMpp2SAncestral struct{ Eta, SNoise float64 }

var dpmpp2SAncestralInfo = Info{
	Kind: KindDPMpp2SAncestral, Name: "dpmpp-2s-a",
	Line:   "DPM-Solver++ through the middle of each step, and fresh noise; two evaluations a step",
	Source: "Lu et al., arXiv 2211.01095; Crowson, k-diffusion", Order: 2, Evals: twiceButLast, Stochastic: true,
	Formula: "x' = (down/s_S) x + (a_T - (down/s_S) a_S) D(x_M) + s_noise up z",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(SNoise, 1, 0, 2), openingKnob},
	tape:    func(o Options) Solver { return DPMpp2SAncestral{o.Value(Eta), o.Value(SNoise)} },
}

// Compile emits the tape.
func (s DPMpp2SAncestral) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, mid, z := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if down, up := split(from, to, s.Eta); one(from, down) {
			ancestral(b, d, z, from, to, s.Eta, s.SNoise)
		} else {
			m := b.Middle(from, down)
			firstOrder(b, mid, tape.X, d, from, b.At(m))
			b.Eval(d, mid, m)
			k := down.S / from.S
			b.Renoise(z, up, s.SNoise, tape.Term{Coef: k, Src: tape.X}, tape.Term{Coef: to.A - float64(k*from.A), Src: d})
		}
		b.Emit(i + 1)
	}
	return nil
}
