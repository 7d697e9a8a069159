package model

import (
	"fmt"
	"strings"

	"tintype/core/limits"
	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/setting"
	"tintype/core/solver"
	"tintype/internal/decimal"
	"tintype/internal/recipe"
)

// Legs gives a recipe's words their types; what it leaves out is the checkpoint's own.
func (m *Model) Legs(r *recipe.Recipe) ([]pipeline.Leg, error) {
	base := m.Defaults()
	if r.Grid != "" {
		grid, err := GridNamed(r.Grid)
		if err != nil {
			return nil, err
		}
		base.UseGrid(grid)
	}
	switch base.Levels = r.Levels; {
	case r.Steps != 0:
		base.Steps = r.Steps
	case r.Levels != nil:
		base.Steps = len(r.Levels)
	}
	var err error
	if base.Vary, err = ParseVary(r.Vary); err != nil {
		return nil, err
	}
	end := r.Leg
	end.Until = base.Steps
	if end.Settings, err = m.gridSettings(&base, end.Settings); err != nil {
		return nil, err
	}
	var legs []pipeline.Leg
	// The three-part slice has append copy: a recipe is read again after it was drawn.
	for _, l := range append(r.Before[:len(r.Before):len(r.Before)], end) {
		spec, err := m.leg(base, l)
		if err != nil {
			return nil, err
		}
		legs = append(legs, pipeline.Leg{Spec: spec, Until: l.Until})
	}
	return legs, nil
}

// Recall is Legs of a recipe that pictures were made by. One that was written before a solver or a grid could begin otherwise
// means what was done then; and what it draws is drawn whatever it ends in.
func (m *Model) Recall(r *recipe.Recipe) ([]pipeline.Leg, error) {
	legs, err := m.Legs(r)
	for i := range legs {
		s := &legs[i].Spec
		s.Force = true
		// What the recipe says lies over what was meant when it said nothing.
		s.Options = s.Options.Over(unsaid(s.Solver))
		s.GridOptions = s.GridOptions.Over(schedule.Options{}.With(schedule.Begin, schedule.BeginOwn).For(s.Grid.Knobs()))
	}
	return legs, err
}

// unsaid is what a solver did where a recipe did not say how: steps from pure noise were its own, and adaptive-sde had a
// wider tolerance, with which it drew noise on some models.
func unsaid(k solver.Kind) solver.Options {
	o := solver.Options{}.With(solver.Opening, solver.OpeningOwn)
	if k == solver.KindAdapt {
		o = o.With(solver.Relative, 0.05)
	}
	return o.For(k.Knobs())
}

// said is the defaults that a recipe must say, because unsaid they mean what was before: those of the settings in unsaid.
func said(k solver.Kind) (o solver.Options) {
	old := unsaid(k)
	for _, knob := range k.Knobs() {
		if _, changed := old.Get(knob.Setting); changed {
			o = o.With(knob.Setting, knob.Default)
		}
	}
	return o
}

// ParseVary reads SEED:AMOUNT; the empty text is no variation.
func ParseVary(text string) (v pipeline.Vary, err error) {
	if text == "" {
		return v, nil
	}
	seed, amount, _ := strings.Cut(text, ":")
	if v.Seed, err = decimal.Uint64(seed); err == nil {
		v.Amount, err = decimal.Float(amount)
	}
	if err != nil {
		return v, fmt.Errorf("variation %q: expected SEED:AMOUNT, such as 9:0.25", text)
	}
	return v, nil
}

// leg is the spec with the settings of a leg.
func (m *Model) leg(s pipeline.Spec, l recipe.Leg) (pipeline.Spec, error) {
	s.Seed, s.Choice = l.Seed, l.Pick
	if l.Solver != "" {
		kind, err := SolverNamed(l.Solver)
		if err != nil {
			return s, err
		}
		s.Use(kind)
	}
	for _, n := range []struct {
		text string
		to   *float64
	}{{l.Guidance, &s.Guidance.Scale}, {l.Rescale, &s.Guidance.Rescale}, {l.Classify, &s.Classifier}} {
		if n.text == "" {
			continue
		}
		v, err := decimal.Float(n.text)
		if err != nil {
			return s, fmt.Errorf("guidance %q: expected a number", n.text)
		}
		*n.to = v
	}
	for _, v := range l.Settings {
		if strings.HasPrefix(v.Name, gridPrefix) {
			return s, fmt.Errorf("a fork with the setting %s: expected it once, for the whole picture, since all legs have one grid", v.Name)
		}
		if err := m.Set(&s, v); err != nil {
			return s, err
		}
	}
	return s, nil
}

// gridSettings takes those of the grid, which all legs share, out of the last leg's.
func (m *Model) gridSettings(base *pipeline.Spec, all []setting.Value) (rest []setting.Value, err error) {
	for _, v := range all {
		if !strings.HasPrefix(v.Name, gridPrefix) {
			rest = append(rest, v)
		} else if err = m.Set(base, v); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// RecipeOf writes every setting of a run out: a default of this version need not be one of the next. ok is false if a
// recipe cannot say how the pictures are made.
func RecipeOf(legs []pipeline.Leg) (r recipe.Recipe, ok bool) {
	if legs[0].Spec.Edit != nil || len(legs[0].Spec.Levels) > limits.RecipeLevels {
		return r, false
	}
	end := legs[len(legs)-1].Spec
	r = recipe.Recipe{Numerics: recipe.Numerics, Count: 1, Grid: end.Grid.String(), Steps: end.Steps, Levels: end.Levels, Leg: wordsOf(end)}
	if v := end.Vary; v.Amount > 0 {
		r.Vary = recipe.Vary(v.Seed, v.Amount)
	}
	begun := schedule.Options{}.With(schedule.Begin, schedule.BeginLate).For(end.Grid.Knobs())
	r.Leg.Settings = end.GridOptions.Over(begun).List(r.Leg.Settings, gridPrefix)
	for _, l := range legs[:len(legs)-1] {
		before := wordsOf(l.Spec)
		before.Until = l.Until
		r.Before = append(r.Before, before)
	}
	return r, true
}

func wordsOf(s pipeline.Spec) recipe.Leg {
	l := recipe.Leg{Seed: s.Seed, Solver: s.Solver.String(), Guidance: recipe.Number(s.Guidance.Scale), Pick: s.Choice}
	if s.Guidance.Rescale != 0 {
		l.Rescale = recipe.Number(s.Guidance.Rescale)
	}
	if s.Classifier != 0 {
		l.Classify = recipe.Number(s.Classifier)
	}
	l.Settings = s.Options.Over(said(s.Solver)).List(nil, "")
	for _, e := range EstimateSettings {
		if v, ok := e.get(&s); ok {
			l.Settings = append(l.Settings, setting.Value{Name: e.Name, Value: v})
		}
	}
	return l
}
