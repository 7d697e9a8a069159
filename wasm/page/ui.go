//go:build js && wasm

package page

import (
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
)

// A ui holds the elements of index.html that the page changes.
type ui struct {
	_   [0]func() // not comparable: the linker would keep 7 kB of code for it
	doc dom.Document

	app, form, stage, sheets, empty, emptyText, status, live, alert, alertText, alertRemedy,
	result, hash, hashLabel, verdict, cost, modelList, cardName, facts, classifyField, labels, labelsLegend, wordsRow, wordsNote, slots,
	stepsNote, budgetNote, guidanceNote, solverLine, solverNote, knobs, all, solverList, gridLine, levelsField, carriedNote, link,
	film, filmStep, forked, forkedText, storage, kept, keptTotal, edit dom.HTMLElement

	generate, cancel, dice, retry, copy, share, animate, compare, back, surprise, defaults,
	play, fork, unfork, purge, unpaint, redraw *dom.HTMLButtonElement

	seed, words, count, steps, budget, guidance, rescale, classify, vary, varySeed, strength, file, scrub,
	viewX, viewDenoised, viewBoth, levels *dom.HTMLInputElement

	solver, grid     *dom.HTMLSelectElement
	models, sampling *dom.HTMLFieldSetElement
	progress         *dom.HTMLProgressElement
	download         *dom.HTMLAnchorElement
	strip, paint     *dom.HTMLCanvasElement
}

func findUI(doc dom.Document) *ui {
	u := &ui{doc: doc}
	for _, e := range [...]struct {
		id string
		el *dom.HTMLElement
	}{
		{"app", &u.app}, {"form", &u.form}, {"stage", &u.stage}, {"sheets", &u.sheets}, {"empty", &u.empty}, {"empty-text", &u.emptyText},
		{"status", &u.status}, {"live", &u.live}, {"alert", &u.alert}, {"alert-text", &u.alertText}, {"alert-remedy", &u.alertRemedy},
		{"result", &u.result}, {"hash", &u.hash}, {"hash-label", &u.hashLabel}, {"verdict", &u.verdict}, {"cost", &u.cost},
		{"model-list", &u.modelList}, {"card-name", &u.cardName}, {"facts", &u.facts},
		{"classify-field", &u.classifyField}, {"labels", &u.labels}, {"labels-legend", &u.labelsLegend},
		{"words-row", &u.wordsRow}, {"words-note", &u.wordsNote}, {"slots", &u.slots}, {"steps-note", &u.stepsNote},
		{"budget-note", &u.budgetNote}, {"guidance-note", &u.guidanceNote}, {"solver-line", &u.solverLine},
		{"solver-note", &u.solverNote}, {"knobs", &u.knobs}, {"all", &u.all}, {"solver-list", &u.solverList}, {"grid-line", &u.gridLine}, {"levels-field", &u.levelsField}, {"carried-note", &u.carriedNote}, {"link", &u.link},
		{"film", &u.film}, {"film-step", &u.filmStep}, {"forked", &u.forked}, {"forked-text", &u.forkedText},
		{"storage", &u.storage}, {"kept", &u.kept}, {"kept-total", &u.keptTotal}, {"edit", &u.edit},
	} {
		*e.el = find[dom.HTMLElement](doc, e.id)
	}
	for _, e := range [...]struct {
		id string
		el **dom.HTMLButtonElement
	}{
		{"generate", &u.generate}, {"cancel", &u.cancel}, {"dice", &u.dice}, {"retry", &u.retry}, {"copy", &u.copy}, {"share", &u.share},
		{"animate", &u.animate}, {"compare", &u.compare}, {"back", &u.back}, {"surprise", &u.surprise}, {"defaults", &u.defaults},
		{"play", &u.play}, {"fork", &u.fork}, {"unfork", &u.unfork}, {"purge", &u.purge}, {"unpaint", &u.unpaint}, {"redraw", &u.redraw},
	} {
		*e.el = find[*dom.HTMLButtonElement](doc, e.id)
	}
	for _, e := range [...]struct {
		id string
		el **dom.HTMLInputElement
	}{
		{"seed", &u.seed}, {"words", &u.words}, {"count", &u.count}, {"steps", &u.steps}, {"budget", &u.budget}, {"guidance", &u.guidance},
		{"rescale", &u.rescale}, {"classify", &u.classify}, {"vary", &u.vary}, {"vary-seed", &u.varySeed}, {"strength", &u.strength},
		{"file", &u.file}, {"scrub", &u.scrub}, {"view-x", &u.viewX}, {"view-denoised", &u.viewDenoised},
		{"view-both", &u.viewBoth}, {"levels", &u.levels},
	} {
		*e.el = find[*dom.HTMLInputElement](doc, e.id)
	}
	u.solver, u.grid = find[*dom.HTMLSelectElement](doc, "solver"), find[*dom.HTMLSelectElement](doc, "grid")
	u.models, u.sampling = find[*dom.HTMLFieldSetElement](doc, "models"), find[*dom.HTMLFieldSetElement](doc, "sampling")
	u.progress = find[*dom.HTMLProgressElement](doc, "progress")
	u.download = find[*dom.HTMLAnchorElement](doc, "download")
	u.strip, u.paint = find[*dom.HTMLCanvasElement](doc, "strip"), find[*dom.HTMLCanvasElement](doc, "paint")
	return u
}

