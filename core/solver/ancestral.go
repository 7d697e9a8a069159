package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// EulerAncestral is Euler's step to less noise than wanted, and fresh noise for the rest. In X = x/a:
//
//	up = η·σ_T·√(1 - σ_T²/σ_S²),  down = √(σ_T² - up²)
//	X' = X + (down - σ_S)·e + s_noise·up·z
//
// K. Crowson, k-diffusion, sample_euler_ancestral. It is DDIM(η) in other letters, and DDPM's small variance at η = 1
// (J. Song et al., arXiv 2010.02502, section 4.1); s_noise is its own.
//
// Weak order 1; one evaluation a step.
type EulerAncestral struct{ Eta, SNoise float64 }

var eulerAncestralInfo = Info{
	Kind: KindEulerAncestral, Name: "euler-a", File: "ancestral.go",
	Line:   "Euler's step with fresh noise in each; lively pictures in 15 to 40 steps",
	Source: "Crowson, k-diffusion; Song et al., arXiv 2010.02502", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "X' = X + (down - σ_S) e + s_noise up z,  up = η σ_T √(1 - σ_T²/σ_S²)",
	Knobs:   []Knob{knob(Eta, 1, 0, 1), knob(SNoise, 1, 0, 2)},
	tape:    func(o Options) Solver { return EulerAncestral{o.Value(Eta), o.Value(SNoise)} },
}

// Compile emits the tape.
func (s EulerAncestral) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	ancestralSteps(levels, b, s.Eta, s.SNoise)
	return nil
}

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
	Kind: KindDPM2Ancestral, Name: "dpm2-a", File: "ancestral.go",
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
			m := b.middle(from, down)
			firstOrder(b, y, tape.X, d, from, b.Level(m))
			b.Eval(d2, y, m)
			k := down.S / from.S
			r := math.Sqrt(decay(from, down))
			c := float64(to.A * (r - 1/r))
			b.Renoise(z, up, s.SNoise, tape.Term{Coef: k, Src: tape.X}, tape.Term{Coef: to.A - float64(k*from.A) + c, Src: d}, tape.Term{Coef: -c, Src: d2})
		}
		b.Arrive(i + 1)
	}
	return nil
}

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
	Kind: KindDPMpp2SAncestral, Name: "dpmpp-2s-a", File: "ancestral.go",
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
			m := b.middle(from, down)
			firstOrder(b, mid, tape.X, d, from, b.Level(m))
			b.Eval(d, mid, m)
			k := down.S / from.S
			b.Renoise(z, up, s.SNoise, tape.Term{Coef: k, Src: tape.X}, tape.Term{Coef: to.A - float64(k*from.A), Src: d})
		}
		b.Arrive(i + 1)
	}
	return nil
}

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
	Kind: KindFlowAncestral, Name: "flow-a", File: "ancestral.go",
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
		b.Arrive(i + 1)
	}
	return nil
}
