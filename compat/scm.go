package compat

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// The times of SCM's first and, in two steps, second call.
const (
	mostSCM   = 1.57080
	middleSCM = 1.3
)

// planSCM is x' = cos t·D + sin t·σ_data·z between angles. Two steps have a second time of their own.
func planSCM(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if s.Prediction != "trigflow" {
		return nil, errors.New("prediction_type: the class knows trigflow only")
	}
	if err := checkSteps(n, s.Steps); err != nil {
		return nil, err
	}
	times := linspace32(mostSCM, 0, n+1)
	if n == 2 {
		times[1] = f32(middleSCM)
	}
	levels := make([]schedule.Level, n+1)
	for i, t := range times {
		sin, cos := exact.Sincos(t)
		levels[i] = schedule.Level{T: t, A: cos, S: sin * s.SigmaData}
	}
	levels[0].A = max(levels[0].A, 0) // the first angle is a little above a right one
	param := denoise.Reading{Prediction: denoise.PredictTrig, Data: s.SigmaData}.Param()
	return newPlan(times[:n], nil, math.Abs(s.SigmaData), param, levels, func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			b.Eval(d, tape.X, i)
			terms := []tape.Term{{Coef: to.A, Src: d}}
			b.Noise(z)
			b.Lin(tape.X, append(terms, tape.Term{Coef: to.S, Src: z})...)
			b.Arrive(i + 1)
		}
		return nil
	})
}
