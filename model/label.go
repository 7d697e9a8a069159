package model

import (
	"fmt"
	"strconv"
	"strings"

	"tintype/core/pipeline"
)

// ParseLabel turns what people write into a choice, one value per slot, -1 where it is left open:
//
//	NAME                       a value's name, of a model with one slot
//	N                          its number
//	slot=value[,slot=value]    names or numbers, of the slots named; the others stay open
//
// The empty text leaves every slot open; a slot's null row, by its number or as -1 or null, leaves that slot open.
func (m *Model) ParseLabel(text string) ([]int, error) {
	if m.Cond == nil {
		if text != "" {
			return nil, fmt.Errorf("label %q: the model takes no label", text)
		}
		return nil, nil
	}
	choice := make([]int, len(m.Cond.Slots))
	for i := range choice {
		choice[i] = pipeline.Open
	}
	if text == "" {
		return choice, nil
	}
	if len(choice) == 1 {
		// Names of classes may have commas: "tench, Tinca tinca".
		if i := m.Cond.ValueIndex(0, strings.TrimSpace(text)); i >= 0 {
			choice[0] = i
			return choice, nil
		}
	}
	given := make([]bool, len(choice))
	for part := range strings.SplitSeq(text, ",") {
		slot, value, named := strings.Cut(part, "=")
		at := 0
		switch {
		case named:
			if at = m.Cond.SlotIndex(strings.TrimSpace(slot)); at < 0 {
				return nil, fmt.Errorf("label %q: unknown slot %q: expected one of %s", text, slot, m.slotNames())
			}
		case len(choice) > 1:
			return nil, fmt.Errorf("label %q: the model has %d slots: write slot=value, with slots %s", text, len(choice), m.slotNames())
		default:
			value = part
		}
		if given[at] {
			return nil, fmt.Errorf("label %q: slot %s is given twice", text, m.Cond.Slots[at].Name)
		}
		v, err := m.findValue(at, strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("label %q: %w", text, err)
		}
		choice[at], given[at] = v, true
	}
	return choice, nil
}

func (m *Model) slotNames() string {
	var names []string
	for _, s := range m.Cond.Slots {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// findValue prefers a name to a number: some values are called 1 or 2, or null.
func (m *Model) findValue(slot int, value string) (int, error) {
	s := m.Cond.Slots[slot]
	if i := m.Cond.ValueIndex(slot, value); i >= 0 {
		return i, nil
	}
	n, err := strconv.Atoi(value)
	switch {
	case err == nil && n >= 0 && n < len(s.Values):
		return n, nil
	case m.Cond.CanBeOpen() && (value == "null" || err == nil && (n == pipeline.Open || n == m.Cond.NullRow(slot))):
		return pipeline.Open, nil
	}
	shown, more := s.Values, ""
	if len(shown) > 12 {
		shown, more = shown[:12], ", ..."
	}
	return 0, fmt.Errorf("slot %s has no value %q: expected 0 to %d or one of %s%s", s.Name, value, len(s.Values)-1, strings.Join(shown, ", "), more)
}
