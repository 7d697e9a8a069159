//go:build js && wasm

// Package page is the program's role on the page: it turns clicks into
// requests to the worker and the worker's messages into what is seen. It
// computes nothing, so the page never waits for a picture.
package page

import (
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/core/setting"
	"tintype/wasm/proto"
)

// A phase is what the page is doing; #app shows it as data-state, which the
// style sheet reads, and counts in data-PHASE how often it was entered: who
// waits for one waits for a later one.
type phase string

const (
	starting phase = "starting" // until the list of models is here
	loading  phase = "loading"  // the chosen model is on its way
	idle     phase = "idle"     // ready, nothing asked for yet
	sampling phase = "sampling" // from Generate to the last picture
	done     phase = "done"     // a finished picture is shown
	failed   phase = "error"    // a sentence says why, a button tries again
)

// A page is the state behind the document.
type page struct {
	ui       *ui
	workers  *workers
	stage    stage
	strip    strip
	painting painting
	result   result
	speaker  speaker

	phase  phase
	times  map[phase]int // that each was entered
	models []*entry
	chosen *entry      // nil until the manifest is here
	before stand       // what was chosen before it, and can be chosen again
	info   *proto.Info // of the chosen model; nil until it is loaded
	load   int         // ID of the Load under way, 0 for none
	wanted bool        // Generate was pressed while the model was loading
	behind bool        // the controls do not show the model yet
	retry  func()      // what the error's button does

	// The controls that differ from model to model.
	slots    []slotControl
	knobs    []*knob
	ticked   []string // solvers to compare
	listed   bool     // the long list of solvers is there
	rows     []solverRow
	ahead    string            // what was asked of the worker's foresight last
	outlooks map[string]string // why solvers would end in noise, and what would do

	runs    []*run                // on the stage, in order
	batch   []*run                // those of them that were launched last
	run     *run                  // the one that steps, files and hash are of; nil before the first
	open    int                   // runs that are not answered
	problem *proto.Error          // the first of them
	bad     *dom.HTMLInputElement // the field that an error is about
	extra   int                   // ID of a request that is no run: a measurement, an animation
	fork    []proto.Leg           // how the next run begins; nil: at noise
	link    *claim                // of the run to come
	awaited *claim                // whose model is not here; its file may come
	wish    *wish                 // what waits until the page is free; nil for nothing
	reading int                   // ID of the request for a file's hash, 0 for none
	carried []setting.Value       // settings of a link that no control shows
	refused proto.Refusal         // what storage has refused
	pair    bool                  // the run to come stands beside those on the stage

	shown   int // step that is shown
	playing int // counts what chose a step: a play ends when it changes
	turn    int // counts deadlines
	late    bool
	speeds  map[speed]float64 // ms
}

// Main sets the page up and returns; its callbacks keep working.
func Main() {
	p := &page{ui: findUI(dom.GetWindow().Document()), phase: starting, times: make(map[phase]int), speeds: make(map[speed]float64)}
	site := js.Global().Get("tintype")
	p.workers = newWorkers(site.Get("startWorker"), site.Get("processors").Int())
	p.stage.init(p.ui)
	p.strip.init(p.ui)
	p.result.init(p.ui)
	p.speaker.init(p.ui)
	p.listen()
	p.listenSteps()
	p.listenFiles()
	p.listenEasel()
	p.fetchModels()
}

