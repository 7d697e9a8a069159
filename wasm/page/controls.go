//go:build js && wasm

package page

import (
	"math"
	"strconv"
	"strings"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// showControls offers what the loaded model allows. What its contract forbids
// is shown with the reason, not left out: that is part of what a student is.
func (p *page) showControls() {
	i, u := p.info, &p.ui
	u.sampling.SetDisabled(false)
	p.showSlots()

	clearChildren(u.solver)
	allowed, reason := "", ""
	for _, o := range i.Solvers {
		option := create[*dom.HTMLOptionElement](u.doc, "option", "")
		option.SetValue(o.Name)
		option.SetText(o.Name)
		option.SetDisabled(o.Reason != "")
		u.solver.AppendChild(option)
		switch {
		case o.Reason != "":
			reason = o.Reason
		case allowed != "":
			allowed += ", " + o.Name
		default:
			allowed = o.Name
		}
	}
	if reason != "" {
		reason = "only " + allowed + ": " + reason
	}
	setNote(u.solverNote, sentence(reason))

	stepsNote := ""
	if len(i.Steps) > 0 {
		numbers := make([]string, len(i.Steps))
		for k, n := range i.Steps {
			numbers[k] = strconv.Itoa(n)
		}
		stepsNote = "This model was distilled to exactly " + strings.Join(numbers, " or ") + " steps."
	}
	u.steps.SetDisabled(len(i.Steps) == 1)
	setNote(u.stepsNote, stepsNote)

	u.guidance.SetDisabled(i.GuidanceReason != "")
	setNote(u.guidanceNote, sentence(i.GuidanceReason))
	placeholder := ""
	if i.GuidanceReason != "" {
		placeholder = "none"
	}
	u.guidance.SetAttribute("placeholder", placeholder)
	p.setDefaults()
}

// setDefaults puts the checkpoint's own settings into the controls.
func (p *page) setDefaults() {
	if p.info == nil {
		return
	}
	d := p.info.Defaults
	p.ui.solver.SetValue(d.Solver)
	p.ui.steps.SetValue(strconv.Itoa(d.Steps))
	guidance := strconv.FormatFloat(d.Guidance, 'g', -1, 64)
	if p.info.GuidanceReason != "" {
		guidance = ""
	}
	p.ui.guidance.SetValue(guidance)
}

// request reads the controls. The error names the field, which gets the focus.
func (p *page) request() (proto.Sample, *proto.Error) {
	u := &p.ui
	s := proto.Sample{Model: p.chosen.ref, Guidance: math.NaN(), Solver: u.solver.Value()}
	seed, err := strconv.ParseUint(u.seed.Value(), 10, 64)
	if err != nil {
		return s, p.badField(u.seed, "The seed must be a whole number from 0 to 18446744073709551615.")
	}
	s.Seed = seed
	if s.Count, err = strconv.Atoi(u.count.Value()); err != nil || s.Count < 1 || s.Count > proto.MaxCount {
		return s, p.badField(u.count, "The number of pictures must be from 1 to 16.")
	}
	if s.Steps, err = strconv.Atoi(u.steps.Value()); err != nil || s.Steps < 1 || s.Steps > 1000 {
		return s, p.badField(u.steps, "The number of steps must be from 1 to 1000.")
	}
	if p.info.GuidanceReason == "" {
		g, err := strconv.ParseFloat(u.guidance.Value(), 64)
		if err != nil || g < 0 || g > 100 {
			return s, p.badField(u.guidance, "Guidance must be a number from 0 to 100; 1 switches it off.")
		}
		s.Guidance = g
	}
	s.Choice = p.choice()
	return s, nil
}

func (p *page) badField(el *dom.HTMLInputElement, sentence string) *proto.Error {
	el.Focus()
	return &proto.Error{Type: proto.ErrSpec, Text: sentence, Remedy: "Change it and press Generate again."}
}

// sentence makes a reason one: a capital and a full stop.
func sentence(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + reason[1:] + "."
}
