package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The tests of the page run apart, and no package is in neither.
func TestEveryPackageIsTested(t *testing.T) {
	t.Chdir("../..")
	list, err := exec.Command("go", "list", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	beside := append(besidePage(), "tintype/test/browser")
	slices.Sort(beside)
	if want := slices.Sorted(strings.FieldsSeq(string(list))); !slices.Equal(beside, want) {
		t.Errorf("tested are %v, want %v", beside, want)
	}
}
