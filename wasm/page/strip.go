//go:build js && wasm

package page

import (
	"strconv"
	"syscall/js"
)

// stripMost is how many steps the strip shows; of more it shows some.
const stripMost = 24

// A strip shows the steps of one picture in small, with the slider that scrubs
// through them on top of it.
type strip struct {
	ui            *ui
	frames        *frames  // that is shown
	canvas        js.Value // its 2D context
	width, height int      // of a picture
	columns       int
	total         int // steps
}

func (s *strip) init(u *ui) {
	s.ui = u
	s.canvas = context(u.strip)
}

// begin lays out total steps.
func (s *strip) begin(f *frames, total, width, height int) {
	s.frames = f
	s.total, s.width, s.height, s.columns = total, width, height, min(total, stripMost)
	s.ui.strip.SetWidth(s.columns * width)
	s.ui.strip.SetHeight(2 * height)
	style := s.ui.film.Style()
	style.SetProperty("--columns", strconv.Itoa(s.columns), "")
	style.SetProperty("--aspect", strconv.FormatFloat(float64(width)/float64(height), 'g', 4, 64), "")
	s.ui.scrub.SetAttribute("max", strconv.Itoa(total))
	setHidden(s.ui.film, false)
}

// draw puts a step into its column.
func (s *strip) draw(step int, x, denoised js.Value) {
	left := (step - 1) * s.columns / s.total * s.width
	s.canvas.Call("drawImage", x, left, 0)
	s.canvas.Call("drawImage", denoised, left, s.height)
}

// redraw shows steps that are there already.
func (s *strip) redraw(f *frames, total, width, height int) {
	if total == 0 {
		return
	}
	s.begin(f, total, width, height)
	for i, step := range f.at {
		s.draw(step, f.x[i], f.denoised[i])
	}
}

// mark moves the slider to a step.
func (s *strip) mark(step int) {
	words := "Step " + strconv.Itoa(step) + " of " + strconv.Itoa(s.total)
	s.ui.scrub.SetValue(strconv.Itoa(step))
	s.ui.scrub.SetAttribute("aria-valuetext", words)
	s.ui.filmStep.SetTextContent(words)
}
