package model

import (
	"slices"
	"strings"
	"testing"

	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/core/schedule"
	"tintype/internal/recipe"
)

// One list of names holds the settings of solvers and of grids; alpha is the name of one of each.
func TestSetByName(t *testing.T) {
	var s pipeline.Spec
	for name, v := range map[string]float64{"alpha": 0.75, "grid.alpha": 0.5, "grid.rho": 5, "eta": 1} {
		if err := Set(&s, name, v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if want := (sampler.Options{}).With(sampler.Alpha, 0.75).With(sampler.Eta, 1); s.Options != want {
		t.Errorf("solver's settings %v, want %v", s.Options, want)
	}
	if want := (schedule.Options{}).With(schedule.Alpha, 0.5).With(schedule.Rho, 5); s.GridOptions != want {
		t.Errorf("grid's settings %v, want %v", s.GridOptions, want)
	}
	for _, name := range []string{"rho", "grid.eta", "grid.", ""} {
		if err := Set(&s, name, 1); err == nil || !strings.Contains(err.Error(), "expected one of") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if kept := (sampler.Options{}).With(sampler.Alpha, 0.75).With(sampler.Eta, 1); s.Options != kept {
		t.Errorf("unknown names changed the settings to %v", s.Options)
	}
	if got := Choices("grid.final"); !slices.Equal(got, []string{"clean", "first"}) || Choices("grid.rho") != nil || Choices("variance") == nil {
		t.Errorf("choices of grid.final are %v", got)
	}
}

// A recipe keeps the grid's settings, which all of its legs share.
func TestRecipeKeepsGridSettings(t *testing.T) {
	m := &Model{}
	m.Contract.Defaults = pipeline.Defaults{Solver: sampler.KindDDIM, Grid: schedule.Karras, Steps: 8, Guidance: 1}
	r := recipe.Recipe{Leg: recipe.Leg{Settings: []recipe.Setting{{Name: "eta", Value: 0.5}, {Name: "grid.rho", Value: 5}}},
		Before: []recipe.Leg{{Until: 3, Seed: 4}}}
	legs, err := m.Legs(&r)
	if err != nil {
		t.Fatal(err)
	}
	want := schedule.Options{}.With(schedule.Rho, 5)
	for i, l := range legs {
		if l.Spec.GridOptions != want {
			t.Errorf("leg %d has %v, want rho 5", i, l.Spec.GridOptions)
		}
	}
	back, ok := RecipeOf(legs)
	if !ok || !slices.Equal(back.Leg.Settings, r.Leg.Settings) {
		t.Errorf("the recipe came back with %v, want %v", back.Leg.Settings, r.Leg.Settings)
	}
}
