//go:build js && wasm

package page

import (
	"math"
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// sheetsMost is how many runs stand side by side.
const sheetsMost = 4

// A stage shows the sheet of one run, or several side by side.
type stage struct {
	ui     *ui
	sheets []*sheet
	// picked is called when a picture of a sheet is picked or left.
	picked func()
	still  js.Value // MediaQueryList: the visitor asked for reduced motion
}

// A sheet is the pictures of one run.
type sheet struct {
	root          dom.HTMLElement // figure
	caption       dom.HTMLElement // button: makes this run the one that the steps and the files are of
	cells         []cell
	width, height int       // of a picture
	total         int       // steps, 0 before the first
	clicks        []js.Func // of the cells' listeners
	// selected is the picture that fills the stage, -1 when all are shown.
	selected int
}

// A cell is one picture: what the sampler holds and what the network predicts
// lie on top of each other, and the style sheet shows one of the two or both.
type cell struct {
	root        dom.HTMLElement
	x, denoised js.Value // CanvasRenderingContext2D
	frames      frames
	steps       int     // that were made
	millis      float64 // and what they took
}

// steps is how many solver steps the pictures have behind them.
func (sh *sheet) steps() (n int) {
	for i := range sh.cells {
		n += sh.cells[i].steps
	}
	return n
}

// millis is the time of these steps.
func (sh *sheet) millis() (ms float64) {
	for i := range sh.cells {
		ms += sh.cells[i].millis
	}
	return ms
}

func (s *stage) init(u *ui) {
	s.ui = u
	s.still = js.Global().Call("matchMedia", "(prefers-reduced-motion: reduce)")
}

func (s *stage) setView(view string) { s.ui.stage.SetAttribute("data-view", view) }

// setEmpty puts a sentence on a stage that has no picture.
func (s *stage) setEmpty(text string) {
	s.ui.emptyText.SetTextContent(text)
	setHidden(s.ui.empty, len(s.sheets) > 0)
}

// keep takes all sheets but the last n off the stage.
func (s *stage) keep(n int) {
	s.showAll()
	gone := max(len(s.sheets)-n, 0)
	for _, sh := range s.sheets[:gone] {
		for _, f := range sh.clicks {
			f.Release()
		}
		for i := range sh.cells {
			sh.cells[i].frames.close()
		}
		sh.root.Underlying().Call("remove")
	}
	s.sheets = append([]*sheet(nil), s.sheets[gone:]...)
	s.count()
	s.mark("", 0, 0)
	setHidden(s.ui.empty, len(s.sheets) > 0)
}

// count tells the style sheet how many sheets share the stage.
func (s *stage) count() { s.ui.stage.SetAttribute("data-sheets", strconv.Itoa(len(s.sheets))) }

// mark tells style sheet and tests what is on the stage.
func (s *stage) mark(hash string, step, total int) {
	s.ui.stage.SetAttribute("data-hash", hash)
	s.ui.stage.SetAttribute("data-step", strconv.Itoa(step))
	s.ui.stage.SetAttribute("data-total", strconv.Itoa(total))
}

// add lays out the pictures of a new run.
func (s *stage) add(count, width, height int, seed uint64, activate func()) *sheet {
	columns := int(math.Ceil(math.Sqrt(float64(count))))
	doc := s.ui.doc
	sh := &sheet{root: create[dom.HTMLElement](doc, "figure", "sheet"), width: width, height: height, selected: -1}
	style := sh.root.Style()
	style.SetProperty("--columns", strconv.Itoa(columns), "")
	style.SetProperty("--width", strconv.Itoa(width), "")
	style.SetProperty("--height", strconv.Itoa(height), "")
	grid := create[dom.HTMLElement](doc, "div", "cells")
	for k := range count {
		c := s.addCell(sh, k, count, seed+uint64(k))
		sh.cells = append(sh.cells, c)
		grid.AppendChild(c.root)
	}
	sh.root.AppendChild(grid)
	caption := create[dom.HTMLElement](doc, "figcaption", "")
	button := create[*dom.HTMLButtonElement](doc, "button", "")
	button.SetType("button")
	sh.clicks = append(sh.clicks, button.AddEventListener("click", false, func(dom.Event) { activate() }))
	sh.caption = button
	caption.AppendChild(button)
	sh.root.AppendChild(caption)
	s.ui.sheets.AppendChild(sh.root)
	s.sheets = append(s.sheets, sh)
	s.count()
	setHidden(s.ui.empty, true)
	s.mark("", 0, 0)
	return sh
}

func (s *stage) addCell(sh *sheet, k, count int, seed uint64) cell {
	name := "Picture " + strconv.Itoa(k+1) + ", seed " + strconv.FormatUint(seed, 10)
	var root dom.HTMLElement
	if count > 1 {
		button := create[*dom.HTMLButtonElement](s.ui.doc, "button", "cell")
		button.SetType("button")
		button.SetTitle(name)
		sh.clicks = append(sh.clicks, button.AddEventListener("click", false, func(dom.Event) { s.pick(sh, k) }))
		root = button
	} else {
		root = create[dom.HTMLElement](s.ui.doc, "div", "cell")
	}
	canvas := func(class, label string) js.Value {
		c := create[*dom.HTMLCanvasElement](s.ui.doc, "canvas", class)
		c.SetWidth(sh.width)
		c.SetHeight(sh.height)
		c.SetAttribute("role", "img")
		c.SetAttribute("aria-label", name+label)
		root.AppendChild(c)
		return context(c)
	}
	return cell{root: root, x: canvas("x", ""), denoised: canvas("denoised", ", as predicted")}
}

// context draws into a canvas that stays in the page's own memory: pictures are
// too small to wake a graphics card for.
func context(c dom.Element) js.Value {
	return c.Underlying().Call("getContext", "2d", map[string]any{"willReadFrequently": true})
}

// paint keeps a step and shows it. A visitor who asked for reduced motion sees
// each picture once, when it is finished.
func (s *stage) paint(sh *sheet, e proto.Step) {
	c := &sh.cells[e.Picture]
	sh.total = e.Total
	if e.Step <= c.steps { // its worker was lost: it is made again
		c.frames.close()
		c.millis = 0
	}
	c.steps = e.Step
	c.millis += e.Millis
	c.frames.keep(e.Step, e.Total, 8*sh.width*sh.height*len(sh.cells), e.X, e.Denoised)
	if e.Step == e.Total || !s.still.Get("matches").Bool() {
		c.show(len(c.frames.at) - 1)
	}
	s.mark("", e.Step, e.Total)
}

// show draws one of the frames.
func (c *cell) show(frame int) {
	if frame < 0 {
		return
	}
	c.x.Call("drawImage", c.frames.x[frame], 0, 0)
	c.denoised.Call("drawImage", c.frames.denoised[frame], 0, 0)
	c.root.SetAttribute("data-drawn", "")
}

// seek shows all pictures as they were at the same part of their way.
func (s *stage) seek(step, total int) {
	for _, sh := range s.sheets {
		at := step
		if sh.total != total && total > 0 {
			at = (step*sh.total + total/2) / total
		}
		for i := range sh.cells {
			c := &sh.cells[i]
			c.show(c.frames.find(at))
		}
	}
	s.ui.stage.SetAttribute("data-shown", strconv.Itoa(step))
}

// pick makes one picture of a sheet fill the stage; a second click goes back.
func (s *stage) pick(sh *sheet, k int) {
	again := sh.selected == k
	s.showAll()
	if !again {
		sh.selected = k
		sh.root.SetAttribute("data-picked", "")
		sh.cells[k].root.SetAttribute("data-picked", "")
	}
	s.picked()
}

// showAll leaves a picked picture.
func (s *stage) showAll() {
	for _, sh := range s.sheets {
		sh.root.RemoveAttribute("data-picked")
		if sh.selected >= 0 {
			sh.cells[sh.selected].root.RemoveAttribute("data-picked")
		}
		sh.selected = -1
	}
}

// point marks one sheet as the one that steps and files are of.
func (s *stage) point(to *sheet) {
	for _, sh := range s.sheets {
		sh.caption.SetAttribute("aria-pressed", strconv.FormatBool(sh == to))
	}
}
