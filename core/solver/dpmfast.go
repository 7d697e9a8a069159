package solver

import "tintype/core/schedule"

// DPMFast spends exactly n evaluations: the grid's steps are taken in groups of three, each one step of DPM-Solver-3
// over h/3 and 2h/3 of its own, and the rest in smaller groups of lower order:
//
//	n = 3k: 3, ..., 3, 2, 1;  n = 3k+1: 3, ..., 3, 1;  n = 3k+2: 3, ..., 3, 1, 1
//
// C. Lu et al., DPM-Solver, arXiv 2206.00927, section 3.4 (whose last 2 is two steps here: a step to the clean picture
// is of order 1). A run shows the levels at the ends of the groups.
//
// Order 3; one evaluation for each step of the grid.
type DPMFast struct{}

var dpmFastInfo = Info{
	Kind: KindDPMFast, Name: "dpm-fast",
	Line:   "DPM-Solver-3 in a budget: n evaluations as steps of three, then smaller ones",
	Source: "Lu et al., arXiv 2206.00927, section 3.4", Order: 3, Evals: perStep,
	Formula: "DPM-Solver-3, ..., 3, 2, 1",
	Knobs:   []Knob{openingKnob},
	tape:    func(Options) Solver { return DPMFast{} },
}

// Compile emits the tape.
func (DPMFast) Compile(levels []schedule.Level, b *Draft) error {
	g := noiseOverLambda
	st, i := newStages(b, g, g.exact, 3), 0
	for _, n := range groups(levels) {
		switch n {
		case 1:
			st.over(b, i, i+1)
		case 2:
			st.second = g.midpoint
			st.over(b, i, i+2, 0.5)
			st.second = g.exact
		case 3:
			st.over(b, i, i+3, 1.0/3, 2.0/3)
		}
		i += n
	}
	return nil
}

// groups splits the steps of a grid. A step from pure noise or to the clean picture is a group of its own.
func groups(levels []schedule.Level) (n []int) {
	left := len(levels) - 1
	last := 0
	if levels[left].S == 0 {
		left, last = left-1, 1
	}
	if levels[0].A == 0 && left > 0 {
		left, n = left-1, append(n, 1)
	}
	for ; left > 0; left -= min(left, 3) {
		n = append(n, min(left, 3))
	}
	if last > 0 {
		n = append(n, last)
	}
	return n
}
