package schedule

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// anyProcess is one of each kind, with its name.
func anyProcess(t testing.TB) map[string]Process {
	t.Helper()
	all := map[string]Process{"linear": linear(t, 1000), "scaled": scaled(t), "cosine": cosine(t),
		"short": linear(t, 60), "zero terminal": zeroTerminal(t)}
	for name, p := range anyContinuous(t) {
		all[name] = p
	}
	return all
}

// refusals are the grids that cannot visit a process of thousand steps in some numbers of steps up to 60.
func refused(process string, k GridKind, n int) bool {
	_, continuous := map[string]bool{"VP": true, "sub-VP": true, "VE": true, "EDM": true, "flow": true, "continuous cosine": true,
		"trig": true, "gamma": true}[process]
	switch k {
	case TimeList, SigmaList, BestPath:
		return true // nothing is given to them here
	case CrashSteps:
		return !continuous || process == "EDM" || process == "trig" || n > 30 // the last of many lies before the first time
	case Leading, LeadingOpen, DistilledSteps, Quadratic, FastStep, FastVar, AlignedSteps:
		if continuous {
			return true
		}
	}
	noSignal := process == "zero terminal" || process == "continuous cosine" || process == "trig"
	switch k {
	case Linspace:
		return n == 1 || process == "trig"
	case Quadratic:
		return n == 1 || n > 28 || process == "short"
	case FastStep:
		return n == 1
	case FastVar:
		return n == 1 || noSignal
	case DistilledSteps:
		return n > 50
	case ConsistencySteps:
		return n > 40 || noSignal
	case AlignedSteps:
		return process == "short" || noSignal && n > 10
	case Karras, Exponential, Polyexponential, BetaSigmas, KLOptimal:
		return noSignal || process == "trig"
	case LinspaceOpen, LeadingOpen, BetaTimes:
		return process == "short" && n > 12
	}
	return false
}

// Every grid, on every process, in 1 to 60 steps, ending clean or at the first level, falls strictly without a NaN,
// or refuses with a remedy; and it refuses only where it must.
func TestEveryGridInEveryNumberOfSteps(t *testing.T) {
	for name, p := range anyProcess(t) {
		for _, g := range Grids() {
			for n := 1; n <= 60; n++ {
				if n > 10 && n%7 != 0 && n != 60 && name != "scaled" && name != "flow" {
					continue // the formulas see the process only through its ends
				}
				levels, err := g.Kind.Grid(GridOptions{})(p, n)
				checkGrid(t, fmt.Sprintf("%s, %v in %d steps", name, g.Kind, n), g.Kind, p, n, levels, err)
				if err != nil && !refused(name, g.Kind, n) {
					t.Errorf("%s, %v in %d steps: %v", name, g.Kind, n, err)
				}
				if err == nil && levels[n] != Clean {
					t.Errorf("%s, %v in %d steps ends at %v", name, g.Kind, n, levels[n])
				}
				if n > 12 && n%12 != 0 {
					continue
				}
				levels, err = g.Kind.Grid(only(g.Kind, Final, FinalFirst))(p, n)
				checkGrid(t, fmt.Sprintf("%s, %v in %d steps to the first level", name, g.Kind, n), g.Kind, p, n, levels, err)
				if _, lo := p.Range(); err == nil && levels[n] != lo {
					t.Errorf("%s, %v in %d steps ends at %v, not at the first level", name, g.Kind, n, levels[n])
				}
			}
		}
	}
}

func checkGrid(t *testing.T, what string, k GridKind, p Process, n int, levels []Level, err error) {
	t.Helper()
	if err != nil {
		var refused *GridError
		if !errors.As(err, &refused) || refused.Problem == "" || refused.Remedy == "" {
			t.Errorf("%s: %v is not a *GridError with a remedy", what, err)
		}
		return
	}
	if len(levels) != n+1 {
		t.Errorf("%s gives %d levels", what, len(levels))
	}
	tolerance := 1e-9
	if k == FastVar {
		tolerance = 1e-3 // a formula of its own gives its times between the steps
	}
	hi, lo := p.Range()
	for i, l := range levels {
		if !(l.A >= 0 && l.S >= 0 && l.A+l.S > 0.4 && l.A+l.S <= 1e5) {
			t.Errorf("%s: level %d is %v", what, i, l)
		}
		if i > 0 && !l.Below(levels[i-1]) {
			t.Errorf("%s: level %d does not descend", what, i)
		}
		if l != Clean && !(l.T >= lo.T && l.T <= hi.T) {
			t.Errorf("%s: time %d is %v", what, i, l.T)
		}
		if back := p.AtTime(l.T); l != Clean && math.Abs(back.S*l.A-l.S*back.A) > tolerance*(1+l.S) {
			t.Errorf("%s: level %d is %v, at its time is %v", what, i, l, back)
		}
	}
}
