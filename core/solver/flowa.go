package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// FlowAncestral is Euler's step of a flow model (a = 1 - s) to less noise than wanted, and fresh noise for the rest:
//
//	down = s_T·(1 + η·(s_T/s_S - 1)),  r = (1 - s_T)/(1 - down)
//	x' = r·(x + (down - s_S)·u) + √(s_T² - (r·down)²)·z
//
// as stable-diffusion.cpp (src/runtime/denoiser.hpp) and LTX-Video have it. It differs from euler-a, which runs on flow
// models as on others, in how η shares the noise out. On another process it steps in that flow model's coordinates,
// x/(a + s).
//
// Weak order 1; one evaluation a step.
type FlowAncestral struct{ Eta, SNoise float64 }

var flowAncestralInfo = Info{
	Kind: KindFlowAncestral, Name: "flow-a",
	Line:   "a flow's Euler step with fresh noise in each, shared out in the flow's own time",
	Source: "Leejet, stable-diffusion.cpp; HaCohen et al., arXiv 2501.00103", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = r (x + (down - s_S) u) + s_noise √(s_T² - (r down)²) z,  r = (1 - s_T)/(1 - down)",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(SNoise, 1, 0, 2)},
	tape:    func(o Options) Solver { return FlowAncestral{o.Value(Eta), o.Value(SNoise)} },
}

// Compile emits the tape.
func (s FlowAncestral) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		wide := to.A + to.S
		sS, sT := from.S/(from.A+from.S), to.S/wide
		down := float64(sT * (1 + float64(s.Eta*(sT/sS-1))))
		r := (1 - sT) / (1 - down)
		left := float64(r * down)
		up := float64(wide * math.Sqrt(max(float64((sT-left)*(sT+left)), 0)))
		keep := float64(wide*left) / from.S
		b.Renoise(z, up, s.SNoise, tape.Term{Coef: keep, Src: tape.X}, tape.Term{Coef: to.A - float64(keep*from.A), Src: d})
		b.Emit(i + 1)
	}
	return nil
}
