package solver

import "tintype/core/schedule"

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
	Kind: KindEulerAncestral, Name: "euler-a",
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
