package model

import (
	"slices"
	"strings"
	"testing"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/setting"
	"tintype/core/solver"
	"tintype/internal/recipe"
)

// One list of names holds the settings of solvers and of grids; alpha is the name of one of each.
func TestSetByName(t *testing.T) {
	var m Model
	var s pipeline.Spec
	for name, v := range map[string]float64{"alpha": 0.75, "grid.alpha": 0.5, "grid.rho": 5, "eta": 1} {
		if err := m.Set(&s, setting.Value{Name: name, Value: v}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if want := (solver.Options{}).With(solver.Alpha, 0.75).With(solver.Eta, 1); s.Options != want {
		t.Errorf("solver's settings %v, want %v", s.Options, want)
	}
	if want := (schedule.Options{}).With(schedule.Alpha, 0.5).With(schedule.Rho, 5); s.GridOptions != want {
		t.Errorf("grid's settings %v, want %v", s.GridOptions, want)
	}
	for _, name := range []string{"rho", "grid.eta", "grid.", "guidance.", "threshold.min", ""} {
		if err := m.Set(&s, setting.Value{Name: name, Value: 1}); err == nil || !strings.Contains(err.Error(), "expected one of") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if kept := (solver.Options{}).With(solver.Alpha, 0.75).With(solver.Eta, 1); s.Options != kept {
		t.Errorf("unknown names changed the settings to %v", s.Options)
	}
	if got := Choices("grid.final"); !slices.Equal(got, []string{"clean", "first"}) || Choices("grid.rho") != nil || Choices("variance") == nil {
		t.Errorf("choices of grid.final are %v", got)
	}
}

// What is not said of a threshold is the model's; each leg has its own, and a recipe keeps them.
func TestEstimateSettings(t *testing.T) {
	m := &Model{}
	m.Contract.Defaults = pipeline.Defaults{Solver: solver.KindDDIM, Grid: schedule.Karras, Steps: 8, Guidance: 2}
	m.Thresh = pipeline.Threshold{Quantile: 0.9, Max: 3}
	r := recipe.Recipe{
		Leg:    recipe.Leg{Settings: []setting.Value{{Name: "guidance.sigma-min", Value: 0.25}, {Name: "guidance.sigma-max", Value: 5}}},
		Before: []recipe.Leg{{Until: 3, Seed: 4, Settings: []setting.Value{{Name: "threshold.max", Value: 2}}}},
	}
	legs, err := m.Legs(&r)
	if err != nil {
		t.Fatal(err)
	}
	first, last := legs[0].Spec, legs[1].Spec
	if g := last.Guidance; g.SigmaMin != 0.25 || g.SigmaMax != 5 || last.Thresh != nil {
		t.Errorf("the last leg has the guidance %v and the threshold %v", g, last.Thresh)
	}
	if want := (pipeline.Threshold{Quantile: 0.9, Max: 2}); first.Thresh == nil || *first.Thresh != want || first.Guidance.Bounded() {
		t.Errorf("the first leg has the guidance %v and the threshold %v, want %v", first.Guidance, first.Thresh, want)
	}
	words, ok := RecipeOf(legs)
	if !ok {
		t.Fatal("no recipe")
	}
	again, err := m.Legs(&words)
	if err != nil || again[1].Spec.Guidance != last.Guidance || again[0].Spec.Thresh == nil || *again[0].Spec.Thresh != *first.Thresh {
		t.Errorf("the recipe %v, %v gives %v", words, err, again)
	}
	if err := m.Set(&first, setting.Value{Name: "threshold.quantile"}); err != nil || first.Thresh.Quantile != 0 || first.Thresh == legs[0].Spec.Thresh || legs[0].Spec.Thresh.Quantile != 0.9 {
		t.Errorf("%v: a written 0 is %v, and the leg it was taken from has %v", err, first.Thresh, legs[0].Spec.Thresh)
	}
}

// A recipe keeps the grid's settings, which all of its legs share.
func TestRecipeKeepsGridSettings(t *testing.T) {
	m := &Model{}
	m.Contract.Defaults = pipeline.Defaults{Solver: solver.KindDDIM, Grid: schedule.Karras, Steps: 8, Guidance: 1}
	r := recipe.Recipe{Leg: recipe.Leg{Settings: []setting.Value{{Name: "eta", Value: 0.5}, {Name: "grid.rho", Value: 5}}},
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
	// Where the grid begins is said, whatever a later version does if nothing is.
	said := append(r.Leg.Settings[:2:2], setting.Value{Name: "grid.begin", Value: schedule.BeginLate})
	if !ok || !slices.Equal(back.Leg.Settings, said) {
		t.Errorf("the recipe came back with %v, want %v", back.Leg.Settings, said)
	}
}

// A recipe of before there was a choice means what was done then, and is drawn whatever it ends in; one of now says which.
func TestRecallOldRecipes(t *testing.T) {
	m := &Model{}
	m.Contract.Defaults = pipeline.Defaults{Solver: solver.KindDDIM, Grid: schedule.Trailing, Steps: 8, Guidance: 1}
	old, err := recipe.Parse("v=1&model=m&solver=heun&grid=karras&steps=12&fork=3~4~prk~~~~~&set=s-churn:1")
	if err != nil {
		t.Fatal(err)
	}
	legs, err := m.Recall(old)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range legs {
		opening, said := l.Spec.Options.Get(solver.Opening)
		begin, begun := l.Spec.GridOptions.Get(schedule.Begin)
		if !said || opening != solver.OpeningOwn || !begun || begin != schedule.BeginOwn || !l.Spec.Force {
			t.Errorf("leg %d: opening %v, begin %v, forced %v", i, opening, begin, l.Spec.Force)
		}
	}
	adaptive, err := recipe.Parse("v=1&model=m&solver=adaptive-sde")
	if err != nil {
		t.Fatal(err)
	}
	legs, err = m.Recall(adaptive)
	if v, _ := legs[0].Spec.Options.Get(solver.Relative); err != nil || v != 0.05 {
		t.Errorf("an old adaptive-sde has a tolerance of %v, %v", v, err)
	}
	legs, _ = m.Legs(adaptive)
	if words, _ := RecipeOf(legs); !slices.Contains(words.Leg.Settings, setting.Value{Name: "rtol", Value: 0.02}) {
		t.Errorf("a new one does not say its tolerance: %v", words.Leg.Settings)
	}
	asked, err := m.Legs(old) // of a request, what is left out is today's
	if _, said := asked[1].Spec.Options.Get(solver.Opening); err != nil || said {
		t.Errorf("a request says how it opens: %v", err)
	}
	words, ok := RecipeOf(asked)
	again, err := m.Recall(&words)
	if !ok || err != nil {
		t.Fatal(err)
	}
	for i, l := range again {
		opening, _ := l.Spec.Options.Get(solver.Opening)
		if begin, _ := l.Spec.GridOptions.Get(schedule.Begin); opening != solver.OpeningFirst || begin != schedule.BeginLate {
			t.Errorf("leg %d of a recipe of now: opening %v, begin %v", i, opening, begin)
		}
	}
}

// A list of levels goes through a recipe, and says how many steps there are.
func TestRecipeKeepsLevels(t *testing.T) {
	m := &Model{}
	m.Contract.Defaults = pipeline.Defaults{Solver: solver.KindDDIM, Grid: schedule.Trailing, Steps: 8, Guidance: 1}
	legs, err := m.Legs(&recipe.Recipe{Grid: "times", Levels: []float64{999, 499.5, 20}})
	if err != nil || legs[0].Spec.Steps != 3 {
		t.Fatalf("%v, %v", legs, err)
	}
	words, ok := RecipeOf(legs)
	if !ok || !slices.Equal(words.Levels, legs[0].Spec.Levels) {
		t.Errorf("came back with %v", words.Levels)
	}
}
