//go:build js && wasm

package page

import "strconv"

// A speaker tells a screen reader what happens: start, quarters and end, not
// every step. It writes to a region of its own, because the visible status
// changes many times a second.
type speaker struct {
	ui   *ui
	last int // quarter announced last
}

func (s *speaker) init(u *ui) { s.ui = u }

// quarter announces that another quarter of the steps is done, except the
// last, which has a sentence of its own.
func (s *speaker) quarter(step, total int) {
	q := 4 * step / total
	if q > s.last && q < 4 {
		s.ui.live.SetTextContent(strconv.Itoa(25*q) + " percent")
	}
	s.last = q
}

// say shows a sentence and announces it.
func (p *page) say(text string) {
	p.ui.status.SetTextContent(text)
	p.ui.live.SetTextContent(text)
	p.speaker.last = 0
}
