package solver

import "tintype/core/schedule"

// DPMpp2S is DPM-Solver++(2S): half a step in lambda of order 1, then the whole step with the estimate found there:
//
//	y = A(S→M)·x + a_M·(1 - e^(-h/2))·D(x, S),  λ_M = (λ_S + λ_T)/2
//	x' = A·x + a_T·(1 - e^-h)·D(y, M)
//
// C. Lu et al., DPM-Solver++, arXiv 2211.01095, algorithm 1 with r = 1/2. A step to the clean picture is of order 1.
//
// Order 2; two evaluations a step, one in the last: 2n-1.
type DPMpp2S struct{}

var dpmpp2sInfo = Info{
	Kind: KindDPMpp2S, Name: "dpmpp-2s",
	Line:   "half a step, then the whole one with the estimate found there",
	Source: "Lu et al., arXiv 2211.01095", Order: 2, Evals: twiceButLast,
	Formula: "x' = A x + a_T (1 - e^-h) D(y),  y half of h on",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMpp2S{} },
}

// Compile emits the tape.
func (DPMpp2S) Compile(levels []schedule.Level, b *Draft) error {
	return newStages(b, dataOverLambda, dataOverLambda.midpoint, 2).singlestep(b, levels, 0.5)
}
