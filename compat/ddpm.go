package compat

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
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
	if err := checkSteps(n, o.Steps); err != nil {
		return nil, nil, err
	}
	t, err := o.table(extraBetas)
	if err != nil {
		return nil, nil, err
	}
	times, err := o.timesByN(n, true)
	return t, times, err
}

// planDDPM differs from solver.DDPM in its last step, which adds noise unless its time is 0: with fixed_large much
// of it. β = 1 - ᾱ_S/ᾱ_T is rounded to float32 on the way.
func planDDPM(s *Scheduler, n int, _ Settings) (*Plan, error) { return s.ddpm(n, nil) }

// ddpm takes the β of a step that is a whole trained one from betas, unless that is nil.
func (s *Scheduler) ddpm(n int, betas []float64) (*Plan, error) {
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
	switch s.Variance {
	case "", "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log":
	default:
		return nil, fmt.Errorf("variance_type %q: the network would have to return a variance too", s.Variance)
	}
	p, err := newPlan(times, nil, 1, param, levels, func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, tape.X, i)
			barS, barT := f32(from.A*from.A), f32(to.A*to.A)
			if to.T < 0 {
				barT = 1 // a time below 0 is read from the table's end only where a step begins
			}
			keep := f32(barS / barT)
			beta, noiseS, noiseT := f32(1-keep), f32(1-barS), f32(1-barT)
			if betas != nil && (from.T == 0 || to.T == from.T-1) {
				beta = betas[int(from.T)]
			}
			v := max(f32(f32(noiseT/noiseS)*beta), 1e-20)
			switch s.Variance {
			case "fixed_large":
				v = beta
			case "fixed_large_log":
				v = exact.Log(beta) // whose root is a number where β is 1 only
			}
			x := tape.Term{Coef: math.Sqrt(keep) * noiseT / noiseS, Src: tape.X}
			clean := tape.Term{Coef: math.Sqrt(barT) * beta / noiseS, Src: d}
			if from.T > 0 {
				b.Noise(z)
				b.Lin(tape.X, x, clean, tape.Term{Coef: math.Sqrt(v), Src: z})
			} else {
				b.Lin(tape.X, x, clean)
			}
			b.Arrive(i + 1)
		}
		return nil
	})
	if err == nil {
		p.Bound = s.bound()
	}
	return p, err
}

// planUnCLIP is planDDPM on times that include both ends. Its pipelines tell the class the time that a step goes to.
func planUnCLIP(s *Scheduler, n int, _ Settings) (*Plan, error) {
	switch {
	case n < 2:
		return nil, errors.New("1 step: the reference divides by 0 and fails")
	case s.Variance != "fixed_small_log":
		return nil, fmt.Errorf("variance_type %q is not one that the class knows, or the network would have to return a variance too", s.Variance)
	case s.Betas != "squaredcos_cap_v2":
		return nil, fmt.Errorf("beta_schedule %q is not one that the class knows", s.Betas)
	case s.Prediction == "v_prediction":
		return nil, fmt.Errorf("prediction_type %q is not one that the class knows", s.Prediction)
	}
	betas, err := s.betaTable(0)
	if err != nil {
		return nil, err
	}
	s.Spacing = "linspace"
	return s.ddpm(n, betas)
}
