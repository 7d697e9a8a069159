//go:build js && wasm

package page

import (
	"strconv"

	"tintype/core/limits"
	"tintype/wasm/proto"
)

// forkHere lets the next run begin as the active one did, up to the step that
// is shown, and go on with what the controls say then.
func (p *page) forkHere() {
	r := p.run
	s := &r.request
	k := uint64(max(r.sheet.selected, 0))
	legs := make([]proto.Leg, 0, len(s.Before)+1)
	last := proto.Leg{Seed: s.Seed, Choice: s.Choice, Solver: s.Solver, Guidance: s.Guidance, Rescale: s.Rescale, Classify: s.Classify, Settings: s.Settings}
	for _, l := range s.Before {
		if l.Until >= p.shown {
			last = l
			break
		}
		legs = append(legs, l)
	}
	last.Until = p.shown
	legs = append(legs, last)
	for i := range legs {
		legs[i].Seed += k
	}
	if len(legs) > limits.Forks {
		p.say("A picture can be forked " + strconv.Itoa(limits.Forks) + " times at most.")
		return
	}
	p.ui.seed.SetValue(strconv.FormatUint(s.Seed+k, 10))
	p.ui.count.SetValue("1")
	p.ui.steps.SetValue(strconv.Itoa(r.sheet.total))
	p.ui.budget.SetValue("")
	p.setFork(legs)
	p.ui.forked.Underlying().Call("scrollIntoView", map[string]any{"block": "nearest"})
	p.ui.generate.Focus()
}

// setFork holds steps and grid, which all legs share.
func (p *page) setFork(legs []proto.Leg) {
	p.fork = legs
	u := p.ui
	at := strconv.Itoa(legs[len(legs)-1].Until)
	u.forkedText.SetTextContent("Up to step " + at + " the next picture is the same as the forked one. " +
		"Change what to draw, guidance or the solver, and press Fork. Another seed changes what solvers with fresh noise draw.")
	setHidden(u.forked, false)
	p.holdSteps()
	p.nameAction()
}

// forkLabel says where a run was forked and what became another then.
func (p *page) forkLabel(s *proto.Sample) string {
	from := &s.Before[len(s.Before)-1]
	label := "Fork at " + strconv.Itoa(from.Until)
	if s.Solver != from.Solver {
		label += ", " + s.Solver
	}
	if s.Guidance != from.Guidance && s.Guidance == s.Guidance { // NaN: the model takes none
		label += ", guidance " + number(s.Guidance)
	}
	for i, k := range s.Choice {
		if k >= 0 && i < len(from.Choice) && k != from.Choice[i] {
			label += ", " + caption(p.info.Slots[i].Values[k], k, 1)
		}
	}
	if s.Seed != from.Seed {
		label += ", seed " + strconv.FormatUint(s.Seed, 10)
	}
	return label
}

// leaveFork begins at noise again.
func (p *page) leaveFork() {
	p.fork = nil
	setHidden(p.ui.forked, true)
	p.holdSteps()
	p.nameAction()
}

// holdSteps lets steps, grid and time be chosen where they can be.
func (p *page) holdSteps() {
	u, forked := p.ui, p.fork != nil
	fixed := p.info != nil && len(p.info.Steps) > 0
	u.steps.SetDisabled(forked || fixed && len(p.info.Steps) == 1 || p.listedGrid())
	if forked {
		u.grid.SetAttribute("disabled", "")
	} else {
		u.grid.RemoveAttribute("disabled")
	}
	u.budget.SetDisabled(forked || fixed)
}
