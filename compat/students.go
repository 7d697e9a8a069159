package compat

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// distilledTimes takes n of the times that a student of LCM's kind was trained at, evenly by their index. TCD takes all
// times of the process for them where their number is said with the steps.
func (s *Scheduler) distilledTimes(n int, with Settings) ([]float64, error) {
	original := s.OriginalSteps
	if with.OriginalSteps != 0 {
		original = with.OriginalSteps
	}
	if original < 1 || original > s.Steps {
		return nil, fmt.Errorf("original_inference_steps: %d, expected 1 to %d", original, s.Steps)
	}
	have := 0 // of them, counted from the clean end
	if with.Strength > 0 && with.Strength <= 1 {
		have = int(float64(original) * with.Strength)
	}
	if have == 0 {
		return nil, fmt.Errorf("strength %v of %d steps: nothing is left", with.Strength, original)
	}
	if err := checkSteps(n, have); err != nil {
		return nil, err
	}
	if with.OriginalSteps != 0 && s.Name == "TCDScheduler" {
		original, have = s.Steps, int(float64(s.Steps)*with.Strength)
	}
	k := s.Steps / original
	step := float64(have) / float64(n)
	times := make([]float64, n)
	for i := range times {
		index := int(math.Floor(float64(i) * step))
		times[i] = float64((have-index)*k - 1)
	}
	return times, nil
}

// distilled reads what LCM and TCD share.
func (s *Scheduler) distilled(n int, with Settings) (t table, times []float64, levels []schedule.Level, vp denoise.Param, err error) {
	if times, err = s.distilledTimes(n, with); err != nil {
		return
	}
	if t, err = s.table(0); err != nil {
		return
	}
	if levels, err = t.visit(times, 1); err != nil {
		return
	}
	vp, err = s.param()
	return
}

// planLCM is
//
//	D' = c_skip·x + c_out·D,  x' = a_T·D' + s_T·z, at the end x' = D'
//
// with the boundary of consistency models on 10·t.
func planLCM(s *Scheduler, n int, with Settings) (*Plan, error) {
	_, times, levels, vp, err := s.distilled(n, with)
	if err != nil {
		return nil, err
	}
	s.bounded(levels)
	p, err := newPlan(times, nil, 1, vp, levels, func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			b.Eval(d, tape.X, i)
			at := times[i] * s.TimestepScaling
			norm := at*at + 0.25
			skip, out := 0.25/norm, at/math.Sqrt(norm)
			terms := []tape.Term{{Coef: to.A * skip, Src: tape.X}, {Coef: to.A * out, Src: d}}
			if i < n-1 {
				b.Noise(z)
				terms = append(terms, tape.Term{Coef: to.S, Src: z})
			}
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
	if err == nil {
		p.Bound = s.bound()
	}
	return p, err
}

// planTCD steps with DDIM to s = ⌊(1-γ)·t'⌋ and adds noise up to t'; it ends at time 0, which is not the clean
// picture, without noise. The class reads none of its bounds.
func planTCD(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, times, levels, vp, err := s.distilled(n, with)
	if err != nil {
		return nil, err
	}
	if !(with.Eta >= 0 && with.Eta <= 1) {
		return nil, fmt.Errorf("eta %v: gamma is 0 to 1", with.Eta)
	}
	levels[n] = level(0, t[0])
	return newPlan(times, nil, 1, vp, levels, func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i := range n {
			next := 0.0
			if i < n-1 {
				next = times[i+1]
			}
			middle := level(0, t[int(f32(f32(1-with.Eta)*next))])
			b.Eval(d, tape.X, i)
			terms := slopeTerms(middle.S, d, levels[i])
			terms = merged(append(terms, tape.Term{Coef: middle.A, Src: d}))
			if with.Eta > 0 && i < n-1 {
				ratio := f32(t[int(next)] / f32(middle.A*middle.A))
				for k := range terms {
					terms[k].Coef *= math.Sqrt(ratio)
				}
				b.Noise(z)
				terms = append(terms, tape.Term{Coef: math.Sqrt(f32(1 - ratio)), Src: z})
			}
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
}

// planCM is the multistep sampler of consistency models: x' = D + √(σ_T² - σ_min²)·z, on whole steps of the trained
// grid. Its c_out is that of EDM's σ² at the boundary's σ - σ_min.
func planCM(s *Scheduler, n int, _ Settings) (*Plan, error) {
	if err := checkSteps(n, s.Steps); err != nil {
		return nil, err
	}
	times, sigmas := make([]float64, n), make([]float64, n+1)
	lo, hi := exact.Pow(s.SigmaMin, 1/s.Rho), exact.Pow(s.SigmaMax, 1/s.Rho)
	for i := range n {
		ramp := float64(i*(s.Steps/n)) / float64(s.Steps-1)
		sigma := exact.Pow(hi+float64(ramp*(lo-hi)), s.Rho)
		times[i], sigmas[i] = 250*exact.Log(sigma+1e-44), f32(sigma)
	}
	sigmas[n] = f32(s.SigmaMin)
	param := func(l schedule.Level) (denoise.Precond, error) {
		norm := float64(l.S*l.S) + float64(s.SigmaData*s.SigmaData)
		off := l.S - s.SigmaMin
		return denoise.Precond{In: 1 / math.Sqrt(norm), Time: l.T, Out: off * s.SigmaData / math.Sqrt(norm),
			Skip: s.SigmaData * s.SigmaData / (float64(off*off) + float64(s.SigmaData*s.SigmaData))}, nil
	}
	p, err := newPlan(times, sigmas, s.SigmaMax, param, scaled(times, sigmas), func(levels []schedule.Level, b *tape.Builder) error {
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			b.Eval(d, tape.X, i)
			up := min(max(to.S, s.SigmaMin), s.SigmaMax)
			terms := []tape.Term{{Coef: 1, Src: d}}
			if n > 1 {
				b.Noise(z)
				terms = append(terms, tape.Term{Coef: math.Sqrt(max(float64(up*up)-float64(s.SigmaMin*s.SigmaMin), 0)) * s.NoiseScale, Src: z})
			}
			b.Lin(tape.X, terms...)
			b.Arrive(i + 1)
		}
		return nil
	})
	if err == nil && s.Clip {
		p.Bound = Bound{Clip: 1}
	}
	return p, err
}
