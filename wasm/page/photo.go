//go:build js && wasm

package page

import (
	"bytes"
	"errors"
	"image"
	"strconv"
	"strings"
	"syscall/js"

	"tintype/internal/picture"
)

// A photo is a picture of the visitor's own, which does not say how it was made: it is there to be changed.
//
// PNG files are decoded by the code that tools/sample has, so that both draw the same from one. JPEG, WebP and GIF are the
// browser's: their bytes may differ by a little from browser to browser, and from tools/sample.
type photo struct {
	name string
	data []byte
	head picture.Head
}

// bring has a photo painted over, as soon as there is a model that says how large it must be.
func (p *page) bring(ph *photo) {
	if !p.ready() {
		p.wish = &wish{"file", func() { p.bring(ph) }}
		p.say(ph.name + " waits for the model.")
		return
	}
	orientation, where := picture.Orientation(ph.data, ph.head.Kind)
	w, h := picture.Turned(ph.head.Width, ph.head.Height, orientation)
	if w != p.info.Width || h != p.info.Height {
		p.refuseFile(ph.name+" has "+sized(w, h)+" pixels, and this model’s pictures have "+sized(p.info.Width, p.info.Height)+".",
			"Scale it to that first, or choose a model of its size.")
		return
	}
	clear(where) // it is turned here: not every browser does it
	go func() {
		m, err := ph.decode()
		p.whenFree("file", func() {
			if err != nil {
				p.refuseFile(ph.name+" is "+err.Error()+".", "Save it anew as a PNG file, and open that.")
				return
			}
			p.show(ph, picture.Turn(m, orientation), orientation > 1)
		})
	}()
}

func sized(w, h int) string { return strconv.Itoa(w) + " × " + strconv.Itoa(h) }

// show has a decoded photo painted over and says what was done to it.
func (p *page) show(ph *photo, m *image.NRGBA, turned bool) {
	if p.phase == failed {
		p.backToWork() // what was wrong before is over
	}
	words := ph.name + " is here to be changed: press Redraw."
	if turned {
		words += " It was turned upright."
	}
	if picture.Over(m, picture.White) {
		words += " What is transparent was put on white."
	}
	if ph.head.Kind == "PNG" && ph.data[24] == 16 {
		words += " Its 16 bits a channel were rounded to 8."
	}
	for mark := range strings.SplitSeq(marks, " ") {
		if bytes.Contains(ph.data, []byte(mark)) {
			words += " Of the animation this is the still picture."
		}
	}
	a := js.Global().Get("Uint8Array").New(len(m.Pix))
	js.CopyBytesToJS(a, m.Pix)
	p.painting.hold(p.ui, a.Get("buffer"), m.Rect.Dx(), m.Rect.Dy())
	p.painting.brought = true
	setHidden(p.ui.edit, false)
	p.ui.edit.SetAttribute("open", "")
	p.ui.edit.Underlying().Call("scrollIntoView", map[string]any{"block": "nearest"})
	p.say(words)
}

// marks stand in the files of animations: those of several frames, or a GIF file's that is shown over and over.
const marks = "acTL ANMF NETSCAPE2.0"

// decode blocks its goroutine. The error completes "it is".
func (ph *photo) decode() (*image.NRGBA, error) {
	if ph.head.Kind == "PNG" {
		return picture.DecodePNG(ph.data, inflate)
	}
	w, h := ph.head.Width, ph.head.Height
	pix, err := decoded("pixels", ph.data, w, h)
	if err != nil {
		return nil, errors.New("nothing that this browser lets a page read (" + err.Error() + ")")
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}, nil
}
