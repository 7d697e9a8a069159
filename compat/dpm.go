package compat

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// dpmGrid is the grid of the DPM-Solver family: whole times, after n+1 points of which one is dropped, and sigmas that
// a grid of sigmas may replace, between the ends of the table.
type dpmGrid struct {
	grid
	smallest float64 // the last sigma where final_sigmas_type is sigma_min
}

// remakeRules say how a class treats the times of its grids of sigmas.
type remakeRules struct {
	roundCosine bool // Karras times are rounded on the cosine schedule too
	ownLast     bool // sigma_min is that of the grid, not of the table
	unipc       bool // flow sigmas as UniPC makes them
}

func (s *Scheduler) dpmGrid(t table, n int, with Settings, rules remakeRules) (g dpmGrid, err error) {
	if err := checkSteps(n, 0); err != nil {
		return g, err
	}
	if _, err := s.remakes(); err != nil {
		return g, err
	}
	if g.times, err = s.timesByNext(n, s.lastTime(t)); err != nil {
		return g, err
	}
	all := t.sigmas()
	g.smallest = all[0]
	hi, lo := s.bounds(all[len(all)-1], all[0])
	switch {
	case s.Karras, s.Lu:
		if g.sigmas = s.remade(hi, lo, n); !s.Karras {
			g.sigmas = luSigmas(logs(all), n)
		}
		if rules.unipc && s.Flow {
			for i, v := range g.sigmas {
				g.sigmas[i] = v / (v + 1)
			}
			g.timesOfFlow(s.Steps)
			break
		}
		g.times = timesOf(logs(all), g.sigmas)
		if rules.roundCosine || s.Betas != "squaredcos_cap_v2" {
			round(g.times)
		}
	case s.Exponential, s.Beta:
		g.sigmas = s.remade(hi, lo, n)
		g.times = timesOf(logs(all), g.sigmas)
	case s.Flow:
		if err := s.flowGrid(&g.grid, n, with, rules.unipc); err != nil {
			return g, err
		}
	default:
		g.sigmas = interpolated(all, g.times)
	}
	if rules.ownLast && (s.Karras || s.Exponential || s.Beta || s.Flow) {
		g.smallest = g.sigmas[len(g.sigmas)-1]
	}
	truncated(g.times)
	return g, firstOnce(g.times)
}

// firstOnce refuses a grid whose first time comes twice: the reference looks its place up by the time, takes the
// second, and runs out of sigmas.
func firstOnce(times []float64) error {
	if len(times) > 1 && slices.Index(times[1:], times[0]) >= 0 {
		return fmt.Errorf("time %v comes twice: the reference begins at the second and fails at its end", times[0])
	}
	return nil
}

// lastTime is how many steps lambda_min_clipped leaves of the process.
func (s *Scheduler) lastTime(t table) int {
	clipped := sort.Search(len(t), func(i int) bool {
		l := level(0, t[len(t)-1-i])
		return f32(f32(exact.Log(f32(l.A)))-f32(exact.Log(f32(l.S)))) >= s.LambdaMin
	})
	return s.Steps - clipped
}

// luSigmas are equal steps of log σ between the ends of the table of them.
func luSigmas(logs []float64, n int) []float64 {
	v := linspace(0, 1, n)
	hi, lo := logs[len(logs)-1], logs[0]
	for i := range v {
		v[i] = exact.Exp(hi + float64(v[i]*(lo-hi)))
	}
	return v
}

// flowGrid are the sigmas of a flow, shifted: most classes count them from the clean end, UniPC from the noisy one.
func (s *Scheduler) flowGrid(g *grid, n int, with Settings, unipc bool) error {
	if unipc {
		g.sigmas = linspace(1, 1/float64(s.Steps), n+1)[:n]
		for i, v := range g.sigmas {
			switch {
			case !s.DynamicShift:
				g.sigmas[i] = shifted(s.FlowShift, v)
			case math.IsNaN(with.Mu):
				return fmt.Errorf("use_dynamic_shifting: needs a mu")
			default:
				g.sigmas[i] = s.timeShifted(with.Mu, v)
			}
		}
		s.stretched(g.sigmas)
		if math.Abs(g.sigmas[0]-1) < 1e-6 {
			g.sigmas[0] -= 1e-6
		}
		g.timesOfFlow(s.Steps)
		return nil
	}
	shift := s.FlowShift
	if s.DynamicShift && !math.IsNaN(with.Mu) && s.TimeShift == "exponential" {
		shift = exact.Exp(with.Mu)
	}
	v := linspace(1, 1/float64(s.Steps), n+1)
	for i := range v {
		v[i] = shifted(shift, 1-v[i])
	}
	g.sigmas = reversed(v)[:n]
	g.timesOfFlow(s.Steps)
	return nil
}

