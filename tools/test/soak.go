package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A soak is the tests of the page, run again and again beside loops that keep
// two processors busy: a test that fails once in a while, or on a slow machine
// only, fails here.
type soak struct {
	rows  map[string]*row // by test
	total tally
}

// A row is what became of one test.
type row struct{ runs, failures, skips int }

// busyLoops is how many processors the tests have to share with a loop each.
const busyLoops = 2

// runSoak runs the tests of the page so many times, all or those that a
// pattern names; an error says that some failed.
func runSoak(times int, pattern string, out io.Writer) error {
	begun := time.Now()
	s := soak{rows: map[string]*row{}}
	ci := os.Getenv("CI") == "true"
	fetchModules(out)
	for _, m := range ensureMachines(out, ci) {
		s.total.missing(m, ci)
	}
	defer keepBusy(busyLoops)()
	v := variant{name: "page", packages: []string{"./test/browser"}, flags: []string{"-count=1", "-timeout=2h", "-run=" + pattern}}
	for n := 1; n <= times; n++ {
		c := newCollector(v.name, io.Discard)
		c.each = s.note
		started := time.Now()
		v.collect(c)
		s.add(n, c.tally)
		fmt.Fprintf(out, "run %d of %d: %d passed, %d failed, %d skipped in %s\n", n, times, c.passed, len(c.failures), len(c.skips), time.Since(started).Round(time.Second))
		for _, f := range c.failures { // at once: the rest may take hours
			fmt.Fprintf(out, "FAIL %s\n%s", f.name, f.printed)
		}
	}
	s.table(out)
	s.total.report(out, time.Since(begun))
	return s.total.verdict()
}

// keepBusy starts loops, and returns what ends them.
func keepBusy(loops int) (end func()) {
	var over atomic.Bool
	for range loops {
		go func() {
			for !over.Load() {
			}
		}()
	}
	return func() { over.Store(true) }
}

// note counts a result of a test.
func (s *soak) note(test, action string) {
	r := s.rows[test]
	if r == nil {
		r = new(row)
		s.rows[test] = r
	}
	switch action {
	case "skip":
		r.skips++
		return
	case "fail":
		r.failures++
	}
	r.runs++
}

// add takes a run's results over. What every run skips is said once.
func (s *soak) add(run int, t tally) {
	s.total.passed += t.passed
	for _, f := range t.failures {
		s.total.fail(fmt.Sprintf("run %d, %s", run, f.name), f.printed)
	}
	for _, skip := range t.skips {
		if !slices.Contains(s.total.skips, skip) {
			s.total.skips = append(s.total.skips, skip)
		}
	}
}

// table prints a line a test, and one for each part of a test that failed.
func (s *soak) table(out io.Writer) {
	fmt.Fprintf(out, "\n%-60s %5s %8s %7s\n", "test", "runs", "failures", "skipped")
	for _, test := range slices.Sorted(maps.Keys(s.rows)) {
		if r := s.rows[test]; !strings.Contains(test, "/") || r.failures > 0 {
			fmt.Fprintf(out, "%-60s %5d %8d %7d\n", test, r.runs, r.failures, r.skips)
		}
	}
}
