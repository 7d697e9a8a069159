package solver

import (
	"math"

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
		Kind: k, Name: name, File: "students.go", Line: line, Source: source, Evals: perStep, Stochastic: true,
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
		b.Arrive(i + 1)
	}
	return nil
}

// CM samples a consistency model in several steps: the model's map f takes any level to σ_min, and noise is added from
// there. In X = x/a:
//
//	X' = f(x, S) + s_noise·√(σ_T² - σ_min²)·z,  in the last step x' = f
//
// Y. Song et al., Consistency models, arXiv 2303.01469, algorithm 1. σ_min is the cleanest of the process, where f is
// the identity.
//
// One evaluation a step.
type CM struct{ SNoise float64 }

var cmInfo = Info{
	Kind: KindCM, Name: "cm", File: "students.go",
	Line:   "draws fresh noise around each estimate; for consistency models, in 1 to 4 steps",
	Source: "Song et al., arXiv 2303.01469", Evals: perStep, Stochastic: true,
	Formula: "X' = f(x, S) + s_noise √(σ_T² - σ_min²) z",
	Knobs:   []Knob{knob(SNoise, 1, 0, 2)},
	tape:    func(o Options) Solver { return CM{o.Value(SNoise)} },
}

// Compile emits the tape.
func (s CM) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	if b.lost = b.process == nil; b.lost {
		return nil
	}
	_, lo := b.process.Range()
	for i, to := range levels[1:] {
		b.Eval(d, tape.X, i)
		up := 0.0
		if lo.Below(to) { // s_T² - (a_T·σ_min)², finite without signal
			r := lo.Sigma() * to.A / to.S
			up = float64(to.S * math.Sqrt(float64((1-r)*(1+r))))
		}
		b.Renoise(z, up, s.SNoise, tape.Term{Coef: to.A, Src: d})
		b.Arrive(i + 1)
	}
	return nil
}

// TCD goes a part γ further down than the step by DDIM, and comes back up with fresh noise. With M the level of the
// time ⌊(1-γ)·T⌋:
//
//	y  = a_M·D + s_M·e
//	x' = (a_T/a_M)·y + √(s_T² - (s_M·a_T/a_M)²)·z
//
// J. Zheng et al., Trajectory consistency distillation, arXiv 2402.19159, algorithm 2. γ = 0 is DDIM; γ = 1 draws all of
// the noise down to the first trained level, as a consistency model does. No noise is drawn in a step to the clean
// picture, or to time 0.
//
// One evaluation a step.
type TCD struct{ Gamma float64 }

var tcdInfo = Info{
	Kind: KindTCD, Name: "tcd", File: "students.go",
	Line:   "steps further down than asked and comes back with fresh noise; for trajectory consistency models, in 2 to 8 steps",
	Source: "Zheng et al., arXiv 2402.19159", Evals: perStep, Stochastic: true,
	Formula: "y = a_M D + s_M e,  x' = (a_T/a_M) y + √(s_T² - (s_M a_T/a_M)²) z",
	Knobs:   []Knob{knob(Gamma, 0.3, 0, 1)},
	tape:    func(o Options) Solver { return TCD{o.Value(Gamma)} },
}

// Compile emits the tape.
func (s TCD) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		if mid := s.below(b.process, to); mid != to {
			r := to.A / mid.A
			keep := float64(r*mid.S) / from.S
			m := float64(mid.S*to.A) / float64(mid.A*to.S) // σ_M/σ_T
			up := float64(to.S * math.Sqrt(float64((1-m)*(1+m))))
			b.Renoise(z, up, 1, tape.Term{Coef: keep, Src: tape.X}, tape.Term{Coef: to.A - float64(keep*from.A), Src: d})
		} else {
			firstOrder(b, tape.X, tape.X, d, from, to)
		}
		b.Arrive(i + 1)
	}
	return nil
}

// below is M, or to itself if the way down is nothing. A process of trained steps has no times between them.
func (s TCD) below(p schedule.Process, to schedule.Level) schedule.Level {
	if to.S == 0 || s.Gamma == 0 {
		return to
	}
	t := float64((1 - s.Gamma) * to.T)
	if _, ok := p.(schedule.Stepped); ok {
		t = math.Floor(t)
	}
	if mid := p.AtTime(t); mid.Below(to) {
		return mid
	}
	return to
}

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
	Kind: KindFlowMap, Name: "flow-map", File: "students.go",
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
		b.Arrive(i + 1)
	}
	return nil
}