func (g *grid) timesOfFlow(steps int) {
	g.times = make([]float64, len(g.sigmas))
	for i, sigma := range g.sigmas {
		g.times[i] = sigma * float64(steps)
	}
}

// dpmLevels turns sigmas into the levels that the class steps over, and reads its network.
func (s *Scheduler) dpmLevels(times, sigmas []float64) ([]schedule.Level, denoise.Param, error) {
	vp, err := s.param()
	if s.Prediction == "flow_prediction" {
		vp, err = flowParam, nil
	}
	if s.Flow {
		return flowLevels(times, sigmas), vp, err
	}
	levels := scaled(times, sigmas)
	for i, l := range levels {
		levels[i] = vp32(l.T, l.S)
	}
	return levels, vp, err
}

// lastSteps is the reference's rule for the order of the last steps: down only below 15 steps.
func (s *Scheduler) lastSteps(n int) int {
	switch {
	case s.LowerOrderFinal && n < 15:
		return solver.LowerOrder
	case s.EulerFinal:
		return solver.EulerLast
	}
	return solver.FullOrder
}

// thirdOrder reports whether one of n steps is of order 3.
func (s *Scheduler) thirdOrder(n int) bool {
	last := s.lastSteps(n)
	for left := 1; left <= n-2; left++ { // the first two have too few values
		if s.Order == 3 && !(left == 1 && (last != solver.FullOrder || s.Final == "zero")) && !(left == 2 && last == solver.LowerOrder) {
			return true
		}
	}
	return false
}

// dpmWords replaces words of other classes' configs, as the reference does, and refuses the rest.
func (s *Scheduler) dpmWords() (correction int, err error) {
	switch s.Solver {
	case "midpoint", "logrho", "bh1", "bh2":
		correction = solver.Midpoint
	case "heun":
		correction = solver.HeunLike
	default:
		err = fmt.Errorf("solver_type %q is not one that the reference knows", s.Solver)
	}
	if s.Variance == "learned" || s.Variance == "learned_range" {
		err = fmt.Errorf("variance_type %q: the network would have to return a variance too", s.Variance)
	}
	switch s.Algorithm {
	case "dpmsolver", "sde-dpmsolver", "deis":
		if s.Final == "zero" {
			err = fmt.Errorf("final_sigmas_type \"zero\": the reference refuses it for algorithm_type %q", s.Algorithm)
		}
	}
	if s.Algorithm == "deis" {
		s.Algorithm = "dpmsolver++"
	}
	return correction, err
}

// dpmSteps are the steps of the multistep classes. Of order 3 the reference halves the parabola's part, and takes a
// wrong sign where it draws noise.
func (s *Scheduler) dpmSteps(correction, n int) (emit, error) {
	last := s.lastSteps(n)
	switch {
	case s.Order < 1 || s.Order > 3:
		return nil, fmt.Errorf("solver_order: %d, expected 1 to 3", s.Order)
	case s.Algorithm == "dpmsolver++" && s.Order == 1:
		return solver.Steps(solver.Euler{}), nil
	case s.Algorithm == "dpmsolver++" && s.Order == 2:
		return solver.Steps(solver.DPMpp2M{Correction: correction, LastSteps: last}), nil
	case s.Algorithm == "dpmsolver++":
		return solver.Steps(solver.DPMpp3M{Correction: correction, LastSteps: last, Halved: true}), nil
	case s.Algorithm == "dpmsolver":
		return noiseSteps{order: s.Order, last: last, fromV: s.Prediction == "v_prediction", weigh: noiseWeights(correction)}.emit, nil
	case s.Algorithm == "sde-dpmsolver" && s.thirdOrder(n):
		return nil, errors.New("algorithm_type \"sde-dpmsolver\" of order 3: the reference has none and fails")
	case s.Algorithm == "sde-dpmsolver":
		return noiseSteps{order: s.Order, last: last, stochastic: true, fromV: s.Prediction == "v_prediction", weigh: noiseWeights(correction)}.emit, nil
	case s.Algorithm == "sde-dpmsolver++":
		return solver.Steps(solver.SDEDPMpp{Estimates: s.Order, Eta: 1, SNoise: 1, Correction: correction, LastSteps: last, Third: solver.ThirdSign}), nil
	}
	return nil, fmt.Errorf("algorithm_type %q is not implemented", s.Algorithm)
}

