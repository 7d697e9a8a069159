package command

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clock is one that a test moves.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func (c *clock) pass(d time.Duration) { c.Time = c.Add(d) }

// Where it is no terminal, quick work says nothing, and long work a line in ten seconds.
func TestProgressInALog(t *testing.T) {
	var out bytes.Buffer
	var c clock
	p := NewProgress(&out, c.now, 1000)
	for range 1000 {
		c.pass(9 * time.Millisecond)
		p.Step()
	}
	p.End()
	if out.Len() != 0 {
		t.Errorf("nine seconds of work say %q", out.String())
	}
	p = NewProgress(&out, c.now, 1000)
	for range 1000 {
		c.pass(50 * time.Millisecond)
		p.Step()
	}
	p.End()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 5 || lines[0] != "step 200/1000, 50.0 ms a step" || strings.Contains(out.String(), "\r") {
		t.Errorf("fifty seconds of work say %q", lines)
	}
}

// On a terminal it is one line, whose last form is that of the last step.
func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	var c clock
	p := &Progress{out: &out, terminal: true, now: c.now, total: 100, begun: c.now(), shown: c.now()}
	for range 100 {
		c.pass(10 * time.Millisecond)
		p.Step()
	}
	p.End()
	text := out.String()
	if n := strings.Count(text, "\r"); n != 20 || strings.Count(text, "\n") != 1 {
		t.Errorf("a second of work draws the line %d times: %q", n, text)
	}
	if !strings.HasSuffix(text, "["+strings.Repeat("#", barWidth)+"] step 100/100, 10.0 ms a step\n") {
		t.Errorf("the line ends as %q", text)
	}
}

func TestTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer null.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, w := range []io.Writer{null, file, &bytes.Buffer{}} {
		if terminal(w) {
			t.Errorf("%T counts as a terminal", w)
		}
	}
}