// find returns an element of index.html. A missing one is a page and a
// program of different versions: the panic names it, and boot.js says so.
func find[T dom.Element](doc dom.Document, id string) T {
	el, ok := doc.GetElementByID(id).(T)
	if !ok {
		panic("page: index.html has no fitting element #" + id)
	}
	return el
}

// create makes an element with a class.
func create[T dom.Element](doc dom.Document, tag, class string) T {
	el := doc.CreateElement(tag).(T)
	if class != "" {
		el.SetAttribute("class", class)
	}
	return el
}

// text makes an element with a class and a text, as the last child of parent.
func text(doc dom.Document, parent dom.Node, tag, class, words string) dom.HTMLElement {
	el := create[dom.HTMLElement](doc, tag, class)
	el.SetTextContent(words)
	parent.AppendChild(el)
	return el
}

func setHidden(el dom.Element, hidden bool) {
	if hidden {
		el.SetAttribute("hidden", "")
	} else {
		el.RemoveAttribute("hidden")
	}
}

func clearChildren(el dom.Element) { el.SetTextContent("") }

// setNote shows a reason below a field, or nothing.
func setNote(el dom.Element, text string) {
	el.SetTextContent(text)
	setHidden(el, text == "")
}

func hasFocus(el dom.Element) bool { return el.Matches(":focus") }

// randomDigits is a seed that is easy to read out: at most ten digits.
func randomDigits() string {
	a := js.Global().Get("Uint32Array").New(1)
	js.Global().Get("crypto").Call("getRandomValues", a)
	return strconv.Itoa(a.Index(0).Int())
}

// randomBelow is a random number from 0 to n-1; the bias of the remainder
// does not matter for a surprise.
func randomBelow(n int) int {
	return int(js.Global().Get("Math").Call("random").Float() * float64(n))
}

// after calls f once, ms milliseconds from now.
func after(ms float64, f func()) {
	var fn js.Func
	fn = js.FuncOf(func(js.Value, []js.Value) any {
		fn.Release()
		f()
		return nil
	})
	js.Global().Call("setTimeout", fn, ms)
}

// settled calls one of two functions with what becomes of a promise.
func settled(promise js.Value, done, failed func(js.Value)) {
	var onDone, onFail js.Func
	once := func(f func(js.Value)) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			onDone.Release()
			onFail.Release()
			f(args[0])
			return nil
		})
	}
	onDone, onFail = once(done), once(failed)
	promise.Call("then", onDone, onFail)
}
