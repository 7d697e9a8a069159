//go:build js && wasm

package page

import (
	"math"
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/wasm/proto"
)

// A stage shows one sheet of pictures, or two while models are compared.
type stage struct {
	ui     *ui
	doc    dom.Document
	sheets []*sheet
	// picked is called when a picture of a sheet is picked or left.
	picked func()
	still  js.Value // MediaQueryList: the visitor asked for reduced motion
}

// A sheet is the pictures of one run.
type sheet struct {
	root    dom.HTMLElement // figure
	caption dom.HTMLElement
	cells   []cell
	clicks  []js.Func // of the cells' listeners
	// selected is the picture that fills the stage, -1 when all are shown.
	selected int
}

// A cell is one picture: what the sampler holds and what the network predicts
// lie on top of each other, and the style sheet shows one of the two.
type cell struct {
	root        dom.HTMLElement
	x, denoised js.Value // ImageBitmapRenderingContext
}

func (s *stage) init(u *ui, doc dom.Document) {
	s.ui, s.doc = u, doc
	s.still = js.Global().Call("matchMedia", "(prefers-reduced-motion: reduce)")
}

func (s *stage) setView(view string) { s.ui.stage.SetAttribute("data-view", view) }

// setEmpty puts a sentence on a stage that has no picture.
func (s *stage) setEmpty(text string) {
	s.ui.emptyText.SetTextContent(text)
	setHidden(s.ui.empty, len(s.sheets) > 0)
}

func (s *stage) clear() {
	for _, sh := range s.sheets {
		for _, f := range sh.clicks {
			f.Release()
		}
	}
	clearChildren(s.ui.sheets)
	s.sheets = nil
	s.count()
	s.mark("", 0, 0)
	setHidden(s.ui.empty, false)
}

// pairUp keeps one finished sheet and leaves room for its counterpart.
func (s *stage) pairUp(keep *sheet) {
	s.showAll()
	s.sheets = []*sheet{keep}
	setHidden(s.ui.empty, true)
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
func (s *stage) add(count, width, height int, seed uint64) *sheet {
	columns := int(math.Ceil(math.Sqrt(float64(count))))
	sh := &sheet{root: create[dom.HTMLElement](s.doc, "figure", "sheet"), selected: -1}
	style := sh.root.Style()
	style.SetProperty("--columns", strconv.Itoa(columns), "")
	style.SetProperty("--width", strconv.Itoa(width), "")
	style.SetProperty("--height", strconv.Itoa(height), "")
	grid := create[dom.HTMLElement](s.doc, "div", "cells")
	for k := range count {
		c := s.addCell(sh, k, count, width, height, seed+uint64(k))
		sh.cells = append(sh.cells, c)
		grid.AppendChild(c.root)
	}
	sh.caption = create[dom.HTMLElement](s.doc, "figcaption", "")
	sh.root.AppendChild(grid)
	sh.root.AppendChild(sh.caption)
	s.ui.sheets.AppendChild(sh.root)
	s.sheets = append(s.sheets, sh)
	s.count()
	setHidden(s.ui.empty, true)
	s.mark("", 0, 0)
	return sh
}

func (s *stage) addCell(sh *sheet, k, count, width, height int, seed uint64) cell {
	name := "Picture " + strconv.Itoa(k+1) + ", seed " + strconv.FormatUint(seed, 10)
	var root dom.HTMLElement
	if count > 1 {
		button := create[*dom.HTMLButtonElement](s.doc, "button", "cell")
		button.SetType("button")
		button.SetTitle(name)
		sh.clicks = append(sh.clicks, button.AddEventListener("click", false, func(dom.Event) { s.pick(sh, k) }))
		root = button
	} else {
		root = create[dom.HTMLElement](s.doc, "div", "cell")
	}
	canvas := func(class, label string) js.Value {
		c := create[*dom.HTMLCanvasElement](s.doc, "canvas", class)
		c.SetWidth(width)
		c.SetHeight(height)
		c.SetAttribute("role", "img")
		c.SetAttribute("aria-label", name+label)
		root.AppendChild(c)
		return c.GetContext("bitmaprenderer")
	}
	return cell{root: root, x: canvas("x", ""), denoised: canvas("denoised", ", as predicted")}
}

// paint shows a step. A visitor who asked for reduced motion sees each
// picture once, when it is finished.
func (s *stage) paint(sh *sheet, e proto.Step, last bool) {
	c := &sh.cells[e.Picture]
	if last || !s.still.Get("matches").Bool() {
		c.x.Call("transferFromImageBitmap", e.X)
		c.denoised.Call("transferFromImageBitmap", e.Denoised)
		c.root.SetAttribute("data-drawn", "")
	} else {
		e.X.Call("close")
		e.Denoised.Call("close")
	}
	s.mark("", e.Step, e.Total)
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

func (sh *sheet) setCaption(model, detail string) { sh.caption.SetTextContent(model + " · " + detail) }
