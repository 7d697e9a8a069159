package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// tally counts test results over all variants.
type tally struct {
	passed   int
	failures []failure
	skips    []string
	times    []timing
}

// A timing is how long a build or a test in it took, those beside it included.
type timing struct {
	name string
	took time.Duration
}

// A failure is what failed, and what was printed about it.
type failure struct {
	name, printed string
}

func (t *tally) fail(name, printed string) {
	t.failures = append(t.failures, failure{name, printed})
}

func (t *tally) add(o tally) {
	t.passed += o.passed
	t.skips = append(t.skips, o.skips...)
	t.failures = append(t.failures, o.failures...)
	t.times = append(t.times, o.times...)
}

// missing counts a program that this machine lacks: a skip at home, a failure
// in continuous integration.
func (t *tally) missing(reason string, ci bool) {
	if ci {
		t.fail(reason, "")
		return
	}
	t.skips = append(t.skips, reason)
}

// event is a line of `go test -json` (see `go doc test2json`).
type event struct {
	Action, Package, ImportPath, Test, Output string
	Key, Value                                string // of an attribute
	FailedBuild                               string // the import path that kept a package from being tested
	Elapsed                                   float64
}

// goTest runs the variant and prints a line a package, a line for each attribute
// that a test gives itself (the pictures it drew), and the whole output of what
// failed, which report prints once more.
func (v variant) goTest(out io.Writer) tally {
	c := newCollector(v.name, out)
	begun := time.Now()
	v.collect(c)
	c.times = append(c.times, timing{v.name, time.Since(begun)})
	return c.tally
}

// collect runs the variant into a collector.
func (v variant) collect(c *collector) {
	args := append([]string{"test", "-json", "-timeout", "45m"}, v.flags...)
	cmd := exec.Command("go", append(args, v.packages...)...)
	cmd.Env = append(os.Environ(), v.env...)
	cmd.Dir = v.dir
	cmd.Stderr = c.out
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.fail(v.name, err.Error())
		return
	}
	c.read(pipe)
	if err := cmd.Wait(); err != nil && len(c.failures) == 0 {
		c.fail(v.name+": go test", err.Error())
	}
}

// collector folds the stream of events into a tally.
type collector struct {
	tally
	variant string
	out     io.Writer
	each    func(test, action string)   // hears of every result of a test; nil: nobody does
	output  map[string]*strings.Builder // by package and test, or import path: what it printed
	broken  map[string]bool             // packages with a test that failed
}

func newCollector(variant string, out io.Writer) *collector {
	return &collector{variant: variant, out: out, output: map[string]*strings.Builder{}, broken: map[string]bool{}}
}

func (c *collector) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(c.out, lines.Text())
			continue
		}
		c.take(e)
	}
}

func (c *collector) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if e.Action == "build-output" {
			fmt.Fprint(c.out, e.Output)
			key = e.ImportPath
		}
		if c.output[key] == nil {
			c.output[key] = new(strings.Builder)
		}
		c.output[key].WriteString(e.Output)
	case "attr":
		fmt.Fprintf(c.out, "      %s %s\n", e.Key, e.Value)
	case "pass", "fail", "skip":
		c.finish(e, key)
		delete(c.output, key)
	}
}

func (c *collector) finish(e event, key string) {
	if c.each != nil && e.Test != "" {
		c.each(e.Test, e.Action)
	}
	name := strings.TrimSpace(c.variant + ": " + key)
	printed := ""
	if b := c.output[key]; b != nil {
		printed = b.String()
	}
	took := time.Duration(e.Elapsed * float64(time.Second)).Round(10 * time.Millisecond)
	switch {
	case e.Action == "fail" && e.Test == "" && c.broken[e.Package]: // its tests are counted and named
		fmt.Fprintf(c.out, " FAIL %s (%s)\n", e.Package, took)
	case e.Action == "fail":
		if b := c.output[e.FailedBuild]; b != nil {
			printed += b.String()
		}
		c.broken[e.Package] = true
		c.fail(name, printed)
		fmt.Fprintf(c.out, "FAIL %s (%s)\n%s", name, took, printed)
	case e.Test == "" && e.Action == "pass":
		fmt.Fprintf(c.out, "   ok %s (%s)\n", e.Package, took)
	case e.Action == "pass":
		c.passed++
		if !strings.Contains(e.Test, "/") {
			c.times = append(c.times, timing{name, took})
		}
	case e.Test != "":
		c.skips = append(c.skips, name+": "+skipReason(printed))
	}
}

// skipReason is what the test said to t.Skip, without the file and line.
func skipReason(printed string) string {
	for line := range strings.Lines(printed) {
		line = strings.TrimSpace(line)
		if _, reason, ok := strings.Cut(line, ".go:"); ok {
			_, reason, _ = strings.Cut(reason, ": ")
			return reason
		}
	}
	return "no reason given"
}
