package main

import (
	"strings"
	"testing"
	"time"
)

// A stream as go test -json prints it: one pass, one skip with its reason, one
// failure, and a package that failed.
const stream = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"attr","Package":"p","Test":"TestA","Key":"picture","Value":"firefox simd: student 12ab"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: no chromium here\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p"}
`

func TestCollector(t *testing.T) {
	var out strings.Builder
	c := collector{variant: "v", out: &out, output: map[string]*strings.Builder{}}
	c.read(strings.NewReader(stream))
	if c.passed != 1 || c.failed != 2 || len(c.skips) != 1 {
		t.Fatalf("passed %d failed %d skips %v, want 1, 2 and one", c.passed, c.failed, c.skips)
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
	if home.failed != 0 || len(home.skips) != 1 {
		t.Errorf("at home: failed %d, skips %v; want a skip", home.failed, home.skips)
	}
	if ci.failed != 1 || len(ci.skips) != 0 {
		t.Errorf("in CI: failed %d, skips %v; want a failure", ci.failed, ci.skips)
	}
}

func TestReportEndsWithThePlainLine(t *testing.T) {
	var out strings.Builder
	total := tally{passed: 3, failed: 1, skips: []string{"s"}, failures: []string{"f"}}
	total.report(&out, time.Second)
	if !strings.HasSuffix(out.String(), "\n3 passed, 1 failed, 1 skipped\n") {
		t.Errorf("last line of %q", out.String())
	}
}

func TestFailingCheckFails(t *testing.T) {
	if _, err := (check{args: []string{"go", "no-such-command"}}).run(); err == nil {
		t.Error("a command that fails passed")
	}
}
