//go:build js && wasm

package page

import (
	"math"
	"strconv"
	"strings"

	"honnef.co/go/js/dom/v2"
	"tintype/core/limits"
	"tintype/core/setting"
	"tintype/internal/recipe"
	"tintype/internal/sentence"
	"tintype/wasm/proto"
)

// showControls offers what the loaded model allows beside its slots and solvers. What its contract forbids
// is shown with the reason, not left out: that is part of what a student is.
func (p *page) showControls() {
	i, u := p.info, p.ui
	u.sampling.SetDisabled(false)
	setNote(u.solverNote, restriction(i.Solvers))
	p.showGrids()

	stepsNote := ""
	if len(i.Steps) > 0 {
		numbers := make([]string, len(i.Steps))
		for k, n := range i.Steps {
			numbers[k] = strconv.Itoa(n)
		}
		stepsNote = "This model was distilled to exactly " + strings.Join(numbers, " or ") + " steps."
	}
	setNote(u.stepsNote, stepsNote)
	u.budget.SetDisabled(len(i.Steps) > 0)

	u.guidance.SetDisabled(i.GuidanceReason != "")
	u.rescale.SetDisabled(i.GuidanceReason != "")
	setNote(u.guidanceNote, sentence.Of(i.GuidanceReason))
	placeholder := ""
	if i.GuidanceReason != "" {
		placeholder = "none"
	}
	u.guidance.SetAttribute("placeholder", placeholder)
	setHidden(u.classifyField, p.chosen.ref.Classifier == nil)
	p.setDefaults()
	p.nameAction()
}

// restriction says why most solvers are off, where few are left.
func restriction(solvers []proto.Option) string {
	var allowed []string
	reason := ""
	for _, o := range solvers {
		if o.Reason == "" {
			allowed = append(allowed, o.Name)
		} else if reason == "" {
			reason = o.Reason
		}
	}
	if reason == "" || len(allowed) > 3 {
		return ""
	}
	return sentence.Of("only " + strings.Join(allowed, ", ") + ": " + reason)
}

// showGrids fills the list of grids.
func (p *page) showGrids() {
	clearChildren(p.ui.grid)
	for _, o := range p.info.Grids {
		option := create[*dom.HTMLOptionElement](p.ui.doc, "option", "")
		option.SetValue(o.Name)
		name := o.Name
		if o.Reason != "" {
			name += ": " + o.Reason
		}
		option.SetText(name)
		option.SetDisabled(o.Reason != "")
		p.ui.grid.AppendChild(option)
	}
}

func (p *page) gridChosen() {
	if o := optionNamed(p.info.Grids, p.ui.grid.Value()); o != nil {
		p.ui.gridLine.SetTextContent(sentence.Of(o.Line))
	}
	setHidden(p.ui.levelsField, !p.listedGrid())
	p.holdSteps()
	p.lookAhead()
}

// setDefaults puts the checkpoint's own settings into the controls.
func (p *page) setDefaults() {
	if p.info == nil {
		return
	}
	d, u := p.info.Defaults, p.ui
	u.solver.SetValue(d.Solver)
	u.grid.SetValue(d.Grid)
	u.steps.SetValue(strconv.Itoa(d.Steps))
	u.budget.SetValue("")
	u.rescale.SetValue("0")
	u.classify.SetValue("0")
	u.vary.SetValue("0")
	guidance := number(d.Guidance)
	if p.info.GuidanceReason != "" {
		guidance = ""
	}
	u.guidance.SetValue(guidance)
	p.solverChosen()
	p.gridChosen()
	p.carry(nil)
	p.leaveFork()
}

// asked is a request for pictures of the chosen model that does not say how they are made.
func (p *page) asked() (s proto.Sample, problem *proto.Error) {
	u := p.ui
	s = proto.Sample{Model: p.chosen.ref, Guidance: math.NaN()}
	var err error
	if s.Seed, err = strconv.ParseUint(u.seed.Value(), 10, 64); err != nil {
		return s, p.badField(u.seed, "The seed must be a whole number from 0 to 18446744073709551615.")
	}
	if s.Count, err = strconv.Atoi(u.count.Value()); err != nil || s.Count < 1 || s.Count > limits.PagePictures {
		return s, p.badField(u.count, "The number of pictures must be from 1 to "+strconv.Itoa(limits.PagePictures)+".")
	}
	return s, nil
}