// twiceAtEnd refuses what the reference fills with NaN: order 3 on a last level that comes twice.
func (s *Scheduler) twiceAtEnd(sigmas []float64, n int) error {
	k := len(sigmas)
	if k > 3 && sigmas[k-1] == sigmas[k-2] && s.Order == 3 && s.lastSteps(n) == solver.FullOrder {
		return errNotFinite
	}
	return nil
}

func planDPMMultistep(s *Scheduler, n int, with Settings) (*Plan, error) {
	correction, err := s.dpmWords()
	if err != nil {
		return nil, err
	}
	t, err := s.scaledTable(0)
	if err != nil {
		return nil, err
	}
	g, err := s.dpmGrid(t, n, with, remakeRules{})
	if err != nil {
		return nil, err
	}
	last, err := s.lastSigma(g.smallest)
	if err != nil {
		return nil, err
	}
	steps, err := s.dpmSteps(correction, len(g.times))
	if err != nil {
		return nil, err
	}
	sigmas := g.list(last)
	if err := s.twiceAtEnd(sigmas, len(g.times)); err != nil {
		return nil, err
	}
	return s.dpmPlan(g.times, sigmas, steps)
}

// dpmPlan is the plan over sigmas of the classes whose state is that of the network.
func (s *Scheduler) dpmPlan(times, sigmas []float64, steps emit) (*Plan, error) {
	levels, param, err := s.dpmLevels(times, sigmas)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(times, sigmas, 1, param, levels, steps)
	if err == nil {
		p.Bound = s.bound()
	}
	return p, err
}

// planEDMMultistep is the same on EDM's preconditioning and its sigmas, in X.
func planEDMMultistep(s *Scheduler, n int, _ Settings) (*Plan, error) {
	correction, err := s.dpmWords()
	if err != nil {
		return nil, err
	}
	if s.Algorithm == "dpmsolver" || s.Algorithm == "sde-dpmsolver" || s.Algorithm == "sde-dpmsolver++" && s.thirdOrder(n) {
		return nil, fmt.Errorf("algorithm_type %q of order %d: the reference's class has none", s.Algorithm, s.Order)
	}
	sigmas, err := s.edmSigmas(n, true)
	if err != nil {
		return nil, err
	}
	param, err := s.edmParam()
	if err != nil {
		return nil, err
	}
	steps, err := s.dpmSteps(correction, n)
	if err != nil {
		return nil, err
	}
	times := edmTimes(sigmas)
	last, err := s.lastSigma(s.SigmaMin)
	if err != nil {
		return nil, err
	}
	sigmas = append(sigmas, f32(last))
	if err := s.twiceAtEnd(sigmas, n); err != nil {
		return nil, err
	}
	p, err := newPlan(times, sigmas, math.Sqrt(float64(s.SigmaMax*s.SigmaMax)+1), param, scaled(times, sigmas), steps)
	if err == nil {
		p.Bound = s.bound()
	}
	return p, err
}

// planDEIS steps in the slope over log σ. Its grids of sigmas end on their last sigma twice.
func planDEIS(s *Scheduler, n int, with Settings) (*Plan, error) {
	t, err := s.table(0)
	if err != nil {
		return nil, err
	}
	g, err := s.dpmGrid(t, n, with, remakeRules{roundCosine: true, ownLast: true})
	if err != nil {
		return nil, err
	}
	if s.Order < 1 || s.Order > 3 {
		return nil, fmt.Errorf("solver_order: %d, expected 1 to 3", s.Order)
	}
	if s.Algorithm == "sde-dpmsolver++" || s.Algorithm == "sde-dpmsolver" {
		return nil, fmt.Errorf("algorithm_type %q: the reference's class has none", s.Algorithm)
	}
	return s.dpmPlan(g.times, g.list(g.smallest), noiseSteps{order: s.Order, last: s.lastSteps(len(g.times)), weigh: deisWeights}.emit)
}
