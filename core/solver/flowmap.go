package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// FlowMap steps with a network that is told both ends of the step and returns the mean velocity between them:
//
//	x' = x - (t - r)·u(x, t, r)     (a = 1 - s, s = t)
//
// K. Frans et al., shortcut models, arXiv 2410.12557; Z. Geng et al., MeanFlow, arXiv 2505.13447. In the letters of
// other solvers: the first-order step, with the D that belongs to that step.
//
// Exact for an exact flow map; one evaluation a step.
type FlowMap struct{}

var flowMapInfo = Info{
	Kind: KindFlowMap, Name: "flow-map",
	Line:   "jumps from level to level with a network that knows both; for shortcut and MeanFlow models, in 1 to 8 steps",
	Source: "Frans et al., arXiv 2410.12557; Geng et al., arXiv 2505.13447", Evals: perStep,
	Formula: "x' = x - (t - r) u(x, t, r)", Needs: NeedsSecondTime,
	tape: func(Options) Solver { return FlowMap{} },
}

// Compile emits the tape.
func (FlowMap) Compile(levels []schedule.Level, b *Draft) error {
	d := b.Buffer()
	for i, to := range levels[1:] {
		b.Jump(d, tape.X, i, i+1)
		firstOrder(b, tape.X, tape.X, d, levels[i], to)
		b.Emit(i + 1)
	}
	return nil
}
