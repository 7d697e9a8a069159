package pipeline

import (
	"errors"
	"math"
	"testing"

	"tintype/core/solver"
)

// What is kept of a picture is kept in every leg of a fork, by each method.
func TestWhatIsHeldIsKeptInEveryLeg(t *testing.T) {
	m := editModel(t)
	for method := range methods {
		for hold := HoldMask; hold < holds; hold++ {
			first := editSpec(m)
			first.Edit.Hold, first.Edit.Method, first.Edit.Factor = hold, method, 4
			if hold != HoldMask {
				first.Edit.Mask = nil
			}
			next := first
			next.Edit, next.Seed = nil, 99 // as a message says it: once for all
			next.Use(solver.KindDDPM)
			r, err := CompileLegs(m, []Leg{{first, 4}, {next, 7}, {first, first.Steps}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for done := false; !done; {
				if done, err = r.Step(); err != nil {
					t.Fatal(err)
				}
			}
			got := make([]float32, 8*8*3)
			r.Run().Picture(got, 0, ViewX)
			for y := range 8 {
				for x := range 8 {
					if hold == HoldMask && y%2 == 0 {
						continue
					}
					if have, want := known(got, hold, y, x, 1), known(first.Edit.Picture, hold, y, x, 1); math.Abs(have-want) > 1e-5 {
						t.Fatalf("method %d, hold %d: at %d,%d %v, want %v", method, hold, y, x, have, want)
					}
				}
			}
		}
	}
}

// An edit whose steps a fork cannot count is refused with it.
func TestForksThatClash(t *testing.T) {
	m := editModel(t)
	for name, change := range map[string]func(e *Edit){
		"strength": func(e *Edit) { e.Strength = 0.5 },
		"jump":     func(e *Edit) { e.Hold, e.Jump, e.Times = HoldMask, 2, 2 },
		"inverse":  func(e *Edit) { e.Mask, e.Invert = nil, 3 },
	} {
		s := editSpec(m)
		change(s.Edit)
		_, err := CompileLegs(m, []Leg{{s, 2}, {s, s.Steps}}, nil)
		var refused *Clash
		if !errors.As(err, &refused) || refused.Setting != SettingEdit {
			t.Errorf("%s: %v", name, err)
		}
	}
}
