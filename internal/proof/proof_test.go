package proof

import (
	"slices"
	"testing"
)

func TestPicturesCoverTheModels(t *testing.T) {
	pictures, err := Pictures()
	if err != nil {
		t.Fatal(err)
	}
	names, uses := map[string]bool{}, map[string]bool{}
	for _, p := range pictures {
		if names[p.Name] {
			t.Errorf("two pictures are called %s", p.Name)
		}
		names[p.Name] = true
		uses[p.Settings["model"]] = true
		for flag := range p.Settings {
			uses[flag] = true
		}
	}
	for _, want := range []string{"nouns-32", "nouns-32-student-4", "fashion-mnist-32", "label", "guidance", "count", "solver", "steps"} {
		if !uses[want] {
			t.Errorf("no picture uses %s", want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{"name", "a | b | -seed 1", "a | b | -model", "a | b | -model m seed 1"} {
		if _, err := parse(line); err == nil {
			t.Errorf("%q was accepted", line)
		}
	}
}

func TestRenewKeepsTheRest(t *testing.T) {
	pictures, err := Pictures()
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for i, p := range pictures {
		hashes[p.Name] = string(rune('a' + i))
	}
	text, err := Renew(hashes)
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range renewed {
		if p.SHA256 != hashes[p.Name] || !slices.Equal(sorted(p.Flags("")), sorted(pictures[i].Flags(""))) {
			t.Errorf("picture %d became %+v", i, p)
		}
	}
}

func sorted(s []string) []string { slices.Sort(s); return s }
