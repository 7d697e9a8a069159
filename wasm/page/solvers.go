//go:build js && wasm

package page

import (
	"strconv"
	"strings"

	"honnef.co/go/js/dom/v2"
	"tintype/internal/sentence"
	"tintype/wasm/proto"
)

// recommended are the solvers to begin with, each the best known for something.
const recommended = " ddim euler dpmpp-2m unipc euler-a sde-dpmpp-2m "

// groups are the headings of the solver list, in order; groupOf tells where a
// solver stands.
var groups = [...]string{"To begin with", "Without fresh noise", "With fresh noise in each step", "Not for this model"}

func (p *page) groupOf(o *proto.Option) int {
	switch {
	case o.Reason != "":
		return 3
	case o.Name == p.info.Defaults.Solver || strings.Contains(recommended, " "+o.Name+" "):
		return 0
	case o.Stochastic:
		return 2
	}
	return 1
}

// showSolvers fills the drop-down list and, when it is opened, the long one.
func (p *page) showSolvers() {
	u := p.ui
	clearChildren(u.solver)
	clearChildren(u.solverList)
	u.all.RemoveAttribute("open")
	p.ticked = nil
	p.listed, p.rows, p.outlooks, p.ahead = false, nil, nil, ""
	for g, name := range groups {
		group := create[dom.HTMLElement](u.doc, "optgroup", "")
		group.SetAttribute("label", name)
		if g == len(groups)-1 {
			group.SetAttribute("disabled", "")
		}
		var names []string
		for i := range p.info.Solvers {
			if o := &p.info.Solvers[i]; p.groupOf(o) == g {
				names = append(names, o.Name)
			}
		}
		if len(names) > 0 {
			addOptions(group, names)
			u.solver.AppendChild(group)
		}
	}
}

// solverChosen describes the chosen solver and offers its settings.
func (p *page) solverChosen() {
	o := optionNamed(p.info.Solvers, p.ui.solver.Value())
	if o == nil {
		return
	}
	p.ui.solverLine.SetTextContent(sentence.Of(o.Line) + " " + character(o))
	p.showKnobs(o)
	p.showOutlook()
	p.planBudget()
}

// character is order, noise and cost of a solver in a few words.
func character(o *proto.Option) string {
	words := "Order " + strconv.Itoa(o.Order)
	if o.Stochastic {
		words = "Weak order " + strconv.Itoa(o.Order) + ", draws noise"
	}
	if len(o.Evals) == 0 {
		return words + "; evaluations: " + o.Cost + "."
	}
	return words + "; " + o.Cost + " evaluations in n steps."
}

func optionNamed(options []proto.Option, name string) *proto.Option {
	for i := range options {
		if options[i].Name == name {
			return &options[i]
		}
	}
	return nil
}

// evaluations is what steps of a solver cost; 0: nobody knows.
func evaluations(info *proto.Info, solver string, steps int) int {
	if o := optionNamed(info.Solvers, solver); o != nil {
		return o.Of(steps)
	}
	return 0
}

// listSolvers fills the long list once it is opened: fifty solvers with all
// that is known of them are more than a page should make unasked.
func (p *page) listSolvers() {
	if p.listed || p.info == nil {
		return
	}
	p.listed = true
	doc := p.ui.doc
	text(doc, p.ui.solverList, "p", "note", "Press a name to use it. Tick two to four and press Compare to see them side by side on one seed.")
	for g, name := range groups {
		var rows []*proto.Option
		for i := range p.info.Solvers {
			if o := &p.info.Solvers[i]; p.groupOf(o) == g {
				rows = append(rows, o)
			}
		}
		if len(rows) == 0 {
			continue
		}
		text(doc, p.ui.solverList, "h2", "", name)
		list := create[dom.HTMLElement](doc, "ul", "")
		for _, o := range rows {
			list.AppendChild(p.solverRow(o))
		}
		p.ui.solverList.AppendChild(list)
	}
	p.markRows()
}

func (p *page) solverRow(o *proto.Option) dom.HTMLElement {
	doc := p.ui.doc
	row := create[dom.HTMLElement](doc, "li", "solver-row")
	row.SetAttribute("data-solver", o.Name)
	tick := create[*dom.HTMLInputElement](doc, "input", "")
	tick.SetType("checkbox")
	tick.SetAttribute("aria-label", "Compare "+o.Name)
	tick.SetDisabled(o.Reason != "")
	on(tick, "change", func(dom.Event) { p.tick(o.Name, tick) })
	row.AppendChild(tick)
	name := create[*dom.HTMLButtonElement](doc, "button", "plain")
	name.SetType("button")
	name.SetTextContent(o.Name)
	name.SetDisabled(o.Reason != "")
	on(name, "click", func(dom.Event) {
		p.ui.solver.SetValue(o.Name)
		p.solverChosen()
		p.ui.solver.Focus()
	})
	row.AppendChild(name)
	text(doc, row, "span", "price", "order "+strconv.Itoa(o.Order)+" · "+o.Cost)
	words := sentence.Of(o.Line)
	if o.Reason != "" {
		words = sentence.Of(o.Reason)
		row.SetAttribute("data-off", "")
	}
	note := text(doc, row, "p", "note", words)
	p.rows = append(p.rows, solverRow{o, row, note, tick, name})
	return row
}

// tick adds a solver to those to compare, or takes it out.
func (p *page) tick(name string, box *dom.HTMLInputElement) {
	var rest []string
	for _, t := range p.ticked {
		if t != name {
			rest = append(rest, t)
		}
	}
	if box.Checked() {
		if len(rest) == sheetsMost {
			box.SetChecked(false)
			p.say("Four at most stand side by side.")
			return
		}
		rest = append(rest, name)
	}
	p.ticked = rest
	p.nameAction()
}

// untick compares nothing any more.
func (p *page) untick() {
	boxes := p.ui.solverList.Underlying().Call("querySelectorAll", "input:checked")
	for i := range boxes.Length() {
		boxes.Index(i).Set("checked", false)
	}
	p.ticked = nil
	p.nameAction()
}

// compared is the request for each ticked solver, or the one request as it is.
func (p *page) compared(s proto.Sample) []proto.Sample {
	if len(p.ticked) < 2 || p.pair {
		return []proto.Sample{s}
	}
	out := make([]proto.Sample, len(p.ticked))
	for i, name := range p.ticked {
		out[i] = s
		if out[i].Solver != name {
			out[i].Solver, out[i].Settings = name, p.carried
		}
	}
	return out
}

// nameAction says what the one big button will do.
func (p *page) nameAction() {
	name := "Generate"
	switch {
	case len(p.ticked) > 1:
		name = "Compare " + strconv.Itoa(len(p.ticked))
	case p.fork != nil:
		name = "Fork"
	}
	p.ui.generate.SetTextContent(name)
}
