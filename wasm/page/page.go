//go:build js && wasm

// Package page is the program's role on the page: it turns clicks into
// requests to the worker and the worker's messages into what is seen. It
// computes nothing, so the page never waits for a picture.
package page

import (
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// A phase is what the page is doing; #app shows it as data-state, which the
// style sheet and the tests read.
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
	ui      ui
	client  *client
	stage   stage
	result  result
	speaker speaker
	slots   []slotControl

	phase  phase
	models []entry
	chosen *entry      // nil until the manifest is here
	info   *proto.Info // of the chosen model; nil until it is loaded
	load   int         // ID of the Load under way, 0 for none
	run    *run        // the run under way or the last one; nil before the first
	wanted bool        // Generate was pressed while the model was loading
	retry  func()      // what the error's button does
	// pair is the student's run that the one under way is compared with.
	pair *run
}

// Main sets the page up and returns; its callbacks keep working.
func Main() {
	window := dom.GetWindow()
	p := &page{ui: findUI(window.Document()), phase: starting}
	p.client = newClient(js.Global().Get("tintype").Get("startWorker"))
	p.stage.init(&p.ui, window.Document())
	p.result.init(&p.ui)
	p.speaker.init(&p.ui)
	p.listen()
	p.fetchModels()
}

// listen connects every control with what it does.
func (p *page) listen() {
	u := &p.ui
	// A click, which Enter in a field makes too: in a sandboxed frame forms are not submitted.
	on(u.generate, "click", func(e dom.Event) {
		e.PreventDefault()
		p.generate()
	})
	on(u.cancel, "click", func(dom.Event) { p.cancel() })
	on(u.dice, "click", func(dom.Event) { u.seed.SetValue(randomDigits()) })
	on(u.words, "input", func(dom.Event) { p.matchWords() })
	on(u.surprise, "click", func(dom.Event) { p.surprise() })
	on(u.defaults, "click", func(dom.Event) { p.setDefaults() })
	on(u.compare, "click", func(dom.Event) { p.compare() })
	on(u.viewX, "change", func(dom.Event) { p.stage.setView("x") })
	on(u.viewDenoised, "change", func(dom.Event) { p.stage.setView("denoised") })
	on(u.retry, "click", func(dom.Event) {
		if p.retry != nil {
			p.retry()
		}
	})
	on(u.back, "click", func(dom.Event) {
		p.stage.showAll()
		p.showResult()
	})
	p.stage.picked = p.showResult
}

func on(el dom.Element, event string, f func(dom.Event)) {
	el.AddEventListener(event, false, f)
}

// enter changes the phase and everything that hangs on it.
func (p *page) enter(next phase) {
	p.phase = next
	u := &p.ui
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
	u.models.SetDisabled(busy || next == starting)
	setHidden(u.progress, next != loading && next != sampling)
	if next != failed {
		setHidden(u.alert, true)
	}
	if busy {
		setHidden(u.result, true)
	}
	u.app.SetAttribute("data-state", string(next))
}

// fail shows what went wrong, what helps, and a button that tries it again.
func (p *page) fail(e *proto.Error, retry func()) {
	p.enter(failed)
	p.wanted = false
	p.retry = retry
	p.ui.alertText.SetTextContent(e.Text)
	p.ui.alertRemedy.SetTextContent(e.Remedy)
	p.ui.alert.SetAttribute("data-type", string(e.Type))
	setHidden(p.ui.alert, false)
	p.ui.status.SetTextContent("")
	p.stage.setEmpty("No picture yet.")
}
