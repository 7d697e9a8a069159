package solver

import "tintype/core/schedule"

// RES2S is the refined exponential solver of two stages: the line of D through the start and the middle of the step
// in lambda, integrated exactly:
//
//	y at λ_S + h/2 by order 1
//	x' = A·x + a_T·h·((φ1 - φ2/c2)·m + φ2/c2·D(y)),  c2 = 1/2, φ of -h
//
// Q. Zhang et al., Improved order analysis and design of exponential integrator for diffusion models,
// arXiv 2308.02157, algorithm 1. A step to the clean picture is of order 1.
//
// Order 2; two evaluations a step, one in the last: 2n-1.
type RES2S struct{}

var res2sInfo = Info{
	Kind: KindRES2S, Name: "res-2s",
	Line:   "the refined exponential solver with an estimate in the middle of each step",
	Source: "Zhang et al., arXiv 2308.02157", Order: 2, Evals: twiceButLast,
	Formula: "x' = A x + a_T h ((φ1 - 2 φ2) m + 2 φ2 D(y)),  y half of h on",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return RES2S{} },
}

// Compile emits the tape.
func (RES2S) Compile(levels []schedule.Level, b *Draft) error {
	return newStages(b, dataOverLambda, dataOverLambda.exact, 2).singlestep(b, levels, 0.5)
}
