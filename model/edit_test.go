package model

import (
	"strings"
	"testing"

	"tintype/core/pipeline"
)

func TestEditWords(t *testing.T) {
	for word, want := range map[string]pipeline.Hold{"none": pipeline.HoldNothing, "mask": pipeline.HoldMask, "grey": pipeline.HoldGrey, "boxes": pipeline.HoldBoxes} {
		if got, err := ParseHold(word); got != want || err != nil {
			t.Errorf("hold %s: %v, %v", word, got, err)
		}
	}
	for word, want := range map[string]pipeline.Method{"replace": pipeline.MethodReplace, "hard": pipeline.MethodHard, "ddrm": pipeline.MethodRestore} {
		if got, err := ParseMethod(word); got != want || err != nil {
			t.Errorf("method %s: %v, %v", word, got, err)
		}
	}
	for _, word := range []string{"", "Mask", "none "} {
		if _, err := ParseHold(word); err == nil || !strings.Contains(err.Error(), "expected none, mask, grey or boxes") {
			t.Errorf("hold %q: %v", word, err)
		}
		if _, err := ParseMethod(word); err == nil || !strings.Contains(err.Error(), "expected replace, hard or ddrm") {
			t.Errorf("method %q: %v", word, err)
		}
	}
}
