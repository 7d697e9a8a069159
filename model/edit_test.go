package model

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"tintype/core/pipeline"
)

func TestEditWords(t *testing.T) {
	for word, want := range map[string]pipeline.Hold{"none": pipeline.HoldNothing, "mask": pipeline.HoldMask, "grey": pipeline.HoldGrey, "boxes": pipeline.HoldBoxes} {
		if got, err := ParseEdit(EditWords{Hold: word, Method: "hard"}, nil, nil); err != nil || got.Hold != want {
			t.Errorf("hold %s: %v, %v", word, got, err)
		}
	}
	for word, want := range map[string]pipeline.Method{"replace": pipeline.MethodReplace, "hard": pipeline.MethodHard, "ddrm": pipeline.MethodRestore} {
		if got, err := ParseEdit(EditWords{Hold: "none", Method: word}, nil, nil); err != nil || got.Method != want {
			t.Errorf("method %s: %v, %v", word, got, err)
		}
	}
	for _, word := range []string{"", "Mask", "none "} {
		if _, err := ParseEdit(EditWords{Hold: word, Method: "hard"}, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "hold "+word+": expected none, mask, grey or boxes") {
			t.Errorf("hold %q: %v", word, err)
		}
		if _, err := ParseEdit(EditWords{Hold: "none", Method: word}, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "method "+word+": expected replace, hard or ddrm") {
			t.Errorf("method %q: %v", word, err)
		}
	}
}

// What was not said is the usual, what another hold would read is left out, and what was said is kept, 0 too.
func TestParseEdit(t *testing.T) {
	picture, mask, unsaid := []float32{-1, 1}, []float32{1, 0}, math.NaN()
	for i, c := range []struct {
		words EditWords
		want  pipeline.Edit
	}{
		{EditWords{Strength: unsaid, Hold: "none", Method: "replace", Factor: 4, Times: 9}, pipeline.Edit{Strength: 0.6}},
		{EditWords{Strength: unsaid, Hold: "grey", Method: "hard"}, pipeline.Edit{Strength: 1, Hold: pipeline.HoldGrey, Method: pipeline.MethodHard}},
		{EditWords{Strength: 0, Hold: "boxes", Method: "replace", Factor: 4, Jump: 5, Times: 4}, pipeline.Edit{Hold: pipeline.HoldBoxes, Factor: 4, Jump: 5, Times: 4}},
		{EditWords{Strength: 2, Hold: "mask", Method: "ddrm", Jump: -1}, pipeline.Edit{Strength: 2, Hold: pipeline.HoldMask, Method: pipeline.MethodRestore, Jump: -1}},
	} {
		c.want.Picture, c.want.Mask = picture, mask
		if got, err := ParseEdit(c.words, picture, mask); err != nil || !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%d: %+v, %v, want %+v", i, got, err, c.want)
		}
	}
}
