//go:build js && wasm

package page

import (
	"strconv"

	"tintype/core/guidance"
	"tintype/core/limits"
	"tintype/wasm/proto"
)

// A speed is the time of one evaluation of the network, by model and by
// whether guidance makes it two.
type speed struct {
	model  string // SHA-256
	guided bool
}

// guided reports whether a scale, or the model's own where that is NaN, takes two evaluations.
func guided(info *proto.Info, scale float64) bool {
	if scale != scale {
		scale = info.Defaults.Guidance
	}
	return guidance.Guided(scale)
}

// spare is the part of a budget that is planned for: the rest is for the
// machine having other things to do.
const spare = 0.9

// learn measures the network on a run, as far as it came.
func (p *page) learn(r *run) {
	done := float64(r.sheet.steps()) / float64(max(r.sheet.total, 1))
	n := float64(evaluations(r.info, r.request.Solver, r.sheet.total)) * done
	if r.complete {
		n = float64(r.done.Evals)
	}
	if n > 0 && r.sheet.millis() > 0 {
		p.speeds[speed{r.model.ref.SHA256, guided(r.info, r.request.Guidance)}] = r.sheet.millis() / n
		p.planBudget()
	}
	p.showCost()
}

// budgetMillis is what the visitor allows a run, 0 for no limit.
func (p *page) budgetMillis() float64 {
	v, err := strconv.ParseFloat(p.ui.budget.Value(), 64)
	if err != nil || v <= 0 || p.info == nil || len(p.info.Steps) > 0 {
		return 0
	}
	return 1e3 * min(v, limits.PageSeconds)
}

// plan is the solver and the steps for a time: with few evaluations the
// methods that get most out of each, with many the plain second-order one.
func (p *page) plan(s *proto.Sample, each float64) {
	n := int(spare * p.budgetMillis() / float64(p.workers.rounds(s.Count)) / each)
	n = min(max(n, 1), 100)
	solver := "dpmpp-2m"
	switch {
	case n < 5:
		solver = "ddim"
	case n < 10:
		solver = "unipc"
	}
	if o := optionNamed(p.info.Solvers, solver); o == nil || o.Reason != "" {
		solver = p.info.Defaults.Solver
	}
	if s.Solver != solver {
		s.Solver, s.Settings = solver, p.carried
	}
	s.Steps = n
}

// planBudget says below the field what a budget will buy.
func (p *page) planBudget() {
	ms := p.budgetMillis()
	note := ""
	if ms > 0 {
		note = "The first run measures this machine."
		s, problem := p.request()
		if each, ok := p.speeds[speed{p.chosen.ref.SHA256, guided(p.info, s.Guidance)}]; ok && problem == nil {
			p.plan(&s, each)
			note = "At " + milliseconds(each) + " per evaluation: " + s.Solver + " with " + strconv.Itoa(s.Steps) + " steps."
		}
	}
	setNote(p.ui.budgetNote, note)
}

// budgeted fits a request to the budget. It returns true when the speed had to
// be measured first, by one evaluation: generate is then called again.
func (p *page) budgeted(s *proto.Sample) (again bool) {
	ms := p.budgetMillis()
	if ms == 0 || p.fork != nil {
		return false
	}
	key := speed{s.Model.SHA256, guided(p.info, s.Guidance)}
	each, ok := p.speeds[key]
	if !ok {
		p.measure(*s, key)
		return true
	}
	p.plan(s, each)
	p.ui.steps.SetValue(strconv.Itoa(s.Steps))
	if s.Solver != p.ui.solver.Value() {
		p.ui.solver.SetValue(s.Solver)
		p.solverChosen()
	}
	p.deadline(ms)
	return false
}

// measure runs two steps that nobody sees: the first one of a model is slower.
func (p *page) measure(s proto.Sample, key speed) {
	s.Solver, s.Settings, s.Steps, s.Count = p.info.Defaults.Solver, nil, 2, 1
	p.enter(sampling)
	p.ui.progress.RemoveAttribute("value")
	p.say("Measuring this machine…")
	each := 0.0
	p.runs = nil
	p.stage.keep(0)
	p.extra = p.workers.first.request(s, func(message proto.Message) {
		switch e := message.(type) {
		case proto.Step:
			each = e.Millis
			e.X.Call("close")
			e.Denoised.Call("close")
		case proto.Done:
			p.speeds[key] = each
			p.enter(idle)
			p.generate()
		case *proto.Error:
			p.extraFailed(e)
		}
	})
}

// deadline ends a run that has used its time up: what the network predicted
// last is then the picture.
func (p *page) deadline(ms float64) {
	p.late = false
	p.turn++
	turn := p.turn
	after(ms, func() {
		if turn == p.turn && p.phase == sampling {
			p.late = true
			p.cancel()
		}
	})
}

// anytime shows what there is of a run that ran out of time: of the picture
// under way, the network's last prediction.
func (p *page) anytime() {
	p.late = false
	r := p.run
	p.learn(r)
	p.enter(idle)
	p.ui.viewDenoised.SetChecked(true)
	p.stage.setView("denoised")
	p.showFilm()
	k, under := 0, -1 // how many are done, and the first that is not
	for i, one := range r.finished {
		if one.SHA256 != "" {
			k++
		} else if under < 0 {
			under = i
		}
	}
	frames := &r.sheet.cells[max(under, 0)].frames
	words := "Time was up"
	if k > 0 {
		words += " with " + pictures(k) + " done"
	}
	if n := len(frames.at); n > 0 {
		words += " after step " + strconv.Itoa(frames.at[n-1]) + ": this is what the network predicts from there"
	}
	p.say(words + ".")
}
