package solver

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// DDPM draws from the reverse process' own Gaussian, with D in the place of the clean picture:
//
//	x' = A·e^-h·x + a_T·(1 - e^-2h)·D + √var·z
//	var = s_T²·(1 - e^-2h)     small: the variance of q(x_T | x_S, x0)
//	    = 1 - (a_S/a_T)²       large: the β of the step
//
// J. Ho et al., Denoising diffusion probabilistic models, arXiv 2006.11239, eq. 7 and section 3.2, for steps of any
// length. No noise is added in the step to the clean picture, whatever the variance (there s_T = 0).
//
// Weak order 1; one evaluation a step.
type DDPM struct{ Variance int } // VarianceSmall or VarianceLarge

var ddpmInfo = Info{
	Kind: KindDDPM, Name: "ddpm",
	Line:   "draws each step from the reverse process, as in the first paper; wants many steps",
	Source: "Ho et al., arXiv 2006.11239", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = A e^-h x + a_T (1 - e^-2h) D + √var z",
	Knobs:   []Knob{knob(Variance, VarianceSmall, VarianceSmall, VarianceLarge)},
	tape:    func(o Options) Solver { return DDPM{Variance: o.Whole(Variance)} },
}

// Compile emits the tape.
func (s DDPM) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, z := b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		k := decay(from, to)
		gone := float64((1 - k) * (1 + k)) // 1 - e^-2h
		x, clean := tape.Term{Coef: float64(to.S/from.S) * k, Src: tape.X}, tape.Term{Coef: to.A * gone, Src: d}
		v := float64(to.S*to.S) * gone
		if s.Variance == VarianceLarge && to.S > 0 {
			r := from.A / to.A
			v = (1 - r) * (1 + r)
		}
		if v > 0 {
			b.Noise(z)
			b.Lin(tape.X, x, clean, tape.Term{Coef: math.Sqrt(v), Src: z})
		} else {
			b.Lin(tape.X, x, clean)
		}
		b.Emit(i + 1)
	}
	return nil
}
