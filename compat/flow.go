package compat

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// flowLevels are those of x = (1-σ)·x0 + σ·ε.
func flowLevels(times, sigmas []float64) []schedule.Level {
	levels := make([]schedule.Level, len(sigmas))
	for i, s := range sigmas {
		levels[i] = schedule.Level{A: 1 - s, S: s}
		if i < len(times) {
			levels[i].T = times[i]
		}
	}
	return levels
}

// shifted moves a flow's sigma towards the noise: k·σ/(1 + (k-1)·σ).
func shifted(k, sigma float64) float64 { return k * sigma / (1 + float64((k-1)*sigma)) }

// flowSigmas are n sigmas between the ends of the table. The ends are kept shifted, and what lies between them is
// shifted again.
func (s *Scheduler) flowSigmas(n int, dynamic bool, mu float64) ([]float64, error) {
	if err := checkSteps(n, 0); err != nil {
		return nil, err
	}
	hi, lo := 1.0, f32(1/float64(s.Steps))
	if !dynamic {
		k := f32(s.Shift)
		once := func(v float64) float64 { return f32(f32(k*v) / f32(1+f32(f32(s.Shift-1)*v))) }
		hi, lo = once(hi), once(lo)
	}
	total := float64(s.Steps)
	sigmas := linspace(hi*total, lo*total, n)
	for i := range sigmas {
		sigmas[i] /= total
		if !dynamic {
			sigmas[i] = shifted(s.Shift, sigmas[i])
			continue
		}
		if math.IsNaN(mu) {
			return nil, errors.New("use_dynamic_shifting: needs a mu")
		}
		sigmas[i] = s.timeShifted(mu, sigmas[i])
	}
	return sigmas, nil
}

// timeShifted is the shift by mu that dynamic shifting takes.
func (o *options) timeShifted(mu, sigma float64) float64 {
	if o.TimeShift == "exponential" {
		mu = exact.Exp(mu)
	}
	return mu / (mu + (1/sigma - 1))
}

// stretched moves the last sigma to shift_terminal.
func (o *options) stretched(sigmas []float64) {
	if !(o.ShiftTerminal > 0) {
		return
	}
	scale := (1 - sigmas[len(sigmas)-1]) / (1 - o.ShiftTerminal)
	for i, s := range sigmas {
		sigmas[i] = 1 - (1-s)/scale
	}
}

// flowTimes are the times that the network is told at these sigmas.
func (s *Scheduler) flowTimes(sigmas []float64) []float64 {
	times := make([]float64, len(sigmas))
	for i, v := range sigmas {
		times[i] = f32(v * float64(s.Steps))
	}
	return times
}

// flowRun is the grid of a class that neither shifts by the picture's size nor stretches: n times, and their n sigmas
// with the clean picture's after them.
func (s *Scheduler) flowRun(n int) (times, sigmas []float64, err error) {
	sigmas, err = s.flowSigmas(n, false, 0)
	if err != nil {
		return nil, nil, err
	}
	sigmas = singles(sigmas)
	return s.flowTimes(sigmas), append(sigmas, 0), nil
}

// planFlowEuler is Euler's method in σ for the flow; with stochastic_sampling each step renoises the estimate.
func planFlowEuler(s *Scheduler, n int, with Settings) (*Plan, error) {
	if s.TimeShift != "exponential" && s.TimeShift != "linear" {
		return nil, fmt.Errorf("time_shift_type %q is not one that the reference knows", s.TimeShift)
	}
	remakes, err := s.remakes()
	if err != nil {
		return nil, err
	}
	sigmas, err := s.flowSigmas(n, s.DynamicShift, with.Mu)
	if err != nil {
		return nil, err
	}
	s.stretched(sigmas)
	if remakes {
		hi, lo := s.bounds(sigmas[0], sigmas[n-1])
		sigmas = s.remade(hi, lo, n)
	}
	sigmas, last := singles(sigmas), 0.0
	if s.Invert {
		last = 1
		for i, v := range sigmas {
			sigmas[i] = f32(1 - v)
		}
	}
	times := s.flowTimes(sigmas)
	sigmas = append(sigmas, last)
	return newPlan(times, sigmas, 1, flowParam, flowLevels(times, sigmas), func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, tape.X, i)
			switch {
			case s.Stochastic && from.S == 0: // D stands for the output, x is the estimate
				b.Noise(z)
				b.Lin(tape.X, tape.Term{Coef: 1 - to.S, Src: tape.X}, tape.Term{Coef: to.S, Src: z})
			case s.Stochastic:
				b.Noise(z)
				b.Lin(tape.X, tape.Term{Coef: 1 - to.S, Src: d}, tape.Term{Coef: to.S, Src: z})
			default:
				b.Lin(tape.X, merged(append(flowOutput(to.S-from.S, d, from), tape.Term{Coef: 1, Src: tape.X}))...)
			}
			b.Arrive(i + 1)
		}
		return nil
	})
}

// planFlowLCM renoises the estimate of each step.
func planFlowLCM(s *Scheduler, n int, with Settings) (*Plan, error) {
	s.Stochastic = true
	return planFlowEuler(s, n, with)
}

// flowOutput is c times what the network returned, (x - D)/σ.
func flowOutput(c float64, d tape.Buf, l schedule.Level) []tape.Term {
	if l.S == 0 {
		return []tape.Term{{Coef: c, Src: d}}
	}
	return []tape.Term{{Coef: c / l.S, Src: tape.X}, {Coef: -c / l.S, Src: d}}
}

// planFlowHeun is Heun's method in σ. Its churn adds noise as if the process kept its signal; the second call of a
// step draws noise too and drops it.
func planFlowHeun(s *Scheduler, n int, with Settings) (*Plan, error) {
	times, sigmas, err := s.flowRun(n)
	if err != nil {
		return nil, err
	}
	list := doubled(sigmas)
	gamma := min(with.Churn/float64(len(list)-1), math.Sqrt2-1)
	return newPlan(twice(times), list, 1, flowParam, flowLevels(times, sigmas), func(levels []schedule.Level, b *tape.Builder) error {
		d, first, kept, z := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, tape.X, i)
			hat := from.S
			if gamma > 0 && with.TMin <= from.S && from.S <= with.TMax {
				hat = f32(from.S * f32(1+gamma))
			}
			// the slope F·σ/σ^, with F read at σ
			b.Lin(first, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: -1, Src: d})
			b.Lin(first, tape.Term{Coef: 1 / hat, Src: first})
			b.Lin(kept, tape.Term{Coef: 1, Src: tape.X})
			if hat > from.S {
				b.Noise(z)
				c := with.SAdd * math.Sqrt(f32(f32(hat*hat)-f32(from.S*from.S)))
				b.Lin(kept, tape.Term{Coef: 1, Src: kept}, tape.Term{Coef: c, Src: z})
			}
			dt := to.S - hat
			b.Lin(tape.X, tape.Term{Coef: 1, Src: kept}, tape.Term{Coef: dt, Src: first})
			if i < n-1 {
				b.Eval(d, tape.X, i+1)
				terms := []tape.Term{{Coef: 1, Src: kept}, {Coef: dt / 2, Src: first}}
				b.Lin(d, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: -1, Src: d})
				b.Lin(tape.X, append(terms, tape.Term{Coef: dt / 2 / to.S, Src: d})...)
			}
			b.Arrive(i + 1)
		}
		return nil
	})
}
