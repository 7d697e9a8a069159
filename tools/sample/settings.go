package main

import (
	"fmt"
	"strconv"
	"strings"

	"tintype/core/sampler"
	"tintype/model"
)

// settings adds those of the text, name=value[,name=value], to o. A choice is given by its name.
func settings(o sampler.Options, text string) (sampler.Options, error) {
	if text == "" {
		return o, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			return o, fmt.Errorf("-set %q: expected NAME=VALUE, such as eta=0.5", item)
		}
		s, err := model.SettingNamed(name)
		if err != nil {
			return o, fmt.Errorf("-set: %w", err)
		}
		v, err := valueOf(s.Info(), value)
		if err != nil {
			return o, err
		}
		o = o.With(s, v)
	}
	return o, nil
}

func valueOf(info sampler.SettingInfo, text string) (float64, error) {
	for i, choice := range info.Choices {
		if choice == text {
			return float64(i), nil
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		want := "a number"
		if info.Choices != nil {
			want = strings.Join(info.Choices, " or ")
		}
		return 0, fmt.Errorf("-set %s=%s: expected %s", info.Name, text, want)
	}
	return v, nil
}
