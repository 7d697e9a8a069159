package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// DDPMLearned is DDPM with a variance of each value between the small one and the large one, as the network's second
// output v in -1..1 has it:
//
//	x' = A·e^-h·x + a_T·(1 - e^-2h)·D + √var·z
//	ln var = f·ln large + (1-f)·ln small,  f = (v + 1)/2
//
// A. Nichol, P. Dhariwal, Improved DDPM, arXiv 2102.09672, eq. 15; small and large as in DDPM. No noise is added in the
// step to the clean picture, so ln small is finite.
//
// Weak order 1; one evaluation a step.
type DDPMLearned struct{}

var ddpmLearnedInfo = Info{
	Kind: KindDDPMLearned, Name: "ddpm-learned",
	Line:   "draws each step with the variance that the network returns beside its prediction",
	Source: "Nichol, Dhariwal, arXiv 2102.09672", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-h x + a_T (1 - e^-2h) D + √var z,  ln var = f ln large + (1-f) ln small",
	Needs:   NeedsVariance,
	tape:    func(Options) Solver { return DDPMLearned{} },
}

// Compile emits the tape.
func (DDPMLearned) Compile(levels []schedule.Level, b *Draft) error {
	d, v, z := b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		k := decay(from, to)
		gone := float64((1 - k) * (1 + k))
		x, clean := tape.Term{Coef: float64(to.S/from.S) * k, Src: tape.X}, tape.Term{Coef: to.A * gone, Src: d}
		if to.S == 0 {
			b.Lin(tape.X, x, clean)
			b.Emit(i + 1)
			continue
		}
		r := from.A / to.A
		small := exact.Log(float64(to.S*to.S) * gone)
		large := exact.Log((1 - r) * (1 + r))
		// √var = exp(ln small/2 + f·(ln large - ln small)/2)
		half := 0.25 * (large - small)
		b.Second(v)
		b.Exp(v, v, 0.5*small+half, half)
		b.Noise(z)
		b.Mul(z, v, z)
		b.Lin(tape.X, x, clean, tape.Term{Coef: 1, Src: z})
		b.Emit(i + 1)
	}
	return nil
}

// lastNoise caps the deviation of a run's last noise at y grey levels of 256 in pictures of -1..1, on average:
// σ·E|z| = σ·√(2/π) <= y·2/255. Without a cap, or before the last, it is +Inf.
func lastNoise(levels []schedule.Level, i int, y float64) float64 {
	if n := len(levels) - 1; y == 0 || levels[n].S > 0 || i != n-2 {
		return math.Inf(1)
	}
	return y * 2 / 255 * math.Sqrt(math.Pi/2)
}
