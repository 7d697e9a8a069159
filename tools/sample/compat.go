package main

import (
	"errors"
	"fmt"

	"tintype/compat"
	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/weights"
)

// repeat puts the reference's scheduler in the place of our solver and grid.
func (r *request) repeat(s *pipeline.Spec, d *weights.Description) error {
	if r.given.solver.Given() || r.given.grid.Given() {
		return errors.New("-compat: the scheduler's class decides the solver and the grid: leave -solver and -grid out")
	}
	switch {
	case !d.Scheduler.Exists():
		return errors.New("-compat: the checkpoint has no scheduler config")
	case d.Process != nil || d.Prediction != "" || d.Boundary != nil || d.TimeInput != nil:
		return errors.New("-compat: the checkpoint says more of its network than a scheduler config can")
	}
	c, err := compat.Read(d.Scheduler)
	if err != nil {
		return err
	}
	with := c.NewSettings()
	arguments := map[sampler.Setting]*float64{sampler.Eta: &with.Eta, sampler.SChurn: &with.Churn,
		sampler.STMin: &with.TMin, sampler.STMax: &with.TMax, sampler.SNoise: &with.SAdd}
	for _, info := range sampler.Settings() {
		v, given := s.Options.Get(info.Setting)
		if to := arguments[info.Setting]; given && to == nil {
			return fmt.Errorf("-compat: %s is not an argument of a scheduler's step", info.Name)
		} else if given {
			*to = v
		}
	}
	p, err := c.Plan(s.Steps, with)
	if err != nil {
		return err
	}
	s.Reference = &pipeline.Reference{Program: p.Tape, Param: p.Param, Bounded: p.Bounded}
	s.Steps = p.Tape.Steps
	return nil
}
