//go:build js && wasm

package page

import (
	"strconv"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
	"tintype/core/limits"
	"tintype/wasm/proto"
)

// A painting is the active picture, on which the visitor paints what shall be
// drawn anew.
type painting struct {
	canvas        js.Value // its 2D context
	rgba          js.Value // the picture: ArrayBuffer of its bytes, as the worker gave them
	image         js.Value // an ImageData of them
	brought       bool     // a photo, not a run's picture
	width, height int
	mask          []byte // 255 where it is painted
	painted       bool
	x, y          int // where the keys paint
}

// brush is how far around the pointer is painted, in pixels of the picture.
const brush = 2

func (p *page) listenEasel() {
	u := p.ui
	p.painting.canvas = context(u.paint)
	press := func(e dom.Event) {
		ev := e.Underlying()
		if ev.Get("buttons").Int() != 1 {
			return
		}
		el := u.paint.Underlying()
		p.painting.x = int(ev.Get("offsetX").Float() * float64(p.painting.width) / el.Get("clientWidth").Float())
		p.painting.y = int(ev.Get("offsetY").Float() * float64(p.painting.height) / el.Get("clientHeight").Float())
		p.painting.dab()
	}
	on(u.paint, "pointerdown", press)
	on(u.paint, "pointermove", press)
	on(u.paint, "keydown", func(e dom.Event) {
		m := &p.painting
		switch e.Underlying().Get("key").String() {
		case "ArrowLeft":
			m.x--
		case "ArrowRight":
			m.x++
		case "ArrowUp":
			m.y--
		case "ArrowDown":
			m.y++
		case " ":
			m.dab()
		default:
			return
		}
		e.PreventDefault()
		e.Underlying().Call("stopPropagation") // the keys of the steps are the same
		m.x, m.y = min(max(m.x, 0), m.width-1), min(max(m.y, 0), m.height-1)
		m.draw(true)
	})
	on(u.unpaint, "click", func(dom.Event) { p.painting.clear() })
	on(u.redraw, "click", func(dom.Event) { p.keepFocus(u.redraw, p.redraw) })
}

// showEasel puts the active run's picture up.
func (p *page) showEasel() {
	r := p.run
	p.painting.hold(p.ui, r.finished[max(r.sheet.selected, 0)].RGBA, r.sheet.width, r.sheet.height)
}

// hold takes a picture's bytes.
func (m *painting) hold(u *ui, rgba js.Value, width, height int) {
	m.rgba, m.width, m.height, m.brought = rgba, width, height, false
	m.image = js.Global().Get("ImageData").New(js.Global().Get("Uint8ClampedArray").New(m.rgba), m.width, m.height)
	u.paint.SetWidth(m.width)
	u.paint.SetHeight(m.height)
	m.x, m.y = m.width/2, m.height/2
	m.clear()
}

func (m *painting) clear() {
	m.mask, m.painted = make([]byte, m.width*m.height), false
	m.draw(false)
}

// dab paints around the present place.
func (m *painting) dab() {
	for y := max(m.y-brush, 0); y <= min(m.y+brush, m.height-1); y++ {
		for x := max(m.x-brush, 0); x <= min(m.x+brush, m.width-1); x++ {
			m.mask[y*m.width+x] = 255
			m.painted = true
		}
	}
	m.draw(false)
}

// draw shows the picture under the paint, and where the keys are.
func (m *painting) draw(cursor bool) {
	m.canvas.Call("putImageData", m.image, 0, 0)
	m.canvas.Set("fillStyle", "rgb(255 80 30 / 0.6)")
	for y := range m.height {
		for x := range m.width {
			if m.mask[y*m.width+x] > 0 {
				m.canvas.Call("fillRect", x, y, 1, 1)
			}
		}
	}
	if cursor {
		m.canvas.Set("strokeStyle", "rgb(255 80 30)")
		m.canvas.Call("strokeRect", m.x-brush, m.y-brush, 2*brush+1, 2*brush+1)
	}
}

// redraw makes the painted part anew, or changes the whole picture where
// nothing is painted; both stand side by side.
func (p *page) redraw() {
	m := &p.painting
	if p.phase == sampling || !p.ready() || m.rgba.IsUndefined() {
		return
	}
	if m.width != p.info.Width || m.height != p.info.Height {
		p.fail(&proto.Error{
			Type: proto.ErrSpec, Text: "The picture has " + sized(m.width, m.height) + " pixels, and this model’s have " + sized(p.info.Width, p.info.Height) + ".",
			Remedy: "Choose a model of the picture’s size.",
		}, nil)
		return
	}
	s, problem := p.request()
	if problem != nil {
		p.fail(problem, p.generate)
		return
	}
	strength, err := strconv.ParseFloat(p.ui.strength.Value(), 64)
	if err != nil || !(strength > 0 && strength <= limits.Strength) {
		p.fail(p.badField(p.ui.strength, "The strength must be a number above 0, 1 at most."), p.generate)
		return
	}
	s.Count, s.Before, s.Vary = 1, nil, ""
	// The bytes are not read from a canvas: browsers that guard against fingerprinting change what they give out. The
	// worker gets a copy, which is transferred.
	s.Edit = &proto.Edit{RGBA: m.rgba.Call("slice", 0), Strength: strength, Hold: "none", Mask: js.Null(), Method: "replace", Times: 1}
	if m.painted {
		mask := js.Global().Get("Uint8Array").New(len(m.mask))
		js.CopyBytesToJS(mask, m.mask)
		s.Edit.Hold, s.Edit.Mask = "mask", mask.Get("buffer")
	}
	p.pair = true
	p.begin(s)
}
