package compat

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// scaledTable is the table of the classes whose state is X = x/a. Where the last step has no signal they give it a
// little: ᾱ = 2^-24.
func (o *options) scaledTable(extraBetas int) (table, error) {
	t, err := o.table(extraBetas)
	if err == nil && o.ZeroSNR {
		t[len(t)-1] = 1. / (1 << 24)
	}
	return t, err
}

// lastSigma is what final_sigmas_type says.
func (o *options) lastSigma(smallest float64) (float64, error) {
	switch o.Final {
	case "zero":
		return 0, nil
	case "sigma_min":
		return smallest, nil
	}
	return 0, fmt.Errorf("final_sigmas_type %q is not one that the reference knows", o.Final)
}

// planEuler is solver.Euler on the reference's levels. With churn the reference asks the network before it adds the
// noise, and takes its answer for one at the higher sigma.
func planEuler(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, err := s.scaledTable(0)
	if err != nil {
		return nil, err
	}
	g, err := s.eulerGrid(t, n, true)
	if err != nil {
		return nil, err
	}
	last, err := s.lastSigma(t.sigmas()[0])
	if err != nil {
		return nil, err
	}
	sigmas := g.list(last)
	if s.TimestepType == "continuous" && s.Prediction == "v_prediction" {
		for i := range g.times {
			g.times[i] = 0.25 * exact.Log(sigmas[i])
		}
	}
	if s.Prediction == "original_sample" {
		s.Prediction = "sample"
	}
	vp, err := s.param()
	if err != nil {
		return nil, err
	}
	param := scaledParam(vp)
	churned := func(l schedule.Level, sigma float64) (denoise.Precond, error) {
		if s.Prediction == "epsilon" {
			l.S = sigma // only here the answer is read at the higher sigma
		}
		return param(l)
	}
	levels := scaled(g.times, sigmas)[:len(g.times)+1] // log_linear lists a sigma more, which is never reached
	return newPlan(singles(g.times), sigmas, s.largest(sigmas), param, levels, churnedEuler(with, len(sigmas)-1, param, churned))
}

// churnedEuler emits Euler's steps. Where s_churn, spread over so many steps, acts, x^ = x + c·z is stepped from
// σ^ = σ(1+γ) with the output of the network at x; read says how that is read at σ^.
func churnedEuler(with Settings, spread int, param denoise.Param, read func(schedule.Level, float64) (denoise.Precond, error)) emit {
	return func(levels []schedule.Level, b *tape.Builder) error {
		gamma := min(with.Churn/float64(spread), math.Sqrt2-1)
		if !(gamma > 0) {
			return solver.Steps(solver.Euler{})(levels, b)
		}
		d, z := b.Buffer(), b.Buffer()
		for i, to := range levels[1:] {
			from := levels[i]
			b.Eval(d, tape.X, i)
			hat := from.S
			if with.TMin <= from.S && from.S <= with.TMax {
				hat = f32(from.S * f32(1+gamma))
			}
			if hat > from.S {
				asked, err := param(from)
				if err != nil {
					return err
				}
				as, err := read(from, hat)
				if err != nil {
					return err
				}
				// D^ = skip·x^ + out·F, F from D = skip·x + out·F
				out := as.Out / asked.Out
				b.Noise(z)
				c := with.SAdd * math.Sqrt(f32(f32(hat*hat)-f32(from.S*from.S)))
				b.Lin(d, tape.Term{Coef: out, Src: d}, tape.Term{Coef: as.Skip - out*asked.Skip, Src: tape.X},
					tape.Term{Coef: as.Skip * c, Src: z})
				b.Lin(tape.X, tape.Term{Coef: 1, Src: tape.X}, tape.Term{Coef: c, Src: z})
			}
			keep := to.S / hat
			b.Lin(tape.X, tape.Term{Coef: keep, Src: tape.X}, tape.Term{Coef: 1 - keep, Src: d})
			b.Arrive(i + 1)
		}
		return nil
	}
}

// planHeun averages the slopes at both ends of Euler's step, as solver.Heun does, from a clipped estimate if the
// class clips. It has no churn. The slopes are kept and not the estimates, as large sigmas want it.
func planHeun(s *Scheduler, n int, _ Settings) (*Plan, error) {
	g, vp, err := s.sigmaSpace(s.table, betaExp, n, s.param)
	if err != nil {
		return nil, err
	}
	sigmas := g.list(0)
	p, err := newPlan(twice(singles(g.times)), doubled(sigmas), s.largest(sigmas), scaledParam(vp), scaled(g.times, sigmas), heunSteps)
	if err == nil {
		p.Bound = s.bound()
	}
	return p, err
}

func heunSteps(levels []schedule.Level, b *tape.Builder) error {
	d, first, second, difference, kept := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	for i, to := range levels[1:] {
		from := levels[i]
		dt := f32(to.S - from.S)
		b.Eval(d, tape.X, i)
		slope(b, first, difference, tape.X, d, 1, from.S)
		b.Lin(kept, tape.Term{Coef: 1, Src: tape.X})
		b.Lin(tape.X, tape.Term{Coef: 1, Src: kept}, tape.Term{Coef: dt, Src: first})
		if to.S > 0 {
			b.Eval(d, tape.X, i+1)
			slope(b, second, difference, tape.X, d, 1, to.S)
			b.Lin(second, tape.Term{Coef: 1, Src: first}, tape.Term{Coef: 1, Src: second})
			b.Lin(tape.X, tape.Term{Coef: 1, Src: kept}, tape.Term{Coef: dt / 2, Src: second})
		}
		b.Arrive(i + 1)
	}
	return nil
}

// twice repeats all but the first; doubled all but the first and the last: how the classes of two calls a step list
// their times and sigmas.
func twice(v []float64) []float64 {
	out := append([]float64(nil), v[:1]...)
	for _, x := range v[1:] {
		out = append(out, x, x)
	}
	return out
}

func doubled(v []float64) []float64 {
	return append(twice(v[:len(v)-1]), v[len(v)-1])
}
