package model

import (
	"fmt"
	"slices"
	"strings"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/setting"
	"tintype/core/solver"
	"tintype/weights"
)

// contract gives a type to what the checkpoint says of its samplers. What it leaves out follows from the method of
// distillation, or from its scheduler's class.
func (m *Model) contract(d *weights.Description, defaults pipeline.Defaults) error {
	c := &m.Contract
	*c = pipeline.Contract{Defaults: defaults, NoGuidance: !d.Guidance.AllowCFG, BakedGuidance: d.Guidance.Baked.Or(0)}
	// What the process or the network is decides before anything that is written down, and cannot be allowed away.
	only, why := m.only()
	if why != "" {
		c.Defaults = pipeline.Defaults{Solver: only, Grid: schedule.Trailing, Steps: onlySteps[only], Guidance: 1}
		c.Reason = why
	}
	if def := d.Samplers.Default; def != nil {
		if err := override(&c.Defaults, def); err != nil {
			return err
		}
	}
	for _, name := range d.Samplers.Allowed {
		kind, err := SolverNamed(name)
		if err != nil {
			return fmt.Errorf("samplers.allowed: %w", err)
		}
		c.Allowed = append(c.Allowed, kind)
	}
	for _, f := range d.Samplers.Forbidden {
		if f.Name == "*" { // a reason for all that are not allowed, rather than a solver
			c.Reason = f.Reason
			continue
		}
		kind, err := SolverNamed(f.Name)
		if err != nil {
			continue // a solver that is not here cannot be used anyway
		}
		if c.Forbidden == nil {
			c.Forbidden = map[solver.Kind]string{}
		}
		c.Forbidden[kind] = f.Reason
	}
	if d.Student != nil {
		if err := m.student(d.Student, &d.Samplers); err != nil {
			return err
		}
	}
	if c.Reason != "" && c.Allowed == nil {
		c.Allowed = []solver.Kind{c.Defaults.Solver} // everything else is forbidden
	}
	if why != "" && (len(c.Allowed) != 1 || c.Allowed[0] != only) {
		return fmt.Errorf("samplers: only %v is allowed: %s", only, why)
	}
	return nil
}

// onlySteps are the steps of such a checkpoint that says nothing of them.
var onlySteps = map[solver.Kind]int{solver.KindGDDIMBlur: 50, solver.KindFlowMap: 4}

// only is the one solver that a checkpoint of another kind can be sampled by, and why; "": any.
func (m *Model) only() (k solver.Kind, why string) {
	if _, blurs := m.Process.(*schedule.Blur); blurs {
		return solver.KindGDDIMBlur, "the process blurs, and other solvers know nothing of that"
	}
	if m.Extras.SecondTime {
		return solver.KindFlowMap, "the network jumps to the end of a step: it is not the slope of an ODE"
	}
	return 0, ""
}

// override replaces what the checkpoint's own default gives.
func override(d *pipeline.Defaults, s *weights.Sampler) error {
	kind, err := SolverNamed(s.Name)
	if err != nil {
		return fmt.Errorf("samplers.default.name: %w", err)
	}
	if d.Solver != kind {
		d.Options = solver.Options{} // the class's, for another solver
	}
	d.Solver = kind
	if s.Grid != "" {
		if d.Grid, err = GridNamed(s.Grid); err != nil {
			return fmt.Errorf("samplers.default.grid: %w", err)
		}
	}
	if s.N != 0 {
		d.Steps = s.N
	}
	d.Guidance = s.Guidance.Or(d.Guidance)
	if s.Eta.Given && !idle(kind, s.Eta.Value) {
		d.Options = d.Options.With(solver.Eta, s.Eta.Value)
	}
	return nil
}

// idle knows an eta that says what the solver does anyway: it draws no noise and has no eta, and 0 is asked for.
func idle(k solver.Kind, eta float64) bool {
	info, _ := k.Info()
	return eta == 0 && !info.Stochastic && !slices.ContainsFunc(info.Knobs, func(k solver.Knob) bool { return k.Setting == solver.Eta })
}

// SolverNamed finds a solver by the name that flags and pages use.
func SolverNamed(name string) (solver.Kind, error) {
	return named("solver", name, solver.Solvers(), func(i solver.Info) solver.Kind { return i.Kind })
}

// gridPrefix stands before the names of grids' settings, some of which are also names of solvers' settings.
const gridPrefix = "grid."

// Set gives a spec a setting: a solver's, grid.NAME, or one of how every estimate is made. An unknown name changes nothing.
func (m *Model) Set(s *pipeline.Spec, v setting.Value) error {
	for _, e := range EstimateSettings {
		if e.Name == v.Name {
			e.set(m, s, v.Value)
			return nil
		}
	}
	if own, of := strings.CutPrefix(v.Name, gridPrefix); of {
		k, err := named("grid setting", own, schedule.Settings(), func(i schedule.SettingInfo) schedule.Setting { return i.Setting })
		if err == nil {
			s.GridOptions = s.GridOptions.With(k, v.Value)
		}
		return err
	}
	k, err := named("setting", v.Name, solver.Settings(), func(i solver.SettingInfo) solver.Setting { return i.Setting })
	if err != nil {
		names := ""
		for _, e := range EstimateSettings {
			names += " " + e.Name
		}
		return fmt.Errorf("%w%s, or grid.NAME", err, names)
	}
	s.Options = s.Options.With(k, v.Value)
	return nil
}

// Choices are what the values from 0 of a setting are called, nil if it is a quantity or nobody knows it.
func Choices(name string) []string {
	if own, of := strings.CutPrefix(name, gridPrefix); of {
		for _, i := range schedule.Settings() {
			if i.Name == own {
				return i.Choices
			}
		}
	}
	for _, i := range solver.Settings() {
		if i.Name == name {
			return i.Choices
		}
	}
	return nil
}

// GridNamed finds a grid by the name that flags and pages use.
func GridNamed(name string) (schedule.GridKind, error) {
	return named("grid", name, schedule.Grids(), func(i schedule.GridInfo) schedule.GridKind { return i.Kind })
}

// named finds the kind of that name in a registry, or says which names there are.
func named[I any, K fmt.Stringer](what, name string, infos []I, kind func(I) K) (K, error) {
	known := ""
	for _, info := range infos {
		k := kind(info)
		if k.String() == name {
			return k, nil
		}
		known += " " + k.String()
	}
	var none K
	return none, fmt.Errorf("unknown %s %q: expected one of%s", what, name, known)
}
