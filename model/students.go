package model

import (
	"fmt"
	"slices"
	"strings"

	"tintype/core/denoise"
	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/weights"
)

// method is what the way of distillation says of a student's sampler.
type method struct {
	names      []string
	solvers    []solver.Kind // the first is the default
	grid       schedule.GridKind
	most       int    // steps; 0: any number
	noise      bool   // its steps draw noise
	unguided   bool   // a second pass would see a network that was never trained for it
	needsTimes bool   // it knows no times but those of its list
	needsSteps bool   // it knows no other number of steps
	reason     string // why all other solvers are wrong
}

var methods = []method{
	{names: []string{"progressive distillation", "progressive", "pd"}, solvers: []solver.Kind{solver.KindDDIM}, grid: schedule.Trailing,
		unguided: true, needsSteps: true,
		reason: "a progressive student is a map between its own steps, not the slope of an ODE"},
	{names: []string{"consistency", "cd", "ct"}, solvers: []solver.Kind{solver.KindCM}, grid: schedule.ConsistencySteps, noise: true,
		reason: "a consistency model jumps to the picture: it is not the slope of an ODE"},
	{names: []string{"lcm", "latent consistency"}, solvers: []solver.Kind{solver.KindLCM}, grid: schedule.DistilledSteps, most: 50, noise: true,
		reason: "a latent consistency model jumps to the picture: it is not the slope of an ODE"},
	{names: []string{"tcd"}, solvers: []solver.Kind{solver.KindTCD}, grid: schedule.DistilledSteps, most: 50, noise: true,
		reason: "a trajectory student jumps between the times of its own grid"},
	{names: []string{"add", "turbo"}, solvers: []solver.Kind{solver.KindEulerAncestral}, grid: schedule.Trailing, most: 4, noise: true, unguided: true,
		reason: "an adversarial student was trained from full noise, in up to 4 steps that draw fresh noise"},
	{names: []string{"lightning"}, solvers: []solver.Kind{solver.KindEuler, solver.KindDDIM}, grid: schedule.Trailing, unguided: true, needsSteps: true,
		reason: "the student was trained for Euler's steps, in exactly its number of them"},
	{names: []string{"dmd", "dmd2"}, solvers: []solver.Kind{solver.KindLCM}, grid: schedule.Trailing, noise: true, needsTimes: true,
		reason: "a distribution-matching student knows its own list of times and fresh noise between them"},
	{names: []string{"rectified flow", "reflow"}, solvers: []solver.Kind{solver.KindEuler, solver.KindFlowHeun, solver.KindHeun}, grid: schedule.Trailing,
		reason: "a straightened flow is followed by straight steps"},
	{names: []string{"scm"}, solvers: []solver.Kind{solver.KindSCM}, grid: schedule.Trailing, noise: true,
		reason: "a continuous-time consistency model jumps to the picture: it is not the slope of an ODE"},
}

// methodNamed finds a method; ok is false where nobody knows it.
func methodNamed(name string) (*method, bool) {
	for i := range methods {
		if slices.Contains(methods[i].names, strings.ToLower(name)) {
			return &methods[i], true
		}
	}
	return nil, false
}

// student lays down the sampler that the method needs. What the checkpoint says beside it may narrow that, never widen.
func (m *Model) student(st *weights.Student, s *weights.Samplers) error {
	c := &m.Contract
	c.Student = true
	c.TrainedSteps, c.Deterministic, c.Times = st.TrainedSteps, st.Deterministic, st.Timesteps
	if st.Final == "t0" {
		m.Grid.Options = m.Grid.With(schedule.Final, schedule.FinalFirst)
	}
	if st.Original != 0 {
		m.Grid.Options = m.Grid.With(schedule.Original, float64(st.Original))
	}
	if st.Gamma.Given {
		m.Options = m.Options.With(solver.Gamma, st.Gamma.Value)
	}
	k, known := methodNamed(st.Method)
	if !known { // a method of tomorrow can be drawn today, if the file itself says by what
		if s.Default == nil || s.Allowed == nil {
			return fmt.Errorf("student.method %q is not known; name its sampler in samplers.default and samplers.allowed", st.Method)
		}
		return nil
	}
	if err := k.fits(m, st); err != nil {
		return err
	}
	if c.Reason == "" {
		c.Reason = k.reason
	}
	c.MostSteps, c.NoGuidance = k.most, c.NoGuidance || k.unguided
	if s.Default == nil {
		// The scheduler in the file is often still the teacher's: of it only the number of steps is taken over.
		c.Defaults = pipeline.Defaults{Solver: k.solvers[0], Steps: c.Defaults.Steps, Guidance: 1}
		switch {
		case len(st.Timesteps) > 0:
			c.Defaults.Steps = len(st.Timesteps)
		case len(st.TrainedSteps) > 0:
			c.Defaults.Steps = st.TrainedSteps[0]
		case k.most > 0:
			c.Defaults.Steps = min(max(c.Defaults.Steps, 1), k.most, 4)
		}
	} else if !slices.Contains(k.solvers, c.Defaults.Solver) {
		return fmt.Errorf("samplers.default.name %q contradicts student.method: %s", c.Defaults.Solver, k.reason)
	}
	if s.Default == nil || s.Default.Grid == "" {
		c.Defaults.Grid = k.grid
	} else if c.Defaults.Grid != k.grid {
		return fmt.Errorf("samplers.default.grid %q contradicts student.method: its grid is %v", c.Defaults.Grid, k.grid)
	}
	if c.Allowed == nil {
		c.Allowed = k.solvers
	}
	for _, a := range c.Allowed {
		if !slices.Contains(k.solvers, a) {
			return fmt.Errorf("samplers.allowed: %v contradicts student.method: %s", a, k.reason)
		}
	}
	return nil
}

// fits returns an error where the student lacks what its method cannot do without.
func (k *method) fits(m *Model, st *weights.Student) error {
	name, r := k.names[0], &m.Reading
	switch {
	case k.needsSteps && len(st.TrainedSteps) == 0:
		return fmt.Errorf("student.trained_steps: missing: %s is trained for a number of steps", name)
	case k.needsTimes && len(st.Timesteps) == 0:
		return fmt.Errorf("student.t_list: missing: %s is trained for a list of times", name)
	case k.noise && st.Deterministic:
		return fmt.Errorf("student.deterministic contradicts student.method: the steps of %s draw noise", name)
	case k.solvers[0] == solver.KindCM && r.Prediction != denoise.PredictConsistency:
		return fmt.Errorf("student.method %s needs the boundary cm", name)
	case name == "lcm" && r.Boundary == 0:
		return fmt.Errorf("student.method %s needs the boundary lcm", name)
	case k.solvers[0] == solver.KindSCM && r.Prediction != denoise.PredictTrig:
		return fmt.Errorf("student.method %s needs the prediction trigflow", name)
	}
	// Two lists have one key: times fall from noise, and places on a consistency grid are counted from it.
	rises := len(st.Timesteps) > 1 && st.Timesteps[1] > st.Timesteps[0]
	if rises != (len(st.Timesteps) > 1 && k.grid == schedule.ConsistencySteps) {
		return fmt.Errorf("student.t_list: expected times that fall, or, of a consistency model, numbers of its grid's steps that rise")
	}
	return nil
}
