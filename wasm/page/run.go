//go:build js && wasm

package page

import (
	"strconv"

	"tintype/wasm/proto"
)

// A run is one request on its way to pictures: its sheet on the stage and what
// is known of it.
type run struct {
	job      *job
	request  proto.Sample
	model    *entry
	info     *proto.Info
	sheet    *sheet
	finished []proto.Picture // those without a hash are not
	done     proto.Done
	complete bool
	label    string // what sets it apart from its neighbours
	link     *claim // what a link or a file says of it; nil without one
}

// generate starts what the controls say. While the model is loading the wish
// is kept, and granted once it is here.
func (p *page) generate() {
	switch {
	case p.phase == sampling || p.phase == starting:
		return
	case p.chosen == nil: // there was no list of models
		p.fetchModels()
		return
	case p.info == nil && p.load == 0: // loading had failed
		p.choose(p.chosen)
		p.wanted = true
		return
	case p.load != 0:
		p.wanted = true
		p.stage.setEmpty("Starts as soon as the model is here.")
		return
	}
	request, problem := p.request()
	if problem != nil {
		p.fail(problem, p.generate)
		return
	}
	if p.budgeted(&request) {
		return // it is measured first, and comes back here
	}
	p.begin(request)
}

// begin makes room on the stage and launches a request, or one for each solver
// that is compared.
func (p *page) begin(request proto.Sample) {
	p.stage.keep(p.kept())
	p.runs = p.runs[len(p.runs)-len(p.stage.sheets):]
	requests := p.compared(request)
	if drop := len(p.runs) + len(requests) - sheetsMost; drop > 0 {
		p.stage.keep(len(p.runs) - drop)
		p.runs = p.runs[drop:]
	}
	p.launch(requests)
}

// kept is how many of the runs on the stage stay there beside the next.
func (p *page) kept() int {
	if p.fork != nil || p.pair {
		return len(p.runs)
	}
	return 0
}

// launch puts runs on the stage and asks for them.
func (p *page) launch(requests []proto.Sample) {
	first := len(p.runs)
	for _, request := range requests {
		r := &run{request: request, model: p.chosen, info: p.info, link: p.link, finished: make([]proto.Picture, request.Count)}
		r.job = p.workers.sample(r.request, p.info, p.onRun(r)) // at once; the answers come when there is a sheet for them
		r.label = p.labelOf(r, len(requests))
		r.sheet = p.stage.add(request.Count, p.info.Width, p.info.Height, request.Seed, func() { p.activate(r) })
		r.sheet.caption.SetTextContent(r.label)
		p.runs = append(p.runs, r)
	}
	p.link, p.pair, p.problem = nil, false, nil
	p.batch = p.runs[first:]
	p.run = p.batch[0]
	p.stage.point(p.run.sheet)
	p.open = len(requests)
	p.strip.begin(&p.run.sheet.cells[0].frames, p.run.request.Steps, p.info.Width, p.info.Height) // now, not in the first step's time
	p.enter(sampling)
	p.ui.progress.RemoveAttribute("value")
	p.say("Making " + pictures(requests[0].Count*len(requests)) + "…")
}

// labelOf is the sheet's caption before the run is done.
func (p *page) labelOf(r *run, beside int) string {
	switch {
	case r.request.Edit != nil:
		return "Redrawn"
	case beside > 1:
		return r.request.Solver
	case len(r.request.Before) > 0:
		return p.forkLabel(&r.request)
	case p.pair:
		return r.model.Name
	}
	return r.request.Solver
}

// cancel gives up every run that is not done.
func (p *page) cancel() {
	p.ui.status.SetTextContent("Cancelling…")
	for _, r := range p.batch {
		p.workers.cancel(r.job)
	}
	p.workers.first.cancel(p.extra)
}

// onRun handles what the worker says about one run.
func (p *page) onRun(r *run) func(proto.Message) {
	return func(message proto.Message) {
		switch e := message.(type) {
		case proto.Progress: // a replaced worker has to load the model again
			p.showLoading(e.Received)
		case proto.Step:
			p.showStep(r, e)
		case proto.Picture:
			r.finished[e.Picture] = e
		case proto.Done:
			r.done, r.complete = e, true
			p.learn(r)
			p.caption(r)
			p.settle()
		case *proto.Error:
			if p.problem == nil {
				p.problem = e
				p.cancel() // the others are of no use without it
			}
			p.settle()
		}
	}
}

