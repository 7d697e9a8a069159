package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

// settings are those of a tool with a flag of each kind.
type settings struct {
	file, method, out string
	steps             int
	seed              uint64
	scale, share      float64
	quiet             bool
	rest              []string
	stepsFlag         *Flag
}

func (s *settings) set() *Set {
	set := New("tool", "-file FILE [flags]", "What is left out has a default.")
	set.Group("Common")
	set.Text(&s.file, "file", "FILE", "what to read")
	set.Seed(&s.seed, "seed", "N", "of the noise")
	s.stepsFlag = set.Whole(&s.steps, "steps", "N", 1, 1000, "how many\n, counted twice")
	set.Group("Others")
	set.Number(&s.share, "share", "X", 0, 1, "a share")
	set.Number(&s.scale, "scale", "X", 0, math.Inf(1), "a scale").Rare()
	set.OneOf(&s.method, "method", []string{"replace", "hard", "ddrm"}, "how").Rare()
	set.Output(&s.out, "out", []string{".png", ".apng"}, "what to write")
	set.Switch(&s.quiet, "quiet", "print nothing")
	return set
}

func run(s *settings, set *Set, args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = set.Run(args, &o, &e, func(w io.Writer) error {
		fmt.Fprintln(w, "done")
		return nil
	})
	return status, o.String(), e.String()
}

func TestFlags(t *testing.T) {
	var s settings
	set := s.set()
	set.Args(&s.rest, 0, 2)
	status, out, errs := run(&s, set, "-file", "-", "one", "--seed=010", "-steps", "08", "-share", "-0", "-scale=1e3", "-method", "hard", "-out", "a.APNG", "-quiet", "--", "-two")
	if status != 0 || out != "done\n" || errs != "" {
		t.Fatalf("status %d, %q, %q", status, out, errs)
	}
	if s.file != "-" || s.seed != 10 || s.steps != 8 || s.share != 0 || s.scale != 1000 || s.method != "hard" || !s.quiet ||
		strings.Join(s.rest, " ") != "one -two" || !s.stepsFlag.Given() {
		t.Errorf("read as %+v", s)
	}
	var none settings
	if status, _, _ := run(&none, none.set()); status != 0 || none.stepsFlag.Given() {
		t.Errorf("status %d; -steps counts as given: %v", status, none.stepsFlag.Given())
	}
}

// Each is refused by the flag's name, with what was expected.
func TestWhatCannotBeMeant(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"-file|", "-file is empty: expected FILE"},
		{"-file=", "-file is empty"},
		{"-file| ", "-file is empty"},
		{"-seed|", "-seed is empty"},
		{"-method|", "-method is empty: expected replace|hard|ddrm"},
		{"-method|soft", "-method soft: expected replace, hard or ddrm"},
		{"-steps|0", "-steps 0: expected a whole number, 1 to 1000"},
		{"-steps|1001", "1 to 1000"},
		{"-steps|0x10", "-steps 0x10: expected a whole number"},
		{"-steps|1_0", "1 to 1000"},
		{"-steps|2.5", "1 to 1000"},
		{"-seed|-1", "-seed -1: expected a whole number, 0 to 18446744073709551615"},
		{"-seed|18446744073709551616", "18446744073709551615"},
		{"-share|1.5", "-share 1.5: expected a number, 0 to 1"},
		{"-share|NaN", "expected a number"},
		{"-scale|Inf", "-scale Inf: expected a number, 0 or more"},
		{"-scale|0x1p3", "0 or more"},
		{"-scale|-1", "0 or more"},
		{"-out|a.jpg", "-out a.jpg: expected a name that ends in .png or .apng"},
		{"-out|.png", "ends in .png"},
		{"-out|png", "ends in .png"},
		{"-out|a.png.gz", "ends in .png"},
		{"-quiet=maybe", "true or false"},
		{"-steps", "-steps needs a value, N"},
		{"-quiet|true", `unexpected argument "true"`},
		{"more", `unexpected argument "more"`},
		{"-", `unexpected argument "-"`},
		{"-step|3", "is -steps meant?"},
		{"-sedd|3", "is -seed meant?"},
		{"-STEPS|3", "is -steps meant?"},
		{"-filename|a", "is -file meant?"},
		{"-verison", "is -version meant?"},
		{"-colour|red", "-colour: unknown flag; -h lists the flags"},
		{"-x", "-x: unknown flag; -h"},
	} {
		var s settings
		status, out, errs := run(&s, s.set(), strings.Split(c.args, "|")...)
		if status != 2 || out != "" || !strings.HasPrefix(errs, "tool: -") && !strings.HasPrefix(errs, "tool: unexpected") ||
			!strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: status %d, %q, %q, want %q", c.args, status, out, errs, c.says)
		}
	}
	var s settings
	set := s.set()
	set.Args(&s.rest, 1, 1)
	for _, args := range [][]string{nil, {"a", "b"}} {
		if status, _, errs := run(&s, set, args...); status != 2 || !strings.Contains(errs, "tool -file FILE [flags]") {
			t.Errorf("%v: status %d, %q", args, status, errs)
		}
	}
}

