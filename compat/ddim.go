package compat

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// pair is one step of DDIM: the level whose rates the class reads for its estimate and the one it steps to.
type pair struct{ from, to schedule.Level }

// planDDIM differs from solver.DDIM in where its steps go: to t - ⌊T/n⌋, whether or not that is the next time of the
// grid. Its slope is that of the network, not of the bounded estimate, unless use_clipped_model_output is on.
func planDDIM(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, times, err := s.stepped(n, 0)
	if err != nil {
		return nil, err
	}
	last := 1.0
	if !s.AlphaToOne {
		last = t[0]
	}
	steps, err := s.pairs(t, times, n, last)
	if err != nil {
		return nil, err
	}
	return s.ddim(times, steps, with.Eta, with.ClippedNoise)
}

// pairs are the steps of n times to ⌊T/n⌋ below each; below time 0 is ᾱ = last.
func (s *Scheduler) pairs(t table, times []float64, n int, last float64) ([]pair, error) {
	steps, down := make([]pair, len(times)), s.Steps/n
	for i, time := range times {
		bar, err := t.at(int(time))
		if err != nil {
			return nil, err
		}
		next := last
		if to := int(time) - down; to >= 0 {
			next = t[to]
		}
		steps[i] = pair{level(time, bar), level(time-float64(down), next)}
	}
	return steps, nil
}

// mostRePaint is how many steps RePaint takes without its jumps back, which need a mask.
const mostRePaint = 10

// planRePaint is RePaint where nothing is known of the picture: DDIM with the constructor's eta, whole times counted
// from the clean end.
func planRePaint(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if n > mostRePaint {
		return nil, fmt.Errorf("%d steps: above %d the class jumps back, which needs its pipeline's mask", n, mostRePaint)
	}
	s.Spacing, s.Prediction = "leading", "epsilon"
	t, times, err := s.stepped(n, betaSigmoid)
	if err != nil {
		return nil, err
	}
	steps, err := s.pairs(t, times, n, 1)
	if err != nil {
		return nil, err
	}
	return s.ddim(times, steps, s.Eta, false)
}

// planDDIMInverse walks the other way, and reads the table ⌊T/n⌋ below the time that the network is told.
func planDDIMInverse(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if s.Spacing == "linspace" {
		return nil, errors.New("timestep_spacing \"linspace\" is not one that the class knows")
	}
	t, times, err := s.stepped(n, 0)
	if err != nil {
		return nil, err
	}
	reversed(times)
	first := 1.0
	if !s.AlphaToOne {
		first = t[0]
	}
	steps := make([]pair, len(times))
	for i, time := range times {
		bar, err := t.at(int(time))
		if err != nil {
			return nil, err
		}
		before := first
		if from := min(int(time)-s.Steps/n, s.Steps-1); from >= 0 {
			before = t[from]
		}
		steps[i] = pair{level(time, before), level(time, bar)}
	}
	return s.inverse(times, steps)
}

// inverse emits x' = a_T·x0 + s_T·ε. ε is the network's, or is made of its output, which an estimate near the clean
// picture would not hold: here the output stands for the estimate.
func (s *Scheduler) inverse(times []float64, steps []pair) (*Plan, error) {
	vp, err := s.param()
	if err != nil {
		return nil, err
	}
	bound := s.bound()
	return newPlan(times, nil, 1, outputParam, fromLevels(steps), func(_ []schedule.Level, b *tape.Builder) error {
		output, clean, held := b.Buffer(), b.Buffer(), b.Buffer()
		for i, p := range steps {
			read, err := vp(p.from)
			if err != nil {
				return err
			}
			b.Eval(output, tape.X, i)
			b.Lin(clean, tape.Term{Coef: read.Skip, Src: tape.X}, tape.Term{Coef: read.Out, Src: output})
			from := clean
			if bound != (Bound{}) {
				b.Apply(held, clean, bound)
				from = held
			}
			terms := append(s.noiseOf(p.to.S, output, p.from), tape.Term{Coef: p.to.A, Src: from})
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
}

// noiseOf is c·ε of the network's output, as terms of x and it.
func (s *Scheduler) noiseOf(c float64, output tape.Buf, l schedule.Level) []tape.Term {
	switch s.Prediction {
	case "v_prediction":
		return []tape.Term{{Coef: c * l.A, Src: output}, {Coef: c * l.S, Src: tape.X}}
	case "sample":
		return []tape.Term{{Coef: c / l.S, Src: tape.X}, {Coef: -c * l.A / l.S, Src: output}}
	}
	return []tape.Term{{Coef: c, Src: output}}
}

// fromLevels are the levels that steps begin at, and the last one's end.
func fromLevels(steps []pair) []schedule.Level {
	var levels []schedule.Level
	for _, p := range steps {
		levels = append(levels, p.from)
	}
	return append(levels, steps[len(steps)-1].to)
}

// ddim emits x' = a_T·D + √(s_T² - v)·e + √v·z for each pair of levels.
func (s *Scheduler) ddim(times []float64, steps []pair, eta float64, clippedNoise bool) (*Plan, error) {
	vp, err := s.param()
	if err != nil {
		return nil, err
	}
	bound := s.bound()
	for i := range steps {
		from := []schedule.Level{steps[i].from}
		s.bounded(from)
		steps[i].from = from[0]
	}
	apart := bound != (Bound{}) && !clippedNoise // the slope is that before the bound
	plan, err := newPlan(times, nil, 1, vp, fromLevels(steps), func(_ []schedule.Level, b *tape.Builder) error {
		d, raw, z := b.Buffer(), b.Buffer(), b.Buffer()
		for i, p := range steps {
			slope := d
			if apart {
				slope = raw
			}
			b.Eval(slope, tape.X, i)
			if apart {
				b.Apply(d, raw, bound)
			}
			barS, barT := f32(p.from.A*p.from.A), f32(p.to.A*p.to.A)
			v := f32(f32(f32(1-barT)/f32(1-barS)) * f32(1-f32(barS/barT)))
			if eta == 0 {
				v = 0
			}
			std := f32(eta * f32(math.Sqrt(v)))
			keep := math.Sqrt(f32(f32(1-barT) - f32(std*std)))
			terms := slopeTerms(keep, slope, p.from)
			terms = append(terms, tape.Term{Coef: p.to.A, Src: d})
			if eta > 0 {
				b.Noise(z)
				terms = append(terms, tape.Term{Coef: std, Src: z})
			}
			b.Lin(tape.X, merged(terms)...)
			b.Arrive(i + 1)
		}
		return nil
	})
	if err == nil && !apart {
		plan.Bound = bound
	}
	return plan, err
}

// slopeTerms is c·e with e = (x - a·D)/s, as terms of x and D.
func slopeTerms(c float64, d tape.Buf, l schedule.Level) []tape.Term {
	return []tape.Term{{Coef: c / l.S, Src: tape.X}, {Coef: -c * l.A / l.S, Src: d}}
}

// merged adds up the terms of the same buffer.
func merged(terms []tape.Term) []tape.Term {
	var out []tape.Term
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