// defaults is the request of controls that nobody has touched.
func (p *page) defaults() (proto.Sample, *proto.Error) {
	s, problem := p.asked()
	d := p.info.Defaults
	s.Solver, s.Grid, s.Steps = d.Solver, d.Grid, d.Steps
	if p.info.GuidanceReason == "" {
		s.Guidance = d.Guidance
	}
	s.Choice = make([]int, len(p.info.Slots))
	for i, slot := range p.info.Slots {
		if slot.Open {
			s.Choice[i] = -1
		}
	}
	return s, problem
}

// request reads the controls. The error names the field, which gets the focus.
func (p *page) request() (proto.Sample, *proto.Error) {
	p.catchUp()
	u := p.ui
	s, problem := p.asked()
	if problem != nil {
		return s, problem
	}
	s.Solver, s.Grid, s.Before = u.solver.Value(), u.grid.Value(), p.fork
	var err error
	if problem := p.levels(&s); problem != nil {
		return s, problem
	}
	if s.Levels != nil {
		// as many steps
	} else if s.Steps, err = strconv.Atoi(u.steps.Value()); err != nil || s.Steps < 1 || s.Steps > limits.PageSteps {
		return s, p.badField(u.steps, "The number of steps must be a whole number from 1 to "+strconv.Itoa(limits.PageSteps)+".")
	}
	if p.info.GuidanceReason == "" {
		if problem = p.upTo(limits.Guidance, u.guidance, &s.Guidance, "Guidance", "; 1 switches it off"); problem == nil {
			problem = p.upTo(limits.Rescale, u.rescale, &s.Rescale, "Guidance rescale", "")
		}
		if problem != nil {
			return s, problem
		}
	}
	if problem := p.noise(&s); problem != nil {
		return s, problem
	}
	for _, k := range p.knobs {
		v, ok := k.value()
		if !ok {
			return s, p.badField(k.number, sentence.Of(k.setting.Name+" must be a number from "+number(k.setting.Min)+" to "+number(k.setting.Max)))
		}
		if v != k.initial {
			s.Settings = append(s.Settings, setting.Value{Name: k.setting.Name, Value: v})
		}
	}
	s.Settings = append(s.Settings, p.carried...)
	s.Choice = p.choice()
	return s, nil
}

// noise reads what bends the picture beside guidance: the classifier, and
// another seed's noise.
func (p *page) noise(s *proto.Sample) *proto.Error {
	u := p.ui
	amount := 0.0
	problem := p.upTo(limits.Vary, u.vary, &amount, "The variation", "; 0 is none")
	if problem == nil {
		problem = p.upTo(limits.Classifier, u.classify, &s.Classify, "Classifier guidance", "; 0 switches it off")
	}
	if problem != nil {
		return problem
	}
	seed, err := strconv.ParseUint(u.varySeed.Value(), 10, 64)
	if err != nil {
		return p.badField(u.varySeed, "The other seed must be a whole number from 0 to 18446744073709551615.")
	}
	if amount > 0 {
		s.Vary = recipe.Vary(seed, amount)
	}
	return nil
}

// upTo reads a number from 0 to most; hint ends the sentence about another one.
func (p *page) upTo(most float64, el *dom.HTMLInputElement, to *float64, what, hint string) *proto.Error {
	v, err := strconv.ParseFloat(el.Value(), 64)
	if err != nil || !(v >= 0 && v <= most) {
		return p.badField(el, what+" must be a number from 0 to "+number(most)+hint+".")
	}
	*to = v
	return nil
}

func (p *page) badField(el *dom.HTMLInputElement, text string) *proto.Error {
	p.pardon()
	p.bad = el
	el.SetAttribute("aria-invalid", "true")
	el.Focus()
	return &proto.Error{Type: proto.ErrSpec, Text: text, Remedy: "Change it and press Generate again."}
}

// pardon takes the mark from the field of an error that is over.
func (p *page) pardon() {
	if p.bad != nil {
		p.bad.RemoveAttribute("aria-invalid")
		p.bad = nil
	}
}