// showStep shows both bitmaps of a step and counts.
func (p *page) showStep(r *run, e proto.Step) {
	if r != p.run && r.sheet.steps() == 0 {
		p.run = r
		p.stage.point(r.sheet)
	}
	p.stage.paint(r.sheet, e)
	if shown := max(p.run.sheet.selected, 0); r == p.run && e.Picture == shown {
		frames := &r.sheet.cells[shown].frames
		if p.strip.frames != frames || e.Total != p.strip.total { // a solver that finds its own steps finds more of them
			p.strip.redraw(frames, e.Total, r.info.Width, r.info.Height)
		} else {
			p.strip.draw(e.Step, e.X, e.Denoised)
		}
		p.strip.mark(e.Step)
	}
	steps, total, each := p.progress()
	p.ui.progress.SetMax(float64(total))
	p.ui.progress.SetValue(float64(steps))
	busy := p.workers.busy()
	p.ui.status.SetTextContent(p.stepWords(r, e, steps, total, busy) + " · " + milliseconds(each) + " per step · " +
		seconds(each*float64(total-steps)/float64(max(busy, 1))) + " left" + p.wished())
	p.speaker.quarter(steps, total)
}

// progress is how many steps the runs under way have made, how many they will
// have made, and how many milliseconds each took.
func (p *page) progress() (steps, total int, each float64) {
	for _, r := range p.batch {
		steps += r.sheet.steps()
		each += r.sheet.millis()
		total += r.request.Count * max(r.sheet.total, r.request.Steps)
	}
	return steps, max(total, steps), each / float64(max(steps, 1))
}

// stepWords says what is being made. Of several pictures at a time no single
// step is worth a word.
func (p *page) stepWords(r *run, e proto.Step, steps, total, busy int) string {
	if busy > 1 {
		return strconv.Itoa(busy) + " pictures at a time, step " + strconv.Itoa(steps) + " of " + strconv.Itoa(total)
	}
	words := "Step " + strconv.Itoa(e.Step) + " of " + strconv.Itoa(e.Total)
	if r.request.Count > 1 {
		words = "Picture " + strconv.Itoa(e.Picture+1) + " of " + strconv.Itoa(r.request.Count) + ", step " +
			strconv.Itoa(e.Step) + " of " + strconv.Itoa(e.Total)
	}
	if len(p.batch) > 1 {
		words = r.label + ": " + words
	}
	return words
}

// settle goes on when the last of the runs is answered.
func (p *page) settle() {
	if p.open--; p.open > 0 {
		return
	}
	after(0, p.catchUp)
	switch e := p.problem; {
	case e == nil:
		p.late = false
		p.finish()
	case e.Type == proto.ErrSpec && p.run.link != nil: // a link asks for what the engine does not know
		p.clearEmpty()
		p.carry(nil)
		p.refuse(p.run.link.from, e.Text, e.Remedy)
	case e.Type != proto.ErrCancelled:
		p.fail(e, p.generate)
	case p.late:
		p.anytime()
	default:
		p.enter(idle)
		p.say("Cancelled.")
		p.clearEmpty()
	}
}

// clearEmpty clears a stage of runs that have not made a step.
func (p *page) clearEmpty() {
	if p.run.sheet.steps() == 0 {
		p.runs = nil
		p.stage.keep(0)
		setHidden(p.ui.film, true)
	}
}

// finish shows the hash and what can be done with the pictures.
func (p *page) finish() {
	r := p.run
	p.enter(done)
	words := "Done: " + pictures(r.request.Count) + " in " + seconds(r.done.Millis) + ", " +
		milliseconds(r.sheet.millis()/float64(max(r.sheet.steps(), 1))) + " per step."
	if n := len(p.runs); n > 1 {
		words = "Done: " + strconv.Itoa(n) + " side by side. Press a caption to see that one’s steps and file."
	}
	p.say(words)
	p.activate(r)
}

// caption says what a run was and what it cost.
func (p *page) caption(r *run) {
	steps := r.sheet.steps() / r.request.Count
	words := r.label + "\n" + strconv.Itoa(steps) + " steps"
	if n := r.done.Evals / r.request.Count; n > steps {
		words += ", " + strconv.Itoa(n) + " evaluations"
	}
	r.sheet.caption.SetTextContent(words + " · " + seconds(r.done.Millis))
}

// activate makes a run the one that steps, files and hash are of.
func (p *page) activate(r *run) {
	if p.phase == sampling {
		return
	}
	p.run = r
	p.stage.point(r.sheet)
	p.showFilm()
	p.showResult()
}

// compareTeacher makes the student's pictures again with its teacher, side by
// side: same seeds, same choices, the teacher's own settings.
func (p *page) compareTeacher() {
	p.catchUp()
	student := p.run
	teacher := p.teacherOf(student.model)
	teacher.input.SetChecked(true)
	p.choose(teacher)
	p.pair, p.wanted = true, true
	student.label = student.model.Name
	p.caption(student)
	p.ui.seed.SetValue(strconv.FormatUint(student.request.Seed, 10))
	p.ui.count.SetValue(strconv.Itoa(student.request.Count))
	p.restore(student.request.Choice)
}

// teacherOf is the model that another was distilled from, nil if it was not.
func (p *page) teacherOf(m *entry) *entry {
	for i := range p.models {
		if m.StudentOf != "" && p.models[i].ID == m.StudentOf {
			return p.models[i]
		}
	}
	return nil
}
