package solver

import "tintype/core/schedule"

// DPM2 is the midpoint method with the middle in log σ (KDPM2): half a step by Euler, then the whole step along the
// slope found there:
//
//	σ_M = √(σ_S·σ_T),  Y = X + (σ_M - σ_S)·e
//	X' = X + (σ_T - σ_S)·e(Y, M)
//
// T. Karras et al., arXiv 2206.00364, section 3, after C. Lu et al., arXiv 2206.00927; K. Crowson's k-diffusion named
// it. With churn, noise is raised before each step. A step to the clean picture is Euler's.
//
// Order 2 (weak order 2 with a churn that n does not change); two evaluations a step, one in the last: 2n-1.
type DPM2 struct{ Churn Churn }

var dpm2Info = Info{
	Kind: KindDPM2, Name: "dpm2",
	Line:   "half a step in log sigma, then the whole one along the slope found there",
	Source: "Karras et al., arXiv 2206.00364; Crowson, k-diffusion", Order: 2, Evals: twiceButLast,
	Formula: "X' = X + (σ_T - σ_S) e(Y),  Y at √(σ_S σ_T) by Euler",
	Knobs:   append(churnKnobs[:len(churnKnobs):len(churnKnobs)], openingKnob),
	tape:    func(o Options) Solver { return DPM2{churn(o)} },
}

// Compile emits the tape.
func (s DPM2) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	whole := func(from, to schedule.Level, _ []schedule.Level) weights {
		return weights{noiseOverSigma.moments(from, to)[0]}
	}
	st, z := newStages(b, noiseOverSigma, whole, 2), b.Buffer()
	for i := range levels[1:] {
		st.over(b, s.Churn.raise(b, z, i), i+1, 0.5)
	}
	return nil
}
