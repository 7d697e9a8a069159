package debian

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestInstallTriesAgain(t *testing.T) {
	for _, c := range []struct {
		name            string
		failing         int // calls that fail
		calls           []string
		err, complained string
	}{
		{"at once", 0, []string{"update", "install"}, "", ""},
		{"stale lists", 1, []string{"update", "install"}, "", ""},
		{"a moment without mirror", 2, []string{"update", "install", "update", "install"}, "", "try 1 of 3"},
		{"no mirror", 9, []string{"update", "install", "update", "install", "update", "install"}, "3 tries: no mirror", "try 2 of 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls []string
			var said strings.Builder
			apt := func(args ...string) error {
				if calls = append(calls, args[0]); len(calls) <= c.failing {
					return errors.New("no mirror")
				}
				return nil
			}
			err := install(io.Writer(&said), apt, 0, []string{"chromium"})
			if !slices.Equal(calls, c.calls) {
				t.Errorf("called %q, want %q", calls, c.calls)
			}
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if !strings.Contains(said.String(), c.complained) {
				t.Errorf("said %q, want %q in it", said.String(), c.complained)
			}
		})
	}
}
