//go:build js && wasm

package page

import (
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
)

// A ui holds the elements of index.html that the page changes.
type ui struct {
	doc                                 dom.Document
	app, form, stage, sheets            dom.HTMLElement
	empty, emptyText, status, live      dom.HTMLElement
	alert, alertText, alertRemedy       dom.HTMLElement
	result, hash, hashLabel, card       dom.HTMLElement
	modelList, labels, slots            dom.HTMLElement
	labelsLegend, wordsRow              dom.HTMLElement
	stepsNote, solverNote, guidanceNote dom.HTMLElement
	wordsNote                           dom.HTMLElement
	generate, cancel, dice, retry, copy *dom.HTMLButtonElement
	compare, back, surprise, defaults   *dom.HTMLButtonElement
	seed, words, count, steps, guidance *dom.HTMLInputElement
	viewX, viewDenoised                 *dom.HTMLInputElement
	solver                              *dom.HTMLSelectElement
	models, sampling                    *dom.HTMLFieldSetElement
	progress                            *dom.HTMLProgressElement
	download                            *dom.HTMLAnchorElement
}

func findUI(doc dom.Document) ui {
	return ui{
		doc:          doc,
		app:          find[dom.HTMLElement](doc, "app"),
		form:         find[dom.HTMLElement](doc, "form"),
		stage:        find[dom.HTMLElement](doc, "stage"),
		sheets:       find[dom.HTMLElement](doc, "sheets"),
		empty:        find[dom.HTMLElement](doc, "empty"),
		emptyText:    find[dom.HTMLElement](doc, "empty-text"),
		status:       find[dom.HTMLElement](doc, "status"),
		live:         find[dom.HTMLElement](doc, "live"),
		alert:        find[dom.HTMLElement](doc, "alert"),
		alertText:    find[dom.HTMLElement](doc, "alert-text"),
		alertRemedy:  find[dom.HTMLElement](doc, "alert-remedy"),
		result:       find[dom.HTMLElement](doc, "result"),
		hash:         find[dom.HTMLElement](doc, "hash"),
		hashLabel:    find[dom.HTMLElement](doc, "hash-label"),
		card:         find[dom.HTMLElement](doc, "card"),
		modelList:    find[dom.HTMLElement](doc, "model-list"),
		labels:       find[dom.HTMLElement](doc, "labels"),
		labelsLegend: find[dom.HTMLElement](doc, "labels-legend"),
		wordsRow:     find[dom.HTMLElement](doc, "words-row"),
		wordsNote:    find[dom.HTMLElement](doc, "words-note"),
		slots:        find[dom.HTMLElement](doc, "slots"),
		stepsNote:    find[dom.HTMLElement](doc, "steps-note"),
		solverNote:   find[dom.HTMLElement](doc, "solver-note"),
		guidanceNote: find[dom.HTMLElement](doc, "guidance-note"),
		generate:     find[*dom.HTMLButtonElement](doc, "generate"),
		cancel:       find[*dom.HTMLButtonElement](doc, "cancel"),
		dice:         find[*dom.HTMLButtonElement](doc, "dice"),
		retry:        find[*dom.HTMLButtonElement](doc, "retry"),
		copy:         find[*dom.HTMLButtonElement](doc, "copy"),
		compare:      find[*dom.HTMLButtonElement](doc, "compare"),
		back:         find[*dom.HTMLButtonElement](doc, "back"),
		surprise:     find[*dom.HTMLButtonElement](doc, "surprise"),
		defaults:     find[*dom.HTMLButtonElement](doc, "defaults"),
		seed:         find[*dom.HTMLInputElement](doc, "seed"),
		words:        find[*dom.HTMLInputElement](doc, "words"),
		count:        find[*dom.HTMLInputElement](doc, "count"),
		steps:        find[*dom.HTMLInputElement](doc, "steps"),
		guidance:     find[*dom.HTMLInputElement](doc, "guidance"),
		viewX:        find[*dom.HTMLInputElement](doc, "view-x"),
		viewDenoised: find[*dom.HTMLInputElement](doc, "view-denoised"),
		solver:       find[*dom.HTMLSelectElement](doc, "solver"),
		models:       find[*dom.HTMLFieldSetElement](doc, "models"),
		sampling:     find[*dom.HTMLFieldSetElement](doc, "sampling"),
		progress:     find[*dom.HTMLProgressElement](doc, "progress"),
		download:     find[*dom.HTMLAnchorElement](doc, "download"),
	}
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
