package model

import (
	"strings"
	"testing"

	"tintype/core/setting"
	"tintype/core/solver"
	"tintype/internal/recipe"
	"tintype/weights"
)

// What a contract says is 0 is 0 in the defaults, and what it leaves out is the class's.
func TestZerosOfAContract(t *testing.T) {
	zero := weights.Some(0.0)
	d := describedBy(t, nil)
	for _, c := range []struct {
		say           weights.Sampler
		eta, guidance float64
		given         bool
	}{
		{weights.Sampler{Name: "euler-a", Eta: zero, Guidance: zero}, 0, 0, true},
		{weights.Sampler{Name: "euler-a", Eta: weights.Some(0.5)}, 0.5, 1, true},
		{weights.Sampler{Name: "euler-a"}, 0, 1, false},
		{weights.Sampler{Name: "dpmpp-2m", Eta: zero}, 0, 1, false}, // it has no eta, and draws no noise
	} {
		d.Samplers.Default = &c.say
		m := &Model{}
		if err := m.sampling(d); err != nil {
			t.Fatal(err)
		}
		s := m.Defaults()
		eta, given := s.Options.Get(solver.Eta)
		if eta != c.eta || given != c.given || s.Guidance.Scale != c.guidance {
			t.Errorf("%+v: eta %v (given: %v), guidance %v", c.say, eta, given, s.Guidance.Scale)
		}
	}
}

// A recipe's zeros are zeros, too, and its numbers are decimal.
func TestNumbersOfARecipe(t *testing.T) {
	m := &Model{}
	if err := m.sampling(describedBy(t, nil)); err != nil {
		t.Fatal(err)
	}
	legs, err := m.Legs(&recipe.Recipe{Vary: "010:0", Leg: recipe.Leg{Guidance: "0", Rescale: "0", Settings: []setting.Value{{Name: "eta", Value: 0}}}})
	if err != nil {
		t.Fatal(err)
	}
	s := legs[0].Spec
	if eta, given := s.Options.Get(solver.Eta); !given || eta != 0 || s.Guidance.Scale != 0 || s.Vary.Seed != 10 || s.Vary.Amount != 0 {
		t.Errorf("%+v", s)
	}
	for _, text := range []string{"0x9:0.5", "9:0x1p-1", "9:inf", "9:NaN", "9:", ":0.5", "9", "9_0:1"} {
		if v, err := ParseVary(text); err == nil || !strings.Contains(err.Error(), "9:0.25") {
			t.Errorf("%q is read as %+v, %v", text, v, err)
		}
	}
}
