package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// The list names every solver and grid, and what -set takes.
func TestList(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run([]string{"-list"}, &out, &errs); code != 0 {
		t.Fatalf("exit status %d: %s", code, errs.String())
	}
	for _, want := range []string{"ddpm ", "dpmpp-2m ", "karras ", "eta (0 to 1, default 0)", "variance (small or large, default small)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the list has no %q", want)
		}
	}
}

func TestSamplersPageIsCurrent(t *testing.T) {
	var want, errs bytes.Buffer
	if code := run([]string{"-samplers"}, &want, &errs); code != 0 {
		t.Fatalf("exit status %d: %s", code, errs.String())
	}
	got, err := os.ReadFile("../../docs/SAMPLERS.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/SAMPLERS.md is not what the registry says: write it anew with go run ./tools/sample -samplers > docs/SAMPLERS.md")
	}
}
