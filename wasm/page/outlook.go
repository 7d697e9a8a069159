//go:build js && wasm

package page

import (
	"strconv"
	"strings"

	"honnef.co/go/js/dom/v2"
	"tintype/core/limits"
	"tintype/internal/sentence"
	"tintype/wasm/proto"
)

// lookAhead asks which solvers would end in noise with the grid and the steps that the controls say, and marks them, before
// anybody presses the button. It waits until nothing else is wanted of the worker. Students know their steps.
func (p *page) lookAhead() {
	after(aheadMillis, func() {
		asked := p.aheadOf()
		if asked == p.ahead || !p.free() || p.load != 0 {
			return
		}
		p.ahead = asked
		if asked == "" {
			p.foresee(nil)
			return
		}
		steps, _ := strconv.Atoi(p.ui.steps.Value())
		p.workers.first.request(proto.Foresee{Model: p.chosen.ref, Grid: p.ui.grid.Value(), Steps: steps}, func(message proto.Message) {
			if seen, ok := message.(proto.Foreseen); ok && asked == p.ahead {
				p.foresee(seen.Solvers)
			}
		})
	})
}

// aheadMillis lets a click come first.
const aheadMillis = 300

// aheadOf names what is looked ahead for; "" where there is nothing to look for.
func (p *page) aheadOf() string {
	steps, err := strconv.Atoi(p.ui.steps.Value())
	if p.info == nil || len(p.info.Steps) > 0 || err != nil || steps < 1 || steps > limits.PageSteps || p.listedGrid() {
		return ""
	}
	return p.chosen.ref.SHA256 + " " + p.ui.grid.Value() + " " + strconv.Itoa(steps)
}

// foresee marks the solvers that would end in noise.
func (p *page) foresee(seen []proto.Outlook) {
	if p.info == nil {
		return
	}
	p.outlooks = map[string]string{}
	for _, o := range seen {
		p.outlooks[o.Solver] = o.Reason + ": " + o.Remedy
	}
	p.ui.app.SetAttribute("data-foreseen", p.ahead)
	options := p.ui.solver.Underlying().Get("options")
	for i := range options.Length() {
		option := options.Index(i)
		name := option.Get("value").String()
		o := optionNamed(p.info.Solvers, name)
		if o == nil {
			continue
		}
		noise := p.outlooks[name]
		text := name
		if noise != "" {
			text += ": ends in noise"
		}
		option.Set("text", text)
		option.Set("disabled", noise != "")
	}
	p.markRows()
	p.showOutlook()
}

// markRows marks those of the long list, if it is there.
func (p *page) markRows() {
	for _, r := range p.rows {
		words, off := r.option.Line, r.option.Reason
		if off == "" {
			off = p.outlooks[r.option.Name]
		}
		if off != "" {
			words = off
			r.row.SetAttribute("data-off", "")
		} else {
			r.row.RemoveAttribute("data-off")
		}
		r.note.SetTextContent(sentence.Of(words))
		r.tick.SetDisabled(off != "")
		r.name.SetDisabled(off != "")
	}
}

// showOutlook says it of the chosen solver.
func (p *page) showOutlook() {
	note := restriction(p.info.Solvers)
	if noise := p.outlooks[p.ui.solver.Value()]; noise != "" {
		note = sentence.Of(noise)
	}
	setNote(p.ui.solverNote, note)
}

// A solverRow is one of the long list.
type solverRow struct {
	option *proto.Option
	row    dom.HTMLElement
	note   dom.HTMLElement
	tick   *dom.HTMLInputElement
	name   *dom.HTMLButtonElement
}

// listedGrid reports a grid whose levels are given one by one.
func (p *page) listedGrid() bool {
	g := p.ui.grid.Value()
	return g == "times" || g == "sigmas"
}

// levels reads the list of levels of such a grid; nil for another.
func (p *page) levels(s *proto.Sample) *proto.Error {
	if !p.listedGrid() {
		return nil
	}
	for item := range strings.SplitSeq(p.ui.levels.Value(), ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(item), 64)
		if err != nil || v-v != 0 || len(s.Levels) == limits.PageSteps {
			return p.badField(p.ui.levels, "The levels must be numbers with commas between them, such as 999, 749, 499, 249.")
		}
		s.Levels = append(s.Levels, v)
	}
	s.Steps = len(s.Levels)
	return nil
}
