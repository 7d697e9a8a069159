package main

import (
	"fmt"
	"strings"

	"tintype/core/pipeline"
	"tintype/core/setting"
	"tintype/internal/decimal"
	"tintype/model"
)

// settings adds those of the text, name=value[,name=value], to a spec. A choice is given by its name.
func settings(m *model.Model, s *pipeline.Spec, text string) error {
	if text == "" {
		return nil
	}
	given := map[string]bool{}
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			return fmt.Errorf("-set %q: expected NAME=VALUE, such as eta=0.5", item)
		}
		if given[name] {
			return fmt.Errorf("-set: %s is given twice", name)
		}
		given[name] = true
		v, err := valueOf(name, value)
		if err != nil {
			return err
		}
		if err := m.Set(s, setting.Value{Name: name, Value: v}); err != nil {
			return fmt.Errorf("-set: %w", err)
		}
	}
	return nil
}

func valueOf(name, text string) (float64, error) {
	choices := model.Choices(name)
	for i, choice := range choices {
		if choice == text {
			return float64(i), nil
		}
	}
	v, err := decimal.Float(text)
	if err != nil {
		want := "a number"
		if choices != nil {
			want = strings.Join(choices, " or ")
		}
		return 0, fmt.Errorf("-set %s=%s: expected %s", name, text, want)
	}
	return v, nil
}
