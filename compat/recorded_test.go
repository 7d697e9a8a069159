package compat_test

import (
	"testing"

	"tintype/compat/parity"
)

const recordings = "testdata/schedulers.jsonl.gz"

// options are runs of the same classes with options that recordings does not combine.
const options = "testdata/options.jsonl.gz"

// Every recorded run is repeated within its tolerances: times, sigmas, each step, and the free run.
func TestRecordedRuns(t *testing.T) {
	for _, file := range []string{recordings, options} {
		cases, err := parity.ReadFile(file)
		if err != nil || len(cases) < 100 {
			t.Fatal(len(cases), err)
		}
		for _, c := range cases {
			r, err := parity.Replay(c)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
			} else if !r.Pass() {
				t.Errorf("%s: %s", c.Name, r.What)
			}
		}
	}
}

// A run that is not the recorded one is noticed: another output of the network, and another time.
func TestRecordingsCanFail(t *testing.T) {
	cases, err := parity.ReadFile(recordings)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Scheduler] || c.N == 1 { // one step may end where the output does not count
			continue
		}
		seen[c.Scheduler] = true
		c.Steps[len(c.Steps)-1].F[0] += 0.1
		if r, err := parity.Replay(c); err == nil && r.Pass() {
			t.Errorf("%s passes with another output", c.Name)
		}
		c.Steps[len(c.Steps)-1].F[0] -= 0.1
		c.Times[0]++
		if r, err := parity.Replay(c); err == nil && r.Pass() {
			t.Errorf("%s passes with another time", c.Name)
		}
	}
}
