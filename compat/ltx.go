package compat

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// planLTX steps down further than it should and renoises, on the sigmas of planFlowEuler's class with its defaults:
//
//	down = σ_T·(1 + η·(σ_T/σ_S - 1)),  x' = (1-σ_T)/(1-down)·((down/σ_S)·x + (1 - down/σ_S)·D) + up·z
func planLTX(s *Scheduler, n int, _ Settings) (*Plan, error) {
	times, sigmas, err := s.flowRun(n)
	if err != nil {
		return nil, err
	}
	return newPlan(times, sigmas, 1, flowParam, flowLevels(times, sigmas), func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, tape.X, i)
			down := to.S * (1 + float64((to.S/from.S-1)*s.Eta))
			keep := down / from.S
			terms := []tape.Term{{Coef: keep, Src: tape.X}, {Coef: 1 - keep, Src: d}}
			if to.S > 0 && s.Eta > 0 && s.NoiseScale > 0 {
				back := to.A / (1 - down)
				for k := range terms {
					terms[k].Coef *= back
				}
				b.Noise(z)
				up := math.Sqrt(max(float64(to.S*to.S)-float64(down*back*down*back), 0))
				terms = append(terms, tape.Term{Coef: up * s.NoiseScale, Src: z})
			}
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
}
