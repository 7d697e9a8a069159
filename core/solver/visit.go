package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// visit is what the runs that find their own steps have in common: x on its way from level to level of a grid, each of
// which is shown to the hook before anything is asked from there.
type visit struct {
	env      tape.Env
	levels   []schedule.Level
	x        []float32
	from     schedule.Level // that x is at; not of the grid while a step of it is cut
	at       int            // of the grid, left behind
	arriving bool           // x has reached a level of the grid, and the hook has not seen it
	known    bool           // the estimate at x is, since x has not changed
	seen     tape.Progress
}

// begin puts noise, as wide as the first level's marginal of unit-variance data, into x. evals is the least number of
// evaluations of the run.
func (v *visit) begin(evals int) {
	v.seen = tape.Progress{Steps: len(v.levels) - 1, NFE: evals, Ops: evals}
	v.at, v.arriving, v.known, v.from = 0, true, false, v.levels[0]
	v.env.Noise(v.x, 0)
	scale := float32(v.from.Width())
	for i := range v.x {
		v.x[i] = scale * v.x[i]
	}
}

// show shows the level that x has reached; done reports that it is the last. It may be tried again after an error.
func (v *visit) show() (done bool, err error) {
	if v.arriving {
		if err := v.env.Arrive(v.x, v.from, v.at); err != nil {
			return false, err
		}
		v.arriving = false
		v.known = v.known && v.env.Arrived == nil
		v.seen.Step = v.at
	}
	return v.at == v.seen.Steps, nil
}

// arrive is the end of a step at the grid's next level.
func (v *visit) arrive() { v.at, v.arriving, v.from = v.at+1, true, v.levels[v.at+1] }

// X is the noisy picture.
func (v *visit) X() []float32 { return v.x }

// Progress counts the levels of the grid as steps; the totals grow as the run finds out how many evaluations it takes.
func (v *visit) Progress() tape.Progress { return v.seen }
