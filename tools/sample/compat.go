package main

import (
	"errors"
	"fmt"
	"io"

	"tintype/compat"
	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/weights"
)

// repeat puts the reference's scheduler in the place of our solver and grid. What the checkpoint's config says of its
// solver is said to the scheduler too; own are the settings that it made of it.
func (r *request) repeat(s *pipeline.Spec, own solver.Options, d *weights.Description, stderr io.Writer) error {
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
	arguments := map[solver.Setting]*float64{solver.Eta: &with.Eta, solver.SChurn: &with.Churn,
		solver.STMin: &with.TMin, solver.STMax: &with.TMax, solver.SNoise: &with.SAdd}
	for _, info := range solver.Settings() {
		v, given := s.Options.Get(info.Setting)
		if config, said := own.Get(info.Setting); said && v == config {
			continue
		}
		if to := arguments[info.Setting]; given && to == nil {
			return fmt.Errorf("-compat: %s is not an argument of a scheduler's step", info.Name)
		} else if given {
			*to = v
		}
	}
	for _, info := range schedule.Settings() {
		if _, given := s.GridOptions.Get(info.Setting); given {
			return fmt.Errorf("-compat: the scheduler's config decides its grid: leave grid.%s out", info.Name)
		}
	}
	p, err := c.Plan(s.Steps, with)
	if err != nil {
		return err
	}
	if p.Note != "" {
		fmt.Fprintln(stderr, "sample: -compat: note:", p.Note)
	}
	s.Reference = &pipeline.Reference{Program: p.Tape, Param: p.Param, Bounded: p.Bounded}
	s.Steps = p.Tape.Steps
	return nil
}
