package main

import (
	"io"
	"strings"
	"testing"
)

// Two runs as go test -json prints them: TestB fails in the second, in one of its parts.
var soakRuns = []string{`{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB/one"}
{"Action":"pass","Package":"p","Test":"TestB/two"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:7: no browser here\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"pass","Package":"p"}
`, `{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB/one"}
{"Action":"output","Package":"p","Test":"TestB/two","Output":"    b_test.go:9: too early\n"}
{"Action":"fail","Package":"p","Test":"TestB/two"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:7: no browser here\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p"}
`}

func TestSoakTable(t *testing.T) {
	s := soak{rows: map[string]*row{}}
	for i, stream := range soakRuns {
		c := newCollector("page", io.Discard)
		c.each = s.note
		c.read(strings.NewReader(stream))
		s.add(i+1, c.tally)
	}
	var out strings.Builder
	s.table(&out)
	s.total.report(&out, 0)
	var got []string
	for line := range strings.Lines(out.String()) {
		if words := strings.Join(strings.Fields(line), " "); words != "" {
			got = append(got, words)
		}
	}
	want := []string{
		"test runs failures skipped",
		"TestA 2 0 0", "TestB 2 1 0", "TestB/two 2 1 0", "TestC 0 0 2",
		"skipped:", "page: p TestC: no browser here",
		"failed:", "run 2, page: p TestB/two", "| b_test.go:9: too early", "run 2, page: p TestB",
		"took 0s", "6 passed, 2 failed, 1 skipped",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
