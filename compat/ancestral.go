package compat

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// updown splits a step from one sigma to another into the way down and the noise that is added there, in float32:
//
//	up = √(σ_T²·(σ_S² - σ_T²)/σ_S²),  down = √(σ_T² - up²)
//
// Where σ_S is much the larger, nothing of down is left but rounding; the reference may even find the root of a
// negative number.
func updown(from, to float64) (up, down float64) {
	from2, to2 := f32(from*from), f32(to*to)
	up = f32(math.Sqrt(f32(f32(to2*f32(from2-to2)) / from2)))
	return up, downBy(up, to)
}

func downBy(up, to float64) float64 { return f32(math.Sqrt(f32(f32(to*to) - f32(up*up)))) }

// heldUpdown is updown with up at most σ_T.
func heldUpdown(from, to float64) (up, down float64) {
	up, _ = updown(from, to)
	up = min(up, to)
	return up, downBy(up, to)
}

// ancestral emits X' = (down/σ)·base + (1 - down/σ)·D + up·z.
func ancestral(b *tape.Builder, base, d, z tape.Buf, sigma, down, up float64) {
	keep := down / sigma
	terms := []tape.Term{{Coef: keep, Src: base}, {Coef: 1 - keep, Src: d}}
	if up != 0 {
		b.Noise(z)
		terms = append(terms, tape.Term{Coef: up, Src: z})
	}
	b.Lin(tape.X, terms...)
}

// planEulerAncestral is DDIM with η = 1 in X = x/a, as far as float32 holds its two sigmas.
func planEulerAncestral(s *Scheduler, n int, _ Settings) (*Plan, error) {
	g, vp, err := s.sigmaSpace(s.scaledTable, 0, n, s.noSample)
	if err != nil {
		return nil, err
	}
	sigmas := g.list(0)
	return newPlan(g.times, sigmas, s.largest(sigmas), scaledParam(vp), scaled(g.times, sigmas),
		func(levels []schedule.Level, b *tape.Builder) error {
			d, z := b.Buffer(), b.Buffer()
			for i, to := range levels[1:] {
				from := levels[i]
				b.Eval(d, tape.X, i)
				up, down := updown(from.S, to.S)
				ancestral(b, tape.X, d, z, from.S, down, up)
				b.Arrive(i + 1)
			}
			return nil
		})
}

// planKDPM2 evaluates the slope again half way down in log σ, and goes the whole step with it; the ancestral class
// steps down only and adds noise. Its Karras times are rounded, those half way never.
func planKDPM2(s *Scheduler, n int, _ Settings) (*Plan, error) {
	t, err := s.table(0)
	if err != nil {
		return nil, err
	}
	g, err := s.eulerGrid(t, n, true)
	if err != nil {
		return nil, err
	}
	if s.Karras {
		round(g.times)
	}
	vp, err := s.noSample()
	if err != nil {
		return nil, err
	}
	withNoise := s.Name == "KDPM2AncestralDiscreteScheduler"
	sigmas, logs := g.list(0), logs(t.sigmas())
	middle := make([]schedule.Level, len(g.times)-1)
	timesteps := append([]float64(nil), g.times[:1]...)
	for i := range middle {
		to := sigmas[i+1]
		if withNoise {
			_, to = updown(sigmas[i], to)
		}
		a, b := f32(exact.Log(sigmas[i])), f32(exact.Log(to))
		sigma := f32(exact.Exp(f32(b - f32(0.5*f32(b-a)))))
		middle[i] = schedule.Level{T: timeOf(logs, sigma), A: 1, S: sigma}
		timesteps = append(timesteps, middle[i].T, g.times[i+1])
	}
	list := append(twice(sigmas), 0)
	return newPlan(timesteps, list, s.largest(sigmas), scaledParam(vp), scaled(g.times, sigmas),
		func(levels []schedule.Level, b *tape.Builder) error {
			d, z, kept, e, difference := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
			for i, to := range levels[1:] {
				from, m := levels[i], schedule.Level{}
				if i < n-1 {
					m = middle[i]
				}
				b.Eval(d, tape.X, i)
				slope(b, e, difference, tape.X, d, 1, from.S)
				b.Lin(kept, tape.Term{Coef: 1, Src: tape.X})
				b.Lin(tape.X, tape.Term{Coef: 1, Src: kept}, tape.Term{Coef: f32(m.S - from.S), Src: e})
				if m.S == 0 { // to the clean picture
					b.Arrive(i + 1)
					continue
				}
				b.Eval(d, tape.X, b.AddLevel(m))
				up, down := 0.0, to.S
				if withNoise {
					up, down = updown(from.S, to.S)
				}
				slope(b, e, difference, tape.X, d, 1, m.S)
				terms := []tape.Term{{Coef: 1, Src: kept}, {Coef: f32(down - from.S), Src: e}}
				if up != 0 {
					b.Noise(z)
					terms = append(terms, tape.Term{Coef: up, Src: z})
				}
				b.Lin(tape.X, terms...)
				b.Arrive(i + 1)
			}
			return nil
		})
}

// planDPMSDE goes half a step in log σ with noise of its own, and the whole step from where it began with the
// estimate there and another noise: the two noises do not belong to one Brownian path unless the caller's do.
func planDPMSDE(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, err := s.table(0)
	if err != nil {
		return nil, err
	}
	g, err := s.eulerGrid(t, n, false)
	if err != nil {
		return nil, err
	}
	vp, err := s.noSample()
	if err != nil {
		return nil, err
	}
	sigmas, logs := g.list(0), logs(t.sigmas())
	middle := make([]schedule.Level, len(g.times)-1)
	timesteps := append([]float64(nil), g.times[:1]...)
	for i := range middle {
		a, b := exact.Log(g.sigmas[i]), exact.Log(g.sigmas[i+1])
		time := timeOf(logs, exact.Exp(a+0.5*(b-a)))
		a, b = f32(exact.Log(sigmas[i])), f32(exact.Log(sigmas[i+1]))
		middle[i] = schedule.Level{T: time, A: 1, S: f32(exact.Exp(f32(a + f32(0.5*f32(b-a)))))}
		timesteps = append(timesteps, time, g.times[i+1])
	}
	return newPlan(timesteps, doubled(sigmas), s.largest(sigmas), scaledParam(vp), scaled(g.times, sigmas),
		func(levels []schedule.Level, b *tape.Builder) error {
			d, z, kept := b.Buffer(), b.Buffer(), b.Buffer()
			// The reference takes its sigmas back from their float32 logarithms.
			back := func(sigma float64) float64 { return f32(exact.Exp(f32(exact.Log(sigma)))) }
			for i, to := range levels[1:] {
				sigma := back(levels[i].S)
				b.Eval(d, tape.X, i)
				if to.S == 0 {
					b.Lin(tape.X, tape.Term{Coef: 1, Src: d})
					b.Arrive(i + 1)
					continue
				}
				b.Lin(kept, tape.Term{Coef: 1, Src: tape.X})
				up, down := heldUpdown(sigma, middle[i].S)
				ancestral(b, tape.X, d, z, sigma, down, up*with.SAdd)
				b.Eval(d, tape.X, b.AddLevel(middle[i]))
				up, down = heldUpdown(sigma, back(to.S))
				ancestral(b, kept, d, z, sigma, down, up*with.SAdd)
				b.Arrive(i + 1)
			}
			return nil
		})
}
