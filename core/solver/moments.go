package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Moments is Analytic with a spread of each value, which a second output of the network tells:
//
//	x' = a_T·D + √(s_T² - v)·e + √var·z,  var = v + w²·C
//	C = clamp((s_S/a_S)²·(n2 - e²), 0, 1)     SN: n2 = E[ε² | x], the second moment of the noise
//	  = clamp((s_S/a_S)²·g, 0, 1)             NPR: g = E[(ε - e)² | x], the squared error of the prediction
//
// F. Bao et al., Estimating the optimal covariance, arXiv 2206.07309, theorems 3.2 and 3.3; v, w and the cap of the last
// noise as in Analytic. SN is right for an exact network only; NPR forgives its errors.
//
// Weak order 1; one evaluation a step.
type Moments struct {
	Eta, Cap float64
	Error    bool // NPR
}

var snInfo = Info{
	Kind: KindSN, Name: "sn-dpm",
	Line:   "draws each value with its own best variance, from a second moment that the network returns",
	Source: "Bao et al., arXiv 2206.07309, theorem 3.2", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = a_T D + √(s_T² - v) e + √(v + w² C) z,  C = (s_S/a_S)² (n2 - e²)",
	Knobs:   analyticInfo.Knobs, Needs: NeedsSecondMoment,
	tape: func(o Options) Solver { return Moments{Eta: o.Value(Eta), Cap: o.Value(NoiseCap)} },
}

var nprInfo = Info{
	Kind: KindNPR, Name: "npr-dpm",
	Line:   "draws each value with its own best variance, from a squared error that the network returns",
	Source: "Bao et al., arXiv 2206.07309, theorem 3.3", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = a_T D + √(s_T² - v) e + √(v + w² C) z,  C = (s_S/a_S)² g",
	Knobs:   analyticInfo.Knobs, Needs: NeedsError,
	tape: func(o Options) Solver { return Moments{o.Value(Eta), o.Value(NoiseCap), true} },
}

// Compile emits the tape.
func (s Moments) Compile(levels []schedule.Level, b *Draft) error {
	if err := s.valid(); err != nil {
		return err
	}
	d, c, e, z := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		b.Eval(d, tape.X, i)
		m := newMarginal(from, to, s.Eta)
		if from.A == 0 || to.S == 0 {
			ancestral(b, d, z, from, to, s.Eta, 1)
			b.Emit(i + 1)
			continue
		}
		r := from.Sigma()
		r = float64(r * r)
		b.Second(c)
		if !s.Error {
			b.Lin(e, tape.Term{Coef: 1 / from.S, Src: tape.X}, tape.Term{Coef: -from.A / from.S, Src: d})
			b.Mul(e, e, e)
			b.Lin(c, tape.Term{Coef: 1, Src: c}, tape.Term{Coef: -1, Src: e})
		}
		b.Spread(c, c, m.v, float64(m.w*m.w), r, lastNoise(levels, i, s.Cap))
		b.Noise(z)
		b.Mul(z, c, z)
		b.Lin(tape.X, tape.Term{Coef: m.keep, Src: tape.X}, tape.Term{Coef: m.w, Src: d}, tape.Term{Coef: 1, Src: z})
		b.Emit(i + 1)
	}
	return nil
}