// listen connects every control with what it does.
func (p *page) listen() {
	u := p.ui
	// A click, which Enter in a field makes too: in a sandboxed frame forms are not submitted.
	on(u.generate, "click", func(e dom.Event) {
		e.PreventDefault()
		p.generate()
	})
	for _, b := range []struct {
		button dom.Element
		does   func()
	}{
		{u.cancel, p.cancel}, {u.surprise, p.surprise}, {u.defaults, p.setDefaults}, {u.compare, p.compareTeacher},
		{u.purge, func() { p.forget("") }}, {u.animate, p.animate}, {u.download, func() {
			if framed() {
				p.saving(u.download.Underlying().Get("download").String())
			}
		}},
		{u.dice, func() { u.seed.SetValue(randomDigits()) }},
		{u.retry, func() {
			if p.retry != nil {
				p.retry()
			}
		}},
		{u.back, func() {
			p.stage.showAll()
			p.activate(p.run)
		}},
	} {
		on(b.button, "click", func(dom.Event) { p.keepFocus(b.button, b.does) })
	}
	for _, c := range []struct {
		control dom.Element
		does    func()
	}{
		{u.words, p.matchWords}, {u.budget, p.planBudget}, {u.guidance, p.planBudget}, {u.count, p.planBudget},
	} {
		on(c.control, "input", func(dom.Event) { c.does() })
	}
	on(u.steps, "change", func(dom.Event) { p.lookAhead() })
	on(u.solver, "change", func(dom.Event) { p.solverChosen() })
	on(u.grid, "change", func(dom.Event) {
		p.carry(nil) // they were the other grid's
		p.gridChosen()
	})
	on(u.all, "toggle", func(dom.Event) { p.listSolvers() })
	for _, view := range []*dom.HTMLInputElement{u.viewX, u.viewDenoised, u.viewBoth} {
		on(view, "change", func(dom.Event) { p.stage.setView(view.Value()) })
	}
	p.stage.picked = func() { p.activate(p.run) }
	dom.GetWindow().AddEventListener("hashchange", false, func(dom.Event) { p.readAddress() })
}

func on(el dom.Element, event string, f func(dom.Event)) {
	el.AddEventListener(event, false, f)
}

// keepFocus moves the focus to the one button that matters where an action takes away what has it.
func (p *page) keepFocus(on dom.Element, does func()) {
	had := hasFocus(on)
	does()
	if !had || on.Underlying().Call("getClientRects").Length() > 0 {
		return
	}
	if p.phase == sampling {
		p.ui.cancel.Focus()
	} else {
		p.ui.generate.Focus()
	}
}

// enter changes the phase and everything that hangs on it.
func (p *page) enter(next phase) {
	p.phase = next
	u := p.ui
	busy := next == sampling
	// Moving the focus along keeps the keyboard on the one button that matters.
	had := hasFocus(u.generate) || hasFocus(u.cancel)
	setHidden(u.generate, busy)
	setHidden(u.cancel, !busy)
	if had && busy {
		u.cancel.Focus()
	} else if had {
		u.generate.Focus()
	}
	u.generate.SetDisabled(next == starting)
	u.scrub.SetDisabled(busy)
	u.play.SetDisabled(busy)
	u.models.SetDisabled(busy || next == starting)
	setHidden(u.progress, next != loading && next != sampling)
	if next == idle || next == done {
		p.lookAhead()
	}
	if next != failed {
		setHidden(u.alert, true)
		p.pardon()
	}
	if busy {
		setHidden(u.result, true)
		setHidden(u.edit, true)
		u.fork.SetDisabled(true)
	} else if p.painting.brought {
		setHidden(u.edit, false)
	}
	u.app.SetAttribute("data-state", string(next))
	p.times[next]++
	u.app.SetAttribute("data-"+string(next), strconv.Itoa(p.times[next]))
	if p.wish != nil {
		after(0, p.grant)
	}
}

// fail shows what went wrong, what helps, and a button that tries it again, or
// goes on without it where that would be of no use.
func (p *page) fail(e *proto.Error, retry func()) {
	label := "Try again"
	if retry == nil || e.Type == proto.ErrSpec {
		retry, label = p.backToWork, "Go on"
	}
	p.enter(failed)
	p.wanted = false
	p.retry, p.link, p.pair = retry, nil, false
	p.ui.retry.SetTextContent(label)
	p.ui.alertText.SetTextContent(e.Text)
	p.ui.alertRemedy.SetTextContent(e.Remedy)
	p.ui.alert.SetAttribute("data-type", string(e.Type))
	setHidden(p.ui.alert, false)
	p.ui.status.SetTextContent("")
	p.stage.setEmpty("No picture yet.")
}

// backToWork leaves an error that was not the model's.
func (p *page) backToWork() {
	switch {
	case p.load != 0: // it went on behind the error
		p.enter(loading)
		p.showLoading(0)
	case !p.ready():
		p.choose(p.chosen)
	case p.run != nil && p.run.complete:
		p.enter(done)
		p.activate(p.run)
	default:
		p.enter(idle)
	}
}
