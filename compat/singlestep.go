package compat

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// planDPMSinglestep takes the grid's levels for the stages of its steps, wherever they lie.
func planDPMSinglestep(s *Scheduler, n int, with Settings) (*Plan, error) {
	correction, err := s.dpmWords()
	if err != nil {
		return nil, err
	}
	steps := groupSteps{heun: correction == solver.HeunLike, fromV: s.Prediction == "v_prediction"}
	switch s.Algorithm {
	case "dpmsolver++":
		steps.terms = dataTerms
	case "dpmsolver":
		steps.terms, steps.slope = noiseTerms, true
	case "sde-dpmsolver++":
		steps.terms, steps.noisy = stochasticTerms, true
	default:
		return nil, fmt.Errorf("algorithm_type %q: the reference's class has none", s.Algorithm)
	}
	if steps.groups, err = s.singlestepGroups(n); err != nil {
		return nil, err
	}
	t, err := s.table(0)
	if err != nil {
		return nil, err
	}
	s.Spacing = "linspace"
	g, err := s.dpmGrid(t, n, with, remakeRules{roundCosine: true})
	if err != nil {
		return nil, err
	}
	last, err := s.lastSigma(g.smallest)
	if err != nil {
		return nil, err
	}
	return s.dpmPlan(g.times, g.list(last), steps.emit)
}

// singlestepGroups are the reference's orders step by step, as the lengths of the steps that they make up.
func (s *Scheduler) singlestepGroups(n int) (groups []int, err error) {
	if s.Order < 1 || s.Order > 3 {
		return nil, fmt.Errorf("solver_order: %d, expected 1 to 3", s.Order)
	}
	lower := s.LowerOrderFinal || n%s.Order != 0 || s.Final == "zero"
	left := n
	if lower && s.Order > 1 && n%s.Order == 0 {
		left -= s.Order // the last full step is taken apart
	}
	for ; left >= s.Order; left -= s.Order {
		groups = append(groups, s.Order)
	}
	switch rest := n - s.Order*len(groups); {
	case rest == 0:
	case s.Order == 3 && rest == 3:
		groups = append(groups, 2, 1)
	case s.Order == 3 && rest == 2:
		groups = append(groups, 2)
		if s.Final == "zero" {
			groups = append(groups[:len(groups)-1], 1, 1)
		}
	default:
		for range rest {
			groups = append(groups, 1)
		}
	}
	return groups, nil
}

// groupSteps are steps of one to three evaluations at the grid's own levels. From S0, the group's first, to T with the
// values v0 (at S0), v1 and v2, h = λ_T - λ_S0, r_k how far into h value k lies, d_k = (v_k - v0)/r_k:
//
//	one value    x' = keep·x + c1·v0
//	two          + c1/2·d1 (midpoint), or c2·d1 (heun)
//	three        + c2·d2 (midpoint), or c2·D1 + c3·D2 (heun),
//	             D1 = (r2·d1 - r1·d2)/(r2 - r1), D2 = 2·(d2 - d1)/(r2 - r1)
//
// C. Lu et al., arXiv 2206.00927 and 2211.01095. x is that at S0 throughout; each of the steps on the way has noise of
// its own, if there is any.
type groupSteps struct {
	groups             []int // how many steps of the grid each takes
	terms              func(from, to schedule.Level, h float64) groupTerms
	slope, noisy, heun bool // the values are e, not D; z is drawn; the correction
	fromV              bool
}

// groupTerms are the coefficients above, and that of z.
type groupTerms struct{ keep, c1, c2, c3, up float64 }

func dataTerms(from, to schedule.Level, h float64) groupTerms {
	p1 := -f32(f32(exact.Exp(-h)) - 1)
	p2 := 1 - p1/h
	return groupTerms{keep: f32(to.S / from.S), c1: to.A * p1, c2: to.A * p2, c3: to.A * (0.5 - p2/h)}
}

func noiseTerms(from, to schedule.Level, h float64) groupTerms {
	q1 := f32(f32(exact.Exp(h)) - 1)
	q2 := q1/h - 1
	return groupTerms{keep: f32(to.A / from.A), c1: -f32(to.S * q1), c2: -to.S * q2, c3: -to.S * (q2/h - 0.5)}
}

// stochasticTerms have the sign slip of the multistep class before D2: P3 - 1 where the integral has P3.
func stochasticTerms(from, to schedule.Level, h float64) groupTerms {
	gone := f32(exact.Exp(-2 * h))
	p1 := f32(1 - gone)
	p2 := 1 - p1/(2*h)
	return groupTerms{keep: f32(f32(to.S/from.S) * f32(exact.Exp(-h))), c1: f32(to.A * p1), c2: to.A * p2,
		c3: to.A * (-p2/(2*h) - 0.5), up: f32(to.S * math.Sqrt(p1))}
}

func (g groupSteps) emit(levels []schedule.Level, b *tape.Builder) error {
	d, difference, z, base := b.Buffer(), b.Buffer(), b.Buffer(), b.Buffer()
	v := [3]tape.Buf{b.Buffer(), b.Buffer(), b.Buffer()}
	first := 0
	for _, n := range g.groups {
		b.Lin(base, tape.Term{Coef: 1, Src: tape.X})
		for k := range n {
			at := first + k
			if g.slope {
				b.Eval(d, tape.X, at)
				noiseSteps{fromV: g.fromV}.noise(b, v[k], difference, d, levels[at])
			} else {
				b.Eval(v[k], tape.X, at)
			}
			g.step(b, base, v[:k+1], z, levels[first:at+2])
			b.Arrive(at + 1)
		}
		first += n
	}
	return nil
}

// step emits the step over the levels at[0] to the last, with a value at each but that.
func (g groupSteps) step(b *tape.Builder, base tape.Buf, v []tape.Buf, z tape.Buf, at []schedule.Level) {
	from, to := at[0], at[len(at)-1]
	start := lambda32(from)
	h := f32(lambda32(to) - start)
	t := g.terms(from, to, h)
	if to.S == 0 { // h is infinite: what is left of the formulas
		t = groupTerms{c1: to.A}
	}
	r := func(k int) float64 { return f32(f32(lambda32(at[k])-start) / h) }
	w := make([]float64, len(v))
	switch {
	case len(v) == 2:
		c := t.c1 / 2
		if g.heun {
			c = t.c2
		}
		w[1] = c / r(1)
	case len(v) == 3 && !g.heun:
		w[2] = t.c2 / r(2)
	case len(v) == 3:
		gap := r(2) - r(1)
		w[1] = (t.c2*r(2) - 2*t.c3) / gap / r(1)
		w[2] = (2*t.c3 - t.c2*r(1)) / gap / r(2)
	}
	w[0] = t.c1
	for _, c := range w[1:] {
		w[0] -= c
	}
	terms := []tape.Term{{Coef: t.keep, Src: base}}
	for k, c := range w {
		terms = append(terms, tape.Term{Coef: c, Src: v[k]})
	}
	if g.noisy {
		b.Noise(z)
		terms = append(terms, tape.Term{Coef: t.up, Src: z})
	}
	b.Lin(tape.X, terms...)
}
