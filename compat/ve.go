package compat

import (
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// planScoreSdeVe is the predictor-corrector of the variance-exploding process, as its pipeline runs it: Langevin steps
// at σ(t), then x' = x + v·score + √v·z with v = σ_i² - σ_{i-1}² of whole steps, i = ⌊t·(n-1)⌋; the last step returns
// its mean. Times run from 1 to sampling_eps, so the sigmas of the two parts differ a little.
func planScoreSdeVe(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if err := checkSteps(n, 0); err != nil {
		return nil, err
	}
	times := linspace32(1, s.SamplingEps, n)
	whole := linspace32(exact.Log(s.SigmaMin), exact.Log(s.SigmaMax), n)
	sigmas := make([]float64, n)
	for i, t := range times {
		sigmas[i] = f32(s.SigmaMin * exact.Pow(s.SigmaMax/s.SigmaMin, t))
	}
	at := func(i int) float64 {
		if i < 0 {
			return 0
		}
		return f32(exact.Exp(whole[i]))
	}
	levels := scaled(sigmas, append(singles(sigmas), 0))
	param := denoise.Reading{Prediction: denoise.PredictScore, Time: denoise.TimeSigma}.Param()
	return newPlan(sigmas, sigmas, s.SigmaMax, param, levels, func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, from := range levels[:n] {
			for range s.Corrections {
				b.Eval(d, tape.X, i)
				b.Noise(z)
				b.Langevin(d, z, from, 2*s.SNR*s.SNR)
			}
			b.Eval(d, tape.X, i)
			k := int(f32(times[i] * float64(n-1)))
			v := f32(f32(at(k)*at(k)) - f32(at(k-1)*at(k-1)))
			gain := v / float64(from.S*from.S)
			terms := []tape.Term{{Coef: 1 - gain, Src: tape.X}, {Coef: gain, Src: d}}
			if i < n-1 {
				b.Noise(z)
				terms = append(terms, tape.Term{Coef: math.Sqrt(v), Src: z})
			}
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
}