func TestFlagsThatGoTogether(t *testing.T) {
	a, b := &Flag{name: "a", given: true}, &Flag{name: "b"}
	if err := a.Needs(b, "why"); err == nil || err.Error() != "-a needs -b: why" {
		t.Error(err)
	}
	if err := errors.Join(b.Needs(a, "why"), Both(a, b)); err != nil {
		t.Error(err)
	}
	set := &Set{flags: []*Flag{a, b, {name: "c", given: true}}}
	if err := set.Alone(a, "why", set.flags[2]); err != nil {
		t.Error(err)
	}
	if err := set.Alone(a, "why", b); err == nil || err.Error() != "-c beside -a: why; leave it out" {
		t.Error(err)
	}
	if err := set.Alone(b, "why"); err != nil {
		t.Error(err)
	}
	b.given = true
	if err := Both(a, b); err == nil || !strings.Contains(err.Error(), "-a and -b") {
		t.Error(err)
	}
}

func TestHelp(t *testing.T) {
	for args, want := range map[string][]string{
		"-h":        {"usage: tool -file FILE [flags]", "Common:", "  -steps N              how many\n", "More: -scale -method", "-version"},
		"--help":    {"usage: tool"},
		"-h=all":    {"  -scale X"},
		"-h all":    {"  -scale X", "  -method replace|hard|ddrm\n", "-version says"},
		"-h steps":  {"  -steps N              how many, counted twice\n"},
		"-quiet -h": {"usage: tool"},
		"-version":  {"tool ", "go1."},
	} {
		var s settings
		status, out, errs := run(&s, s.set(), strings.Fields(args)...)
		if status != 0 || errs != "" || strings.Contains(out, "done") {
			t.Errorf("%s: status %d, %q", args, status, errs)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: %q is missing in\n%s", args, w, out)
			}
		}
		for line := range strings.Lines(out) {
			if len(strings.TrimSuffix(line, "\n")) > columns {
				t.Errorf("%s: a line of %d columns: %s", args, len(line), line)
			}
		}
	}
	long := strings.Repeat("word and ", 40)
	for i, line := range strings.Split(wrap("  -x"+long, 10), "\n") {
		if len(line) > columns || i > 0 && line != "" && !strings.HasPrefix(line, "          w") && !strings.HasPrefix(line, "          a") {
			t.Errorf("line %d: %q", i, line)
		}
	}
}

// full is a disk without room.
type full struct{ room int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		room   int
		args   string
		err    error
		status int
		says   string
	}{
		{1000, "", nil, 0, ""},
		{0, "", nil, 1, "tool: standard output: no space left on device\n"},
		{3, "", nil, 1, "standard output"},
		{0, "-h", nil, 1, "standard output"},
		{0, "-version", nil, 1, "standard output"},
		{1000, "", errors.New("broken"), 1, "tool: broken\n"},
		{0, "", errors.New("broken"), 1, "tool: broken\ntool: standard output: no space left on device\n"},
		{1000, "", Misusef("-a %d", 3), 2, "tool: -a 3\n"},
		{1000, "", fmt.Errorf("build: %w", context.Canceled), 130, "tool: interrupted"},
	} {
		var s settings
		var errs bytes.Buffer
		status := s.set().Run(strings.Fields(c.args), &full{c.room}, &errs, func(w io.Writer) error {
			fmt.Fprintln(w, "one")
			fmt.Fprintln(w, "two")
			return c.err
		})
		if status != c.status || !strings.Contains(errs.String(), c.says) || c.says == "" && errs.Len() > 0 {
			t.Errorf("%+v: status %d, %q", c, status, errs.String())
		}
	}
	// What the tool itself reports of the output is said once.
	var errs bytes.Buffer
	status := New("tool", "", "").Run(nil, &full{}, &errs, func(w io.Writer) error {
		_, err := io.WriteString(w, "text")
		return err
	})
	if status != 1 || strings.Count(errs.String(), "no space") != 1 {
		t.Errorf("status %d, %q", status, errs.String())
	}
}
