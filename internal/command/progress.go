package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Progress tells how far long work is. On a terminal it is a bar on the last line, drawn anew; elsewhere, where every
// text stays, a line after every ten seconds, so that what takes less says nothing.
type Progress struct {
	out      io.Writer
	terminal bool
	now      func() time.Time

	done, total  int
	begun, shown time.Time
}

const (
	barWidth = 30
	redraw   = 50 * time.Millisecond // of a bar: more often nobody sees
	interval = 10 * time.Second      // of lines
)

// NewProgress begins work of so many steps that is told on out. now is time.Now.
func NewProgress(out io.Writer, now func() time.Time, total int) *Progress {
	p := &Progress{out: out, terminal: terminal(out), now: now, total: total, begun: now()}
	p.shown = p.begun
	if p.terminal {
		p.show()
	}
	return p
}

// Step says that one more is done.
func (p *Progress) Step() {
	p.done++
	wait := interval
	if p.terminal {
		wait = redraw
	}
	if now := p.now(); now.Sub(p.shown) >= wait || p.terminal && p.done == p.total {
		p.shown = now
		p.show()
	}
}

// End leaves the line of the bar.
func (p *Progress) End() {
	if p.terminal {
		fmt.Fprintln(p.out)
	}
}

func (p *Progress) show() {
	per := 0.0
	if p.done > 0 {
		per = float64(p.now().Sub(p.begun).Microseconds()) / 1e3 / float64(p.done)
	}
	text := fmt.Sprintf("step %d/%d, %.1f ms a step", p.done, p.total, per)
	if !p.terminal {
		fmt.Fprintln(p.out, text)
		return
	}
	filled := barWidth * p.done / p.total
	fmt.Fprintf(p.out, "\r[%s%s] %s", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), text)
}

// terminal reports whether somebody looks at w, and it can go back to the beginning of a line.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	stat, err := f.Stat()
	if err != nil || stat.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull) // a character device, too
	return err != nil || !os.SameFile(stat, null)
}
