package model

import (
	"fmt"

	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/core/schedule"
	"tintype/weights"
)

// contract gives a type to what the checkpoint says of its samplers. What it leaves out follows from the method of
// distillation, or from its scheduler's class.
func (m *Model) contract(d *weights.Description, defaults pipeline.Defaults) error {
	c := &m.Contract
	*c = pipeline.Contract{Defaults: defaults, NoGuidance: !d.Guidance.AllowCFG, BakedGuidance: d.Guidance.Baked}
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
		if f.Name == "*" {
			c.Reason = f.Reason
			continue
		}
		kind, err := SolverNamed(f.Name)
		if err != nil {
			continue // a solver that is not here cannot be used anyway
		}
		if c.Forbidden == nil {
			c.Forbidden = map[sampler.Kind]string{}
		}
		c.Forbidden[kind] = f.Reason
	}
	if d.Student != nil {
		if err := m.student(d.Student, &d.Samplers); err != nil {
			return err
		}
	}
	if c.Reason != "" && c.Allowed == nil {
		c.Allowed = []sampler.Kind{c.Defaults.Solver} // everything else is forbidden
	}
	return nil
}

// override replaces what the checkpoint's own default gives.
func override(d *pipeline.Defaults, s *weights.Sampler) error {
	kind, err := SolverNamed(s.Name)
	if err != nil {
		return fmt.Errorf("samplers.default.name: %w", err)
	}
	if d.Solver != kind {
		d.Options = sampler.Options{} // the class's, for another solver
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
	if s.Guidance != 0 {
		d.Guidance = s.Guidance
	}
	if s.Eta != 0 {
		d.Options = d.Options.With(sampler.Eta, s.Eta)
	}
	return nil
}

// SolverNamed finds a solver by the name that flags and pages use.
func SolverNamed(name string) (sampler.Kind, error) {
	return named("solver", name, sampler.Solvers(), func(i sampler.Info) sampler.Kind { return i.Kind })
}

// SettingNamed finds a setting of solvers by the name that flags and pages use.
func SettingNamed(name string) (sampler.Setting, error) {
	return named("setting", name, sampler.Settings(), func(i sampler.SettingInfo) sampler.Setting { return i.Setting })
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
