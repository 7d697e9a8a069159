package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// The student's scheduler is a DDIM that clips: the reference goes on with the slope from before the clip, ours with
// that of the clipped picture, so the pictures differ. Both are drawn the same each time.
func TestCompatDrawsAnotherPicture(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a.png")
	ours := sample(t, "-model", student, "-o", out)
	theirs := sample(t, "-model", student, "-compat", "-o", out)
	if ours == theirs {
		t.Error("the reference's picture is ours")
	}
	if again := sample(t, "-model", student, "-compat", "-o", out); again != theirs {
		t.Error("a second picture of the same seed is another one")
	}
}

func TestCompatRefuses(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{[]string{"-solver", "euler"}, "leave -solver and -grid out"},
		{[]string{"-grid", "karras"}, "leave -solver and -grid out"},
		{[]string{"-steps", "3"}, "use 4"}, // a student's contract holds
		{[]string{"-set", "order=3"}, "order is not an argument"},
	} {
		var out, errs bytes.Buffer
		args := append([]string{"-model", student, "-compat", "-o", filepath.Join(t.TempDir(), "a.png")}, c.flags...)
		if code := run(args, &out, &errs); code == 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%v: exit status %d, %q: want %q", c.flags, code, errs.String(), c.want)
		}
	}
}
