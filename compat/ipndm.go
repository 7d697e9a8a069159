package compat

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// planIPNDM extrapolates the noise by the weights of equal steps, on a process of its own: s = sin²(πu/2) and
// a = √(1-s²) for u from 1 down to 0. It begins without signal, where its step keeps the noise and takes the picture
// for 0.
func planIPNDM(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if s.Trained != nil {
		return nil, errors.New("trained_betas: not implemented for this class")
	}
	if err := checkSteps(n, 0); err != nil {
		return nil, err
	}
	u := linspace32(1, 0, n+1)
	levels := make([]schedule.Level, n+1)
	times := make([]float64, n)
	for i := range levels {
		sin, _ := exact.Sincos(f32(f32(u[i]*f32(math.Pi)) / 2))
		noise := f32(f32(sin) * f32(sin))
		if i == n {
			noise = 0
		}
		signal := f32(math.Sqrt(f32(1 - f32(noise*noise))))
		levels[i] = schedule.Level{A: signal, S: noise}
		if i < n {
			times[i] = f32(f32(math.Atan2(noise, signal)/math.Pi) * 2)
			levels[i].T = times[i]
		}
	}
	return newPlan(times, nil, 1, denoise.PredictV.Param(), levels, func(levels []schedule.Level, b *tape.Builder) error {
		d, e := b.Buffer(), b.History(4)
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, tape.X, i)
			b.Lin(e.Push(), tape.Term{Coef: 1 / from.S, Src: tape.X}, tape.Term{Coef: -from.A / from.S, Src: d})
			var terms []tape.Term
			c := to.S
			if from.A > 0 {
				c -= to.A * from.S / from.A
				terms = append(terms, tape.Term{Coef: to.A / from.A, Src: tape.X})
			}
			for k, w := range adamsBashforth[min(i, 3)] {
				terms = append(terms, tape.Term{Coef: c * w, Src: e.Back(k)})
			}
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
}
