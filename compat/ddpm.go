package compat

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/sampler"
	"tintype/core/schedule"
)

// visit are the levels of times in the table, and after them that of ᾱ = last.
func (t table) visit(times []float64, last float64) ([]schedule.Level, error) {
	levels := make([]schedule.Level, 0, len(times)+1)
	for _, time := range times {
		bar, err := t.at(int(time))
		if err != nil {
			return nil, err
		}
		levels = append(levels, level(time, bar))
	}
	return append(levels, level(0, last)), nil
}

// stepped reads what DDPM, DDIM and their like share: the table and the whole times of n steps.
func (o *options) stepped(n, extraBetas int) (table, []float64, error) {
	if err := checkSteps(n, o.steps); err != nil {
		return nil, nil, err
	}
	t, err := o.table(extraBetas)
	if err != nil {
		return nil, nil, err
	}
	times, err := o.timesByN(n, true)
	return t, times, err
}

// planDDPM differs from sampler.DDPM in its last step, which adds noise unless its time is 0: with fixed_large much
// of it. β = 1 - ᾱ_S/ᾱ_T is rounded to float32 on the way.
func planDDPM(s *Scheduler, n int, _ Settings) (*Plan, error) {
	t, times, err := s.stepped(n, betaLaplace|betaSigmoid)
	if err != nil {
		return nil, err
	}
	levels, err := t.visit(times, 1)
	if err != nil {
		return nil, err
	}
	s.bounded(levels)
	param, err := s.param()
	if err != nil {
		return nil, err
	}
	switch s.variance {
	case "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log":
	default:
		return nil, fmt.Errorf("variance_type %q: the network would have to return a variance too", s.variance)
	}
	p, err := newPlan(times, nil, 1, param, levels, func(levels []schedule.Level, b *sampler.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, sampler.X, i)
			barS, barT := f32(from.A*from.A), f32(to.A*to.A)
			if to.T < 0 {
				barT = 1 // a time below 0 is read from the table's end only where a step begins
			}
			keep := f32(barS / barT)
			beta, noiseS, noiseT := f32(1-keep), f32(1-barS), f32(1-barT)
			v := max(f32(f32(noiseT/noiseS)*beta), 1e-20)
			switch s.variance {
			case "fixed_large":
				v = beta
			case "fixed_large_log":
				v = exact.Log(beta) // whose root is a number where β is 1 only
			}
			x := sampler.Term{Coef: math.Sqrt(keep) * noiseT / noiseS, Src: sampler.X}
			clean := sampler.Term{Coef: math.Sqrt(barT) * beta / noiseS, Src: d}
			if from.T > 0 {
				b.Noise(z)
				b.Lin(sampler.X, x, clean, sampler.Term{Coef: math.Sqrt(v), Src: z})
			} else {
				b.Lin(sampler.X, x, clean)
			}
			b.Emit(i + 1)
		}
		return nil
	})
	if err == nil {
		p.Bound = s.bound()
	}
	return p, err
}
