//go:build js && wasm

package page

import (
	"strconv"

	"tintype/wasm/proto"
)

// A run is one press of Generate: the request, its pictures on the stage and
// what is known of them.
type run struct {
	id       int
	request  proto.Sample
	model    *entry
	info     *proto.Info
	sheet    *sheet
	finished []proto.Picture // in order
	done     proto.Done
	complete bool
	// For the time left: solver steps shown so far and their total time.
	steps  int
	millis float64
}

// generate starts a run with the settings that the controls show. While the
// model is loading the wish is kept, and granted once it is here.
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
	case p.info == nil:
		p.wanted = true
		p.stage.setEmpty("Starts as soon as the model is here.")
		return
	}
	request, problem := p.request()
	if problem != nil {
		p.fail(problem, p.generate)
		return
	}
	r := &run{request: request, model: p.chosen, info: p.info}
	if p.pair == nil {
		p.stage.clear()
	}
	r.sheet = p.stage.add(request.Count, p.info.Width, p.info.Height, request.Seed)
	p.run = r
	p.enter(sampling)
	p.ui.progress.RemoveAttribute("value")
	p.say("Making " + pictures(request.Count) + "…")
	r.id = p.client.request(request, p.onRun(r))
}

func (p *page) cancel() {
	p.ui.status.SetTextContent("Cancelling…")
	p.client.cancel(p.run.id)
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
			r.finished = append(r.finished, e)
		case proto.Done:
			r.done, r.complete = e, true
			p.finish(r)
		case *proto.Error:
			p.stop(r, e)
		}
	}
}

// showStep shows both bitmaps of a step and counts.
func (p *page) showStep(r *run, e proto.Step) {
	r.steps++
	r.millis += e.Millis
	last := e.Step == e.Total
	p.stage.paint(r.sheet, e, last)
	total := e.Total * r.request.Count
	p.ui.progress.SetMax(float64(total))
	p.ui.progress.SetValue(float64(r.steps))
	each := r.millis / float64(r.steps)
	status := "Step " + strconv.Itoa(e.Step) + " of " + strconv.Itoa(e.Total)
	if r.request.Count > 1 {
		status = "Picture " + strconv.Itoa(e.Picture+1) + " of " + strconv.Itoa(r.request.Count) + ", step " +
			strconv.Itoa(e.Step) + " of " + strconv.Itoa(e.Total)
	}
	p.ui.status.SetTextContent(status + " · " + milliseconds(each) + " per step · " +
		seconds(each*float64(total-r.steps)) + " left")
	p.speaker.quarter(r.steps, total)
}

// finish shows the hash and what can be done with the pictures.
func (p *page) finish(r *run) {
	p.pair = nil
	p.enter(done)
	each := r.millis / float64(max(r.steps, 1))
	p.say("Done: " + pictures(r.request.Count) + " in " + seconds(r.done.Millis) + ", " +
		milliseconds(each) + " per step.")
	r.sheet.setCaption(r.model.Name, strconv.Itoa(r.steps/r.request.Count)+" steps · "+seconds(r.done.Millis))
	p.showResult()
}

// stop ends a run that has no result.
func (p *page) stop(r *run, e *proto.Error) {
	p.pair = nil
	if e.Type != proto.ErrCancelled {
		p.fail(e, p.generate)
		return
	}
	p.enter(idle)
	p.say("Cancelled.")
	if r.steps == 0 {
		p.stage.clear()
	}
}

// compare makes the student's pictures again with its teacher, side by side:
// same seeds, same choices, the teacher's own settings.
func (p *page) compare() {
	student := p.run
	teacher := p.teacherOf(student.model)
	teacher.input.SetChecked(true)
	p.choose(teacher)
	p.stage.pairUp(student.sheet)
	p.pair, p.wanted = student, true
	p.ui.seed.SetValue(strconv.FormatUint(student.request.Seed, 10))
	p.ui.count.SetValue(strconv.Itoa(student.request.Count))
	p.restore(student.request.Choice)
}

// teacherOf is the model that another was distilled from, nil if it was not.
func (p *page) teacherOf(m *entry) *entry {
	for i := range p.models {
		if m.StudentOf != "" && p.models[i].ID == m.StudentOf {
			return &p.models[i]
		}
	}
	return nil
}

func pictures(n int) string {
	if n == 1 {
		return "1 picture"
	}
	return strconv.Itoa(n) + " pictures"
}

func milliseconds(ms float64) string {
	digits := 0
	if ms < 10 {
		digits = 1
	}
	return strconv.FormatFloat(ms, 'f', digits, 64) + " ms"
}

func seconds(ms float64) string {
	digits := 1
	if ms < 1000 {
		digits = 2
	}
	return strconv.FormatFloat(ms/1e3, 'f', digits, 64) + " s"
}
