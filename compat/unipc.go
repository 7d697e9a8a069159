package compat

import (
	"errors"
	"fmt"
	"slices"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// mostUniPC is the highest solver_order: a corrector of order 5 would be made of more terms than an operation of a tape has.
const mostUniPC = 4

// planUniPC steps as solver.UniPC does, on the reference's levels and with its float32 logarithms; without predict_x0 it
// interpolates the noise.
func planUniPC(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, err := s.scaledTable(0)
	if err != nil {
		return nil, err
	}
	g, err := s.dpmGrid(t, n, with, remakeRules{roundCosine: true, ownLast: true, unipc: true})
	if err != nil {
		return nil, err
	}
	last, err := s.lastSigma(g.smallest)
	if err != nil {
		return nil, err
	}
	if s.Order < 1 || s.Order > mostUniPC {
		return nil, fmt.Errorf("solver_order: %d, expected 1 to %d", s.Order, mostUniPC)
	}
	if s.ShiftTerminal > 0 && !s.Flow {
		return nil, errors.New("shift_terminal: the reference takes it for flows only")
	}
	u := uniPC{order: s.Order, lower: s.LowerOrderFinal, uncorrected: s.Uncorrected, data: s.PredictX0, fromV: s.Prediction == "v_prediction"}
	switch s.Solver {
	case "bh2", "midpoint", "heun", "logrho":
	case "bh1":
		u.bh1 = true
	default:
		return nil, fmt.Errorf("solver_type %q is not one that the reference knows", s.Solver)
	}
	sigmas := g.list(last)
	endless, twice := u.endless(sigmas)
	if twice {
		return nil, errNotFinite
	}
	if !s.PredictX0 {
		s.Threshold = false // the class has it for the clean picture only
	}
	p, err := s.dpmPlan(g.times, sigmas, u.emit)
	if err == nil && endless {
		p.Note = "the reference divides by an endless last step and fills its picture with NaN: that step is taken as one of order 1"
	}
	return p, err
}

// uniPC is UniPC of the estimates, or of the noise e. A corrected x does not change the e that the network gave at the
// predicted one, so that the step cannot be written with D.
type uniPC struct {
	order       int
	lower       bool // the last steps go down in order
	bh1         bool
	uncorrected []int // steps that are not done again
	data        bool  // of D, not of e
	fromV       bool
}

// endless reports whether the reference divides by an endless step, twice whether by one of no length.
func (u uniPC) endless(sigmas []float64) (endless, twice bool) {
	n := len(sigmas) - 1
	if sigmas[n] == 0 {
		return u.bh1 || !u.data || !u.lower && min(u.order, n) > 1, false
	}
	return false, n > 2 && sigmas[n] == sigmas[n-1] && !u.lower && u.order > 2
}

func (u uniPC) emit(levels []schedule.Level, b *tape.Builder) error {
	d, difference, before, v := b.Buffer(), b.Buffer(), b.Buffer(), b.History(u.order+1)
	order := 0
	for i := range levels[1:] {
		if u.data {
			b.Eval(v.Push(), tape.X, i)
		} else {
			b.Eval(d, tape.X, i)
			noiseSteps{fromV: u.fromV}.noise(b, v.Push(), difference, d, levels[i])
		}
		if i > 0 && !slices.Contains(u.uncorrected, i-1) {
			others := []int{i}
			for k := 1; k < order; k++ {
				others = append(others, i-1-k)
			}
			u.step(b, before, v, levels, i, i-1, others)
		}
		order = min(u.order, i+1)
		if u.lower {
			order = min(order, len(levels)-1-i)
		}
		b.Lin(before, tape.Term{Coef: 1, Src: tape.X})
		var others []int
		for k := 1; k < order; k++ {
			others = append(others, i-k)
		}
		u.step(b, tape.X, v, levels, i, i, others)
		b.Arrive(i + 1)
	}
	return nil
}

// step emits the step from level s, taken when level i is the newest, with the values at the other levels. Of D, H = -h:
//
//	x' = (s_T/s_S)·x - a_T·((e^H - 1)·D0 + B·Σ ρ_k·(D_k - D0)/r_k)
//
// and of e, with H = h, the same with a and s exchanged; B is H (bh1) or e^H - 1 (bh2).
func (u uniPC) step(b *tape.Builder, base tape.Buf, v *tape.History, levels []schedule.Level, i, s int, others []int) {
	from, to := levels[s], levels[s+1]
	if to.S == 0 { // what the first order comes to
		if u.data {
			b.Lin(tape.X, tape.Term{Coef: to.A, Src: v.Back(i - s)})
		} else {
			b.Lin(tape.X, tape.Term{Coef: to.A / from.A, Src: base}, tape.Term{Coef: -to.A * from.S / from.A, Src: v.Back(i - s)})
		}
		return
	}
	h := f32(lambda32(to) - lambda32(from))
	if h == 0 {
		return
	}
	keep, rate, z := f32(to.A/from.A), to.S, h
	if u.data {
		keep, rate, z = f32(to.S/from.S), to.A, -h
	}
	q1 := f32(exact.Expm1(z))
	scale := q1 // B
	if u.bh1 {
		scale = z
	}
	r := make([]float64, len(others))
	for k, at := range others {
		r[k] = (lambda32(levels[at]) - lambda32(from)) / h
	}
	rho := []float64{0.5}
	if len(others) > 1 {
		rho = momentWeights(r, z, q1, scale)
	}
	first := -f32(rate * q1)
	var rest []tape.Term
	for k, at := range others {
		c := -rate * scale * rho[k] / r[k]
		first -= c
		rest = append(rest, tape.Term{Coef: c, Src: v.Back(i - at)})
	}
	b.Lin(tape.X, append([]tape.Term{{Coef: keep, Src: base}, {Coef: first, Src: v.Back(i - s)}}, rest...)...)
}

// momentWeights solves Σ_k r_k^(j-1)·ρ_k = j!·g_j/B, g_1 = q1/z - 1, g_{j+1} = g_j/z - 1/(j+1)!, for up to four ρ.
func momentWeights(r []float64, z, q1, scale float64) []float64 {
	n := len(r)
	rows := make([][]float64, n)
	g, factorial := q1/z-1, 1.0
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
		g = g/z - 1/factorial
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
