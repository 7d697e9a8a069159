package model

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tintype/core/pipeline"
	"tintype/internal/names"
)

// ParseLabel turns what people write into a choice, one value per slot, -1 where it is left open. docs/FORMAT.md, "Labels",
// has the grammar:
//
//	NAME                       a value's name, of a model with one slot
//	N or #N                    its number
//	slot=value[,slot=value]    names or numbers, of the slots named; the others stay open
//	"NAME"                     in each place of a name: one with commas, or that looks like a number
//
// The empty text leaves every slot open; a slot's null row, by its name or number or as null, any or -1, leaves that slot
// open. A name that fits several values is refused: they have numbers.
func (m *Model) ParseLabel(text string) ([]int, error) {
	if m.Cond == nil {
		if text != "" {
			return nil, fmt.Errorf("label %q: the model takes no label", text)
		}
		return nil, nil
	}
	l := labels{m.Cond, make([]int, len(m.Cond.Slots)), make([]bool, len(m.Cond.Slots))}
	for i := range l.choice {
		l.choice[i] = pipeline.Open
	}
	if text == "" {
		return l.choice, nil
	}
	if err := l.read(text); err != nil {
		return nil, fmt.Errorf("label %q: %w", text, err)
	}
	return l.choice, nil
}

// labels is a text while it is read.
type labels struct {
	cond   *pipeline.Conditioner
	choice []int
	given  []bool
}

func (l *labels) read(text string) error {
	// Names of classes may have commas and equals signs, "tench, Tinca tinca": the whole text comes first.
	if len(l.choice) == 1 && !numbered(text) && len(names.Find(l.cond.Slots[0].Values, text)) > 0 {
		return l.set(0, text, false)
	}
	for rest := text; ; {
		slot, value, named := strings.Cut(rest, "=")
		if name, _, comma := strings.Cut(rest, ","); !named || comma && len(name) < len(slot) || strings.HasPrefix(strings.TrimSpace(rest), `"`) {
			slot, value, named = "", rest, false
		}
		at, err := l.slot(slot, named)
		if err != nil {
			return err
		}
		one, left, quoted, err := unquote(value)
		if err != nil {
			return err
		}
		if err := l.set(at, one, quoted); err != nil {
			return err
		}
		if left == "" {
			return nil
		}
		rest = left[1:] // behind the comma
	}
}

// slot is the place of the slot that a part is about.
func (l *labels) slot(name string, named bool) (int, error) {
	all := make([]string, len(l.choice))
	for i, s := range l.cond.Slots {
		all[i] = s.Name
	}
	shown := strings.Join(all, ", ")
	if !named {
		if len(all) > 1 {
			return 0, fmt.Errorf("the model has %d slots: write slot=value, with slots %s", len(all), shown)
		}
		return 0, nil
	}
	at := names.Find(all, name)
	switch {
	case len(at) == 0:
		return 0, fmt.Errorf("unknown slot %q: expected one of %s", strings.TrimSpace(name), shown)
	case len(at) > 1:
		return 0, fmt.Errorf("%q may be the slot %s or %s: write it as the model does", strings.TrimSpace(name), all[at[0]], all[at[1]])
	}
	return at[0], nil
}

// unquote cuts one value off; rest is empty or begins with the comma behind it. Between quotation marks a comma is one of
// the name's characters, and two marks are one.
func unquote(text string) (value, rest string, quoted bool, err error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, `"`) {
		if i := strings.IndexByte(text, ','); i >= 0 {
			return text[:i], text[i:], false, nil
		}
		return text, "", false, nil
	}
	for rest = text[1:]; ; value += `"` {
		part, behind, closed := strings.Cut(rest, `"`)
		if !closed {
			return "", "", true, errors.New("a quotation mark is not closed")
		}
		value += part
		if rest = behind; !strings.HasPrefix(rest, `"`) {
			break
		}
		rest = rest[1:]
	}
	if rest = strings.TrimSpace(rest); rest != "" && rest[0] != ',' {
		return "", "", true, fmt.Errorf("expected a comma behind %q, found %q", value, rest)
	}
	return value, rest, true, nil
}

// set chooses a slot's value.
func (l *labels) set(slot int, value string, quoted bool) error {
	if l.given[slot] {
		return fmt.Errorf("slot %s is given twice", l.cond.Slots[slot].Name)
	}
	v, err := l.find(slot, value, quoted)
	if v == l.cond.NullRow(slot) {
		v = pipeline.Open
	}
	l.choice[slot], l.given[slot] = v, true
	return err
}

// find prefers a name to a number: some values are called 1 or 2, or null.
func (l *labels) find(slot int, value string, quoted bool) (int, error) {
	s := l.cond.Slots[slot]
	value = strings.TrimSpace(value)
	if !numbered(value) || quoted {
		switch at := names.Find(s.Values, value); {
		case len(at) == 1:
			return at[0], nil
		case len(at) > 1:
			return 0, fmt.Errorf("slot %s has several values of the name %q: write the number, %s", s.Name, value, numbers(at))
		}
	}
	if !quoted {
		n, err := strconv.Atoi(strings.TrimPrefix(value, "#"))
		isNumber := err == nil && digits(strings.TrimPrefix(value, "#"))
		switch {
		case isNumber && n < len(s.Values):
			return n, nil
		case l.cond.CanBeOpen() && (value == "null" || value == "any" || value == "-1" || isNumber && n == l.cond.NullRow(slot)):
			return pipeline.Open, nil
		}
	}
	return 0, fmt.Errorf("slot %s has no value %q: expected 0 to %d%s", s.Name, value, len(s.Values)-1, listed(s.Values))
}

// numbered says whether a text is a number and never a name.
func numbered(text string) bool {
	n, ok := strings.CutPrefix(strings.TrimSpace(text), "#")
	return ok && digits(n)
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// numbers lists the numbers of values of one name.
func numbers(at []int) string {
	shown := make([]string, len(at))
	for i, n := range at {
		shown[i] = "#" + strconv.Itoa(n)
	}
	return strings.Join(shown, " or ")
}

// listed gives the first names that a value can have.
func listed(values []string) string {
	var shown []string
	for _, v := range values {
		if v == "" {
			continue // a null class without a name
		}
		if len(shown) == 12 {
			shown = append(shown, "...")
			break
		}
		shown = append(shown, v)
	}
	return " or one of " + strings.Join(shown, ", ")
}
