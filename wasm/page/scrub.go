//go:build js && wasm

package page

import (
	"strconv"
	"strings"

	"honnef.co/go/js/dom/v2"
)

// playMillis is how long a whole run takes when it is played again.
const playMillis = 2400

// listenSteps connects slider, keys and buttons of the steps.
func (p *page) listenSteps() {
	u := p.ui
	on(u.scrub, "input", func(dom.Event) {
		p.playing++
		step, _ := strconv.Atoi(u.scrub.Value())
		p.seek(step)
	})
	on(u.app, "keydown", func(e dom.Event) {
		key := e.Underlying()
		move := map[string]int{"ArrowLeft": -1, "ArrowRight": 1}[key.Get("key").String()]
		tag := key.Get("target").Get("tagName").String()
		if move == 0 || p.run == nil || p.phase == sampling || strings.Contains("INPUT SELECT TEXTAREA", tag) {
			return
		}
		e.PreventDefault()
		p.playing++
		p.seek(p.shown + move)
	})
	on(u.play, "click", func(dom.Event) {
		p.playing++
		p.play(p.playing, 1)
	})
	on(u.fork, "click", func(dom.Event) { p.forkHere() })
	on(u.unfork, "click", func(dom.Event) { p.keepFocus(u.unfork, p.leaveFork) })
}

// showFilm lays the steps of the active run's picture out.
func (p *page) showFilm() {
	r := p.run
	if r == nil || r.sheet.total == 0 {
		return
	}
	frames := &r.sheet.cells[max(r.sheet.selected, 0)].frames
	p.strip.redraw(frames, r.sheet.total, r.info.Width, r.info.Height)
	p.seek(r.sheet.total)
}

// seek shows every picture as it was after a step of the active run.
func (p *page) seek(step int) {
	r := p.run
	if r == nil || r.sheet.total == 0 || p.phase == sampling {
		return
	}
	p.shown = min(max(step, 1), r.sheet.total)
	p.stage.seek(p.shown, r.sheet.total)
	p.strip.mark(p.shown)
	p.ui.fork.SetDisabled(p.shown == r.sheet.total || !r.complete || r.request.Edit != nil || p.chosen != r.model || p.info == nil)
}

// play shows one step after the other until something else is asked for.
func (p *page) play(turn, step int) {
	if p.run == nil || turn != p.playing || p.phase == sampling {
		return
	}
	p.seek(step)
	if total := p.run.sheet.total; step < total {
		after(max(playMillis/float64(total), 16), func() { p.play(turn, step+1) })
	}
}
