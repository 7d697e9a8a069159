package solver

import "tintype/core/schedule"

// RESMultistep is the second-order refined exponential solver: D as a line over lambda through the last two
// estimates, integrated exactly by φ functions:
//
//	x' = A·x + a_T·h·(φ1·m0 + φ2·d0),  φ of -h
//
// Q. Zhang et al., Improved order analysis and design of exponential integrator for diffusion models,
// arXiv 2308.02157, the multistep form. h·φ1 = p1 and h·φ2 = p2, so this is DPM-Solver++(2M) in its form "heun".
//
// Order 2; one evaluation a step.
type RESMultistep struct{}

var resMultistepInfo = Info{
	Kind: KindRESMultistep, Name: "res-multistep",
	Line:   "the refined exponential solver from the last two estimates; the same as dpmpp-2m with correction heun",
	Source: "Zhang et al., arXiv 2308.02157", Order: 2, Evals: perStep,
	Formula: "x' = A x + a_T h (φ1 m0 + φ2 d0)",
	tape:    func(Options) Solver { return RESMultistep{} },
}

// Compile emits the tape.
func (RESMultistep) Compile(levels []schedule.Level, b *Draft) error {
	return multistep{order: 2, weigh: dataOverLambda.exact}.Compile(levels, b)
}
