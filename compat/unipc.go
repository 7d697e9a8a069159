package compat

import (
	"fmt"
	"math"
	"slices"

	"tintype/core/exact"
	"tintype/core/sampler"
	"tintype/core/schedule"
)

// planUniPC is sampler.UniPC on the reference's levels; without predict_x0 it interpolates the noise.
func planUniPC(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, err := s.scaledTable(0)
	if err != nil {
		return nil, err
	}
	s.lambdaMin = math.Inf(-1)
	g, err := s.dpmGrid(t, n, with, remakeRules{roundCosine: true, bounded: true, ownLast: true, unipc: true})
	if err != nil {
		return nil, err
	}
	last, err := s.lastSigma(g.smallest)
	if err != nil {
		return nil, err
	}
	if s.order < 1 || s.order > 3 {
		return nil, fmt.Errorf("solver_order: %d, expected 1 to 3", s.order)
	}
	u := sampler.UniPC{Order: s.order, Corrector: sampler.CorrectorOn, Bh: sampler.BH2, Uncorrected: s.noCorrector}
	switch s.solver {
	case "bh2", "midpoint", "heun", "logrho":
	case "bh1":
		u.Bh = sampler.BH1
	default:
		return nil, fmt.Errorf("solver_type %q is not one that the reference knows", s.solver)
	}
	if s.lowerOrderFinal {
		u.LastSteps = sampler.LowerOrder
	}
	endless := last == 0 && (u.Bh == sampler.BH1 || !s.predictX0 || !s.lowerOrderFinal && min(s.order, n) > 1)
	if sigmas := g.list(last); endless || !s.lowerOrderFinal && s.order == 3 && len(sigmas) > 3 && sigmas[len(sigmas)-1] == sigmas[len(sigmas)-2] {
		return nil, errNotFinite
	}
	if s.predictX0 {
		return s.dpmPlan(g.times, g.list(last), u.Compile)
	}
	s.threshold = false // the class has it for the clean picture only
	return s.dpmPlan(g.times, g.list(last), noiseUniPC{u, s.prediction == "v_prediction"}.emit)
}

// noiseUniPC is UniPC of the noise e. A corrected x does not change the e that the network gave at the predicted one,
// so that the step cannot be written with D.
type noiseUniPC struct {
	sampler.UniPC
	fromV bool
}

func (u noiseUniPC) emit(levels []schedule.Level, b *sampler.Builder) error {
	d, difference, before, e := b.Buffer(), b.Buffer(), b.Buffer(), b.History(u.Order+1)
	order := 0
	for i := range levels[1:] {
		b.Eval(d, sampler.X, i)
		noiseSteps{fromV: u.fromV}.noise(b, e.Push(), difference, d, levels[i])
		if i > 0 && !slices.Contains(u.Uncorrected, i-1) {
			others := []int{i}
			for k := 1; k < order; k++ {
				others = append(others, i-1-k)
			}
			u.step(b, before, e, levels, i, i-1, others)
		}
		order = min(u.Order, i+1)
		if u.LastSteps == sampler.LowerOrder {
			order = min(order, len(levels)-1-i)
		}
		b.Lin(before, sampler.Term{Coef: 1, Src: sampler.X})
		var others []int
		for k := 1; k < order; k++ {
			others = append(others, i-k)
		}
		u.step(b, sampler.X, e, levels, i, i, others)
		b.Emit(i + 1)
	}
	return nil
}

// step emits the step from level s, taken when level i is the newest, with the noises at the other levels:
//
//	x' = (a_T/a_S)·x - s_T·((e^h - 1)·e0 + B·Σ ρ_k·(e_k - e0)/r_k)
func (u noiseUniPC) step(b *sampler.Builder, base sampler.Buf, e *sampler.History, levels []schedule.Level, i, s int, others []int) {
	from, to := levels[s], levels[s+1]
	h := f32(lambda32(to) - lambda32(from))
	if h == 0 {
		return
	}
	q1 := f32(exact.Expm1(h))
	scale := q1 // B
	if u.Bh == sampler.BH1 {
		scale = h
	}
	r := make([]float64, len(others))
	for k, at := range others {
		r[k] = (lambda32(levels[at]) - lambda32(from)) / h
	}
	rho := []float64{0.5}
	if len(others) > 1 {
		rho = momentWeights(r, h, q1, scale)
	}
	first := -f32(to.S * q1)
	var rest []sampler.Term
	for k, at := range others {
		c := -to.S * scale * rho[k] / r[k]
		first -= c
		rest = append(rest, sampler.Term{Coef: c, Src: e.At(i - at)})
	}
	b.Lin(sampler.X, append([]sampler.Term{{Coef: f32(to.A / from.A), Src: base}, {Coef: first, Src: e.At(i - s)}}, rest...)...)
}

// momentWeights solves Σ_k r_k^(j-1)·ρ_k = j!·g_j/B, g_1 = q1/h - 1, g_{j+1} = g_j/h - 1/(j+1)!, for up to three ρ.
func momentWeights(r []float64, h, q1, scale float64) []float64 {
	n := len(r)
	rows := make([][]float64, n)
	g, factorial := q1/h-1, 1.0
	for j := range rows {
		rows[j] = make([]float64, n+1)
		for k, v := range r {
			rows[j][k] = 1
			for range j {
				rows[j][k] *= v
			}
		}
		rows[j][n] = g * factorial / scale
		factorial *= float64(j + 2)
		g = g/h - 1/factorial
	}
	for c := range rows { // elimination; the nodes differ, so no pivot is 0
		for j := range rows {
			if j == c {
				continue
			}
			f := rows[j][c] / rows[c][c]
			for k := range rows[j] {
				rows[j][k] -= f * rows[c][k]
			}
		}
	}
	rho := make([]float64, n)
	for k := range rho {
		rho[k] = rows[k][n] / rows[k][k]
	}
	return rho
}
