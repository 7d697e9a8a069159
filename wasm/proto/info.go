//go:build js && wasm

package proto

import "tintype/core/setting"

// Info describes a loaded model: what the page needs to offer the controls
// that the checkpoint allows and no others.
type Info struct {
	ID, Name      string
	Licence       string
	Provenance    string
	Width, Height int // of a picture
	Parameters    int64
	Memory        int64 // bytes that the packed weights take while the model is loaded
	Slots         []Slot
	Defaults      Defaults
	Solvers       []Option
	Grids         []Option
	// Steps lists the only numbers of steps allowed; empty allows 1 to 1000.
	Steps []int
	// GuidanceReason is why guidance cannot be chosen; empty when it can.
	GuidanceReason string
}

// A Slot is one choice to make, for example the class or the colour of a hat.
type Slot struct {
	Name   string
	Values []string
	// Open reports whether the slot may be left open (-1 in Sample.Choice).
	Open bool
	// Null is the number that means the same as leaving it open: one of Values, whose name may be empty, or one beyond
	// them; -1 if there is none.
	Null int
}

// Defaults are the checkpoint's own settings.
type Defaults struct {
	Solver, Grid string
	Steps        int
	Guidance     float64
	Settings     []setting.Value // of Solver
}

// An Option is a solver or a grid that the runtime knows.
type Option struct {
	Name   string
	Reason string // why this checkpoint forbids it; empty when it does not
	Line   string // what it does, in one line
	// Of a solver: its order, 0 for a grid, and the evaluations of n steps, as a formula for people and as the least of
	// Evals' lines each·n + more; no lines: they depend on the picture.
	Order      int
	Cost       string
	Evals      []Line
	Stochastic bool
	Settings   []Setting
}

// A Setting is a number of a solver that may be chosen.
type Setting struct {
	Name, Line        string
	Default, Min, Max float64
	Whole             bool
	Choices           []string // what the whole numbers from 0 are called; empty: it is a quantity
}

// A Line is Each·n + More.
type Line struct{ Each, More int }

// Of is what the solver's n steps cost; 0: nobody knows.
func (o *Option) Of(n int) (evals int) {
	for i, l := range o.Evals {
		if v := l.Each*n + l.More; i == 0 || v < evals {
			evals = v
		}
	}
	return evals
}
