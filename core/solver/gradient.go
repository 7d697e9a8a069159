package solver

import "tintype/core/schedule"

// GradientEstimation is Euler along a mean of the last two slopes, which for γ > 1 takes back a part of the last one:
//
//	X' = X + (σ_T - σ_S)·(γ·e0 + (1-γ)·e1)
//
// F. Permenter, C. Yuan, Interpreting and improving diffusion models from an optimization perspective,
// arXiv 2306.04848, algorithm 2. The first step and one to the clean picture are Euler's.
//
// Order 1 (2 on equal steps of σ with γ = 3/2, where it is Adams-Bashforth); one evaluation a step.
type GradientEstimation struct{ Gamma float64 }

var gradientInfo = Info{
	Kind: KindGradientEstimation, Name: "gradient-estimation",
	Line:   "Euler with the last slope's error taken back; sharp with few steps",
	Source: "Permenter & Yuan, arXiv 2306.04848", Order: 1, Evals: perStep,
	Formula: "X' = X + (σ_T - σ_S)(γ e0 + (1-γ) e1)",
	Knobs:   []Knob{knob(Slopes, 2, 1, 3)},
	tape:    func(o Options) Solver { return GradientEstimation{Gamma: o.Value(Slopes)} },
}

// Compile emits the tape.
func (s GradientEstimation) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	weigh := func(from, to schedule.Level, _ []schedule.Level) weights {
		return weights{float64(noiseOverSigma.moments(from, to)[0] * (1 - s.Gamma))}
	}
	return multistep{order: 2, slope: true, weigh: weigh}.Compile(levels, b)
}
