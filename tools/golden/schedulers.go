package main

import (
	"fmt"
	"strings"

	"tintype/compat/parity"
)

// shownFailures is how many runs of a class are named that fail.
const shownFailures = 5

// checkSchedulers replays recorded runs, class by class.
func checkSchedulers(path string) []verdict {
	cases, err := parity.ReadFile(path)
	if err == nil && len(cases) == 0 {
		err = fmt.Errorf("no recorded run in it")
	}
	if err != nil {
		return []verdict{{name: name(path), err: err}}
	}
	var all []verdict
	classes, of := parity.Classes(cases)
	for _, class := range classes {
		all = append(all, checkClass(class, of[class]))
	}
	return all
}

func checkClass(class string, cases []*parity.Case) verdict {
	failed, worst := 0, 0.0
	var failures strings.Builder
	for _, c := range cases {
		r, err := parity.Replay(c)
		worst = max(worst, r.Ratio)
		if err == nil && r.Pass() {
			continue
		}
		what := r.What
		if err != nil {
			what = err.Error()
		}
		if failed++; failed <= shownFailures {
			fmt.Fprintf(&failures, "\n    %s: %s", c.Name, what)
		}
	}
	return verdict{name: class, pass: failed == 0, notes: failures.String(),
		figures: fmt.Sprintf("%d of %d runs, largest error %.3f of its tolerance", len(cases)-failed, len(cases), worst)}
}
