package schedule

import (
	"fmt"
	"slices"

	"tintype/core/limits"
)

// Grid chooses the levels of n sampler steps: n+1 of them, noise falling strictly.
type Grid func(p Process, n int) ([]Level, error)

// GridKind names a grid.
type GridKind uint8

// The grids that a sampler can be run on.
const (
	Linspace GridKind = iota
	Leading
	Trailing
	Karras
	LinspaceOpen
	LeadingOpen
	Simple
	Quadratic
	BetaTimes
	FastStep
	FastVar
	DistilledSteps
	AlignedSteps
	Exponential
	Polyexponential
	BetaSigmas
	KLOptimal
	ConsistencySteps
	BestPath
	TimeList
	SigmaList
	CrashSteps
	gridKinds
)

// GridInfo describes a grid to those who list it or make it. Exactly one of times, sigmas and levels is there.
type GridInfo struct {
	Kind    GridKind
	Name    string // as flags and pages spell it
	Line    string // one line for people
	Formula string // of step i of n; T is the number of trained steps
	Source  string // paper or program
	Knobs   []Knob // settings that it reads

	times  func(*ask) ([]float64, error)          // n times of the model
	sigmas func(a *ask, m int) ([]float64, error) // m sigmas between the ends of the ask
	levels func(*ask) ([]Level, error)            // n levels
}

// Grids lists every grid.
func Grids() []GridInfo { return gridInfos[:] }

// info describes the grid; ok is false for a GridKind that is none.
func (k GridKind) info() (info GridInfo, ok bool) {
	if k >= gridKinds {
		return GridInfo{}, false
	}
	return gridInfos[k], true
}

// Listed reports a grid of levels that are given one by one.
func (k GridKind) Listed() bool { return k == TimeList || k == SigmaList }

// Knobs lists the settings that the grid reads.
func (k GridKind) Knobs() []Knob {
	info, _ := k.info()
	return info.Knobs
}

func (k GridKind) String() string {
	if k >= gridKinds {
		return "unknown grid"
	}
	return gridInfos[k].Name
}

// GridOptions are what a grid reads beside the process and the number of steps.
type GridOptions struct {
	Options           // settings
	Times   []float64 // TimeList: the model's times; ConsistencySteps: numbers of its steps, where they are not even
	Sigmas  []float64 // SigmaList
	Costs   *Costs    // BestPath
}

// Grid returns the grid of a kind. What it cannot do is a *GridError, or a *SettingError, of the call.
func (k GridKind) Grid(o GridOptions) Grid {
	return func(p Process, n int) ([]Level, error) {
		info, ok := k.info()
		if !ok {
			return nil, gridError("use one of the listed grids", "grid %d does not exist", k)
		}
		full, err := o.Fill(info.Name, info.Knobs)
		if err != nil {
			return nil, err
		}
		return info.make(newAsk(p, n, full, &o))
	}
}

// ask is what is asked of a grid.
type ask struct {
	process Process
	o       Options // filled in
	given   *GridOptions
	n       int
	steps   int // trained steps; 0: the process is continuous
	flow    bool
	hi, lo  Level

	first, last float64 // of a grid of sigmas
}

func newAsk(p Process, n int, full Options, given *GridOptions) *ask {
	a := &ask{process: p, o: full, given: given, n: n}
	a.hi, a.lo = p.Range()
	switch p := p.(type) {
	case Stepped:
		a.steps = p.Steps()
	case *Continuous:
		_, a.flow = p.law.(flow)
	}
	return a
}

// make returns the levels: those of the formula, then where the grid ends.
func (g *GridInfo) make(a *ask) (levels []Level, err error) {
	switch {
	case a.n < 1 || a.n > limits.Steps:
		return nil, gridError(fmt.Sprintf("use 1 to %d", limits.Steps), "%d steps", a.n)
	case a.steps > 0 && a.n > a.steps:
		return nil, gridError(fmt.Sprintf("use 1 to %d", a.steps), "%d steps on a process of %d", a.n, a.steps)
	case g.times != nil:
		var times []float64
		if times, err = g.times(a); err == nil {
			levels, err = a.atTimes(times)
		}
	case g.sigmas != nil:
		levels, err = a.bySigma(g)
	default:
		levels, err = g.levels(a)
	}
	if err != nil {
		return nil, err
	}
	if len(levels) == a.n {
		end := Clean
		if a.o.Whole(Final) == FinalFirst {
			end = a.lo
		}
		levels = append(levels, end)
	}
	return levels, g.descending(levels)
}

// descending returns an error unless the noise falls strictly from level to level. A level that came twice would be a
// step of no length, by which multistep solvers divide.
func (g *GridInfo) descending(levels []Level) error {
	for i := 1; i < len(levels); i++ {
		if levels[i].Below(levels[i-1]) {
			continue
		}
		remedy := "use fewer steps, or trailing"
		switch {
		case i == len(levels)-1:
			remedy = "use trailing or another grid that leaves the clean end out, or the final clean"
		case g.Kind.Listed() || g.Kind == ConsistencySteps:
			remedy = "use a list that falls to less noise"
		case slices.Contains(g.Knobs, roundingKnob):
			remedy = "use fewer steps, or the rounding none"
		}
		return gridError(remedy, "levels %d and %d (times %v and %v) do not descend", i-1, i, levels[i-1].T, levels[i].T)
	}
	return nil
}

// GridError says why a grid cannot do what was asked, and what can.
type GridError struct{ Problem, Remedy string }

func (e *GridError) Error() string { return e.Problem + ": " + e.Remedy }

func gridError(remedy, format string, args ...any) error {
	return &GridError{fmt.Sprintf(format, args...), remedy}
}
