package setting

import (
	"errors"
	"math"
	"testing"
)

type dial uint8

const (
	loud dial = iota
	mode
	dials
)

func (d dial) Info() Info[dial] {
	return [dials]Info[dial]{{Setting: loud, Name: "loud"}, {Setting: mode, Name: "mode", Whole: true, Choices: []string{"a", "b"}}}[d]
}

func TestFill(t *testing.T) {
	both := []Knob[dial]{{Setting: loud, Default: 0.5, Min: 0, Max: 2}, {Setting: mode, Default: 1, Min: 0, Max: 1}}
	full, err := Options[dial]{}.With(loud, 2).Fill("radio", both)
	if err != nil || full.Value(loud) != 2 || full.Whole(mode) != 1 {
		t.Errorf("filled to %v, %v", full, err)
	}
	for name, c := range map[string]struct {
		o     Options[dial]
		knobs []Knob[dial]
		want  dial
		text  string
	}{
		"too much":     {Options[dial]{}.With(loud, 3), both, loud, "loud 3: use 0 to 2"},
		"NaN":          {Options[dial]{}.With(loud, math.NaN()), both, loud, "loud NaN: use 0 to 2"},
		"half":         {Options[dial]{}.With(mode, 0.5), both, mode, "mode 0.5: use a whole number 0 to 1"},
		"no such knob": {Options[dial]{}.With(mode, 0), both[:1], mode, "radio has no mode: leave mode out, or use another than radio"},
	} {
		_, err := c.o.Fill("radio", c.knobs)
		var refused *Error[dial]
		if !errors.As(err, &refused) || refused.Setting != c.want || err.Error() != c.text {
			t.Errorf("%s: %v, want %s", name, err, c.text)
		}
	}
}

func TestForAndOver(t *testing.T) {
	o := Options[dial]{}.With(loud, 1).With(mode, 1)
	if got := o.For([]Knob[dial]{{Setting: mode}}); got != (Options[dial]{}).With(mode, 1) {
		t.Errorf("for mode alone: %v", got)
	}
	if got := (Options[dial]{}).With(loud, 2).Over(o); got != o.With(loud, 2) {
		t.Errorf("2 over %v is %v", o, got)
	}
	if _, ok := (Options[dial]{}).Get(loud); ok {
		t.Error("nothing was asked for")
	}
}
