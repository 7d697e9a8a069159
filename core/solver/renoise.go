package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Renoise goes to the estimate of the clean picture, and from there back up with fresh noise only:
//
//	x' = a_T·D + s_T·z,  in the last step x' = D
//
// Of a network that maps any level to the clean picture in one call this is the sampler it was distilled for, and the
// boundary belongs to D: S. Luo et al., Latent consistency models, arXiv 2310.04378, algorithm 3; C. Lu, Y. Song, sCM,
// arXiv 2410.11081 (there a_T = cos t and s_T = σ_data·sin t); T. Yin et al., DMD2, arXiv 2405.14867; and the stochastic
// sampler of flow models (a_T = 1 - s_T). Of a teacher it is DDIM with all of the noise replaced.
//
// One evaluation a step.
type Renoise struct{}

var lcmInfo = renoiseInfo(KindLCM, "lcm", "draws fresh noise around each estimate; for latent consistency models, in 1 to 8 steps",
	"Luo et al., arXiv 2310.04378")

var scmInfo = renoiseInfo(KindSCM, "scm", "draws fresh noise around each estimate; for continuous-time consistency models, in 1 to 4 steps",
	"Lu, Song, arXiv 2410.11081")

var flowStochasticInfo = renoiseInfo(KindFlowStochastic, "flow-stochastic", "draws fresh noise around each estimate; for distilled flow models",
	"Liu et al., arXiv 2209.03003")

func renoiseInfo(k Kind, name, line, source string) Info {
	return Info{
		Kind: k, Name: name, Line: line, Source: source, Evals: perStep, Stochastic: true,
		Formula: "x' = a_T D + s_T z",
		tape:    func(Options) Solver { return Renoise{} },
	}
}

// Compile emits the tape.
func (Renoise) Compile(levels []schedule.Level, b *Draft) error {
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		b.Eval(d, tape.X, i)
		b.Renoise(z, to.S, 1, tape.Term{Coef: to.A, Src: d})
		b.Emit(i + 1)
	}
	return nil
}
