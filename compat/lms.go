package compat

import (
	"fmt"

	"tintype/core/solver"
)

// planLMS is the linear multistep method in σ, on the reference's levels.
func planLMS(s *Scheduler, n int, with Settings) (*Plan, error) {
	if with.Order < 1 || with.Order > 4 {
		return nil, fmt.Errorf("order: %d, expected 1 to 4", with.Order)
	}
	g, vp, err := s.sigmaSpace(s.table, 0, n, s.param)
	if err != nil {
		return nil, err
	}
	sigmas := g.list(0)
	return newPlan(singles(g.times), sigmas, s.largest(sigmas), scaledParam(vp), scaled(g.times, sigmas),
		solver.Steps(solver.LMS{Order: with.Order, Through: true}))
}
