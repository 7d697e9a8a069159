package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A stream as go test -json prints it: one pass, one skip with its reason, one
// failure, its package, and one that does not compile.
const stream = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"attr","Package":"p","Test":"TestA","Key":"picture","Value":"firefox simd: student 12ab"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: no chromium here\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p"}
{"ImportPath":"q [q.test]","Action":"build-output","Output":"q/x.go:3: undefined: y\n"}
{"ImportPath":"q [q.test]","Action":"build-fail"}
{"Action":"fail","Package":"q","Elapsed":0,"FailedBuild":"q [q.test]"}
`

func TestCollector(t *testing.T) {
	var out strings.Builder
	c := newCollector("v", &out)
	c.read(strings.NewReader(stream))
	if c.passed != 1 || len(c.skips) != 1 {
		t.Fatalf("passed %d, skips %v, want 1 and one", c.passed, c.skips)
	}
	if want := []failure{{"v: p TestC", "    c_test.go:9: got 1, want 2\n"}, {"v: q", "q/x.go:3: undefined: y\n"}}; !slices.Equal(c.failures, want) {
		t.Errorf("failures %q, want %q", c.failures, want)
	}
	if want := "v: p TestB: no chromium here"; c.skips[0] != want {
		t.Errorf("skip %q, want %q", c.skips[0], want)
	}
	for _, want := range []string{"got 1, want 2", " picture firefox simd: student 12ab\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing from %q", want, out.String())
		}
	}
}

func TestMissingIsAFailureInCI(t *testing.T) {
	var home, ci tally
	home.missing("no node", false)
	ci.missing("no node", true)
	if len(home.failures) != 0 || len(home.skips) != 1 {
		t.Errorf("at home: failures %v, skips %v; want a skip", home.failures, home.skips)
	}
	if len(ci.failures) != 1 || len(ci.skips) != 0 {
		t.Errorf("in CI: failures %v, skips %v; want a failure", ci.failures, ci.skips)
	}
}

func TestReportEndsWithThePlainLine(t *testing.T) {
	var out strings.Builder
	total := tally{passed: 3, times: []timing{{"v: quick", time.Second}, {"v: slow", time.Minute}}, skips: []string{"s"}, failures: []failure{{"f", strings.Repeat("old\n", 99) + "why\n"}}}
	total.report(&out, time.Second)
	if !strings.Contains(out.String(), "    | (41 lines are") || !strings.Contains(out.String(), "    | why\n") {
		t.Errorf("no failure with both ends in %q", out.String())
	}
	if want := "slowest:\n    1m0s v: slow\n      1s v: quick\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in %q", want, out.String())
	}
	if !strings.HasSuffix(out.String(), "\n3 passed, 1 failed, 1 skipped\n") {
		t.Errorf("last line of %q", out.String())
	}
}

func TestFailingCheckFails(t *testing.T) {
	if _, err := (check{args: []string{"go", "no-such-command"}}).run(); err == nil {
		t.Error("a command that fails passed")
	}
}
