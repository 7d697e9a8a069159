package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// A classifier makes another picture of a network that is not told the label, its file says so, and models without one
// are refused.
func TestClassifierGuides(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.png")
	args := []string{"-model", fashion, "-label", "bag", "-steps", "4", "-seed", "3", "-guidance", "0"}
	plain := sample(t, args...)
	guided := sample(t, append(args, "-classifier", "4", "-o", out)...)
	if guided == plain {
		t.Error("the classifier changes nothing")
	}
	if again := sample(t, "-model", fashion, "-recipe", out); again != guided {
		t.Errorf("the file's recipe draws %s, want %s", again, guided)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"-model", student, "-classifier", "1"}, "names no classifier"},
		{[]string{"-model", fashion, "-classifier", "1"}, "choose a label"},
		{[]string{"-model", fashion, "-classifier", "-1", "-label", "bag"}, "0 is off"},
	} {
		var stdout, errs bytes.Buffer
		if code := run(c.args, &stdout, &errs); code != 1 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: exit status %d, %q, want %q", c.args, code, errs.String(), c.says)
		}
	}
}
