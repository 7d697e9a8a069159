package compat

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/core/sampler"
	"tintype/core/schedule"
)

// pair is one step of DDIM: the level whose rates the class reads for its estimate and the one it steps to.
type pair struct{ from, to schedule.Level }

// planDDIM differs from sampler.DDIM in where its steps go: to t - ⌊T/n⌋, whether or not that is the next time of the
// grid. Its slope is that of the network, not of the bounded estimate, unless use_clipped_model_output is on.
func planDDIM(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, times, err := s.stepped(n, 0)
	if err != nil {
		return nil, err
	}
	last := 1.0
	if !s.alphaToOne {
		last = t[0]
	}
	steps := make([]pair, len(times))
	for i, time := range times {
		bar, err := t.at(int(time))
		if err != nil {
			return nil, err
		}
		next := last
		if to := int(time) - s.steps/n; to >= 0 {
			next = t[to]
		}
		steps[i] = pair{level(time, bar), level(time-float64(s.steps/n), next)}
	}
	return s.ddim(times, steps, with.Eta, with.ClippedNoise)
}

// planDDIMInverse walks the other way, and reads the table ⌊T/n⌋ below the time that the network is told.
func planDDIMInverse(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if s.spacing == "linspace" {
		return nil, errors.New("timestep_spacing \"linspace\" is not one that the class knows")
	}
	t, times, err := s.stepped(n, 0)
	if err != nil {
		return nil, err
	}
	reversed(times)
	first := 1.0
	if !s.alphaToOne {
		first = t[0]
	}
	steps := make([]pair, len(times))
	for i, time := range times {
		bar, err := t.at(int(time))
		if err != nil {
			return nil, err
		}
		before := first
		if from := min(int(time)-s.steps/n, s.steps-1); from >= 0 {
			before = t[from]
		}
		steps[i] = pair{level(time, before), level(time, bar)}
	}
	return s.ddim(times, steps, 0, false)
}

// ddim emits x' = a_T·D + √(s_T² - v)·e + √v·z for each pair of levels.
func (s *Scheduler) ddim(times []float64, steps []pair, eta float64, clippedNoise bool) (*Plan, error) {
	vp, err := s.param()
	if err != nil {
		return nil, err
	}
	var levels []schedule.Level
	for _, p := range steps {
		levels = append(levels, p.from)
	}
	levels = append(levels, steps[len(steps)-1].to)
	bound := s.bound()
	apart := bound != (Bound{}) && !clippedNoise // the slope is that before the bound
	plan, err := newPlan(times, nil, 1, s.outputAtClean(vp), levels, func(_ []schedule.Level, b *sampler.Builder) error {
		d, raw, z := b.Buffer(), b.Buffer(), b.Buffer()
		for i, p := range steps {
			slope, clean := d, d
			if p.from.S == 0 {
				clean = sampler.X
			}
			if apart {
				slope = raw
			}
			b.Eval(slope, sampler.X, i)
			if apart && clean == sampler.X {
				b.Apply(d, sampler.X, bound)
				clean = d
			} else if apart {
				b.Apply(d, raw, bound)
			}
			barS, barT := f32(p.from.A*p.from.A), f32(p.to.A*p.to.A)
			v := f32(f32(f32(1-barT)/f32(1-barS)) * f32(1-f32(barS/barT)))
			if eta == 0 {
				v = 0
			}
			std := f32(eta * f32(math.Sqrt(v)))
			keep := math.Sqrt(f32(f32(1-barT) - f32(std*std)))
			terms := s.slope(keep, slope, p.from)
			terms = append(terms, sampler.Term{Coef: p.to.A, Src: clean})
			if eta > 0 {
				b.Noise(z)
				terms = append(terms, sampler.Term{Coef: std, Src: z})
			}
			b.Lin(sampler.X, merged(terms)...)
			b.Emit(i + 1)
		}
		return nil
	})
	if err == nil && !apart {
		plan.Bound = bound
	}
	return plan, err
}

// slope is c·e with e = (x - a·D)/s, as terms of x and D; at a level without noise D is the network's output, and e is
// that.
func (s *Scheduler) slope(c float64, d sampler.Buf, l schedule.Level) []sampler.Term {
	if l.S == 0 {
		return []sampler.Term{{Coef: c, Src: d}}
	}
	return []sampler.Term{{Coef: c / l.S, Src: sampler.X}, {Coef: -c * l.A / l.S, Src: d}}
}

// merged adds up the terms of the same buffer.
func merged(terms []sampler.Term) []sampler.Term {
	var out []sampler.Term
next:
	for _, t := range terms {
		for i := range out {
			if out[i].Src == t.Src {
				out[i].Coef += t.Coef
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}

// outputAtClean lets the network's output stand for the estimate where there is no noise: there x alone is the
// estimate, and the reference goes on to use the output.
func (s *Scheduler) outputAtClean(p denoise.Param) denoise.Param {
	return func(l schedule.Level) (denoise.Precond, error) {
		if l.S == 0 {
			return denoise.Precond{In: 1, Out: 1, Time: l.T}, nil
		}
		return p(l)
	}
}
