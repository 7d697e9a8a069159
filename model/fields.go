package model

import (
	"strings"

	"tintype/internal/jsontext"
)

// field reads one field of a config of type C.
type field[C any] func(c *C, v jsontext.Value) error

// readFields reads every field of a config by its table. Keys that begin with "_" and the key "format" are notes. A
// field that is not known is refused, unless its value says that it is off: to ignore it could draw wrong pictures.
func readFields[C any](c *C, root jsontext.Value, fields map[string]field[C]) error {
	members, err := root.Members()
	if err != nil {
		return err
	}
	for _, m := range members {
		if strings.HasPrefix(m.Key, "_") || m.Key == "format" {
			continue
		}
		if read := fields[m.Key]; read != nil {
			err = read(c, m.Value)
		} else if !isOff(m.Value) {
			err = m.Value.Fail("unknown field with the value " + m.Value.Compact())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isOff says whether a value stands for "not used".
func isOff(v jsontext.Value) bool {
	switch v.Compact() {
	case "null", "false", "0", "0.0", `""`, "[]", "{}":
		return true
	}
	return false
}

// word is one value of a field that has a few; the word "" is null.
type word[T any] struct {
	text  string
	value T
}

// pick finds the value of v's word, or says which words there are.
func pick[T any](words []word[T], v jsontext.Value, text string) (T, error) {
	var known []string
	for _, w := range words {
		if w.text == text {
			return w.value, nil
		}
		known = append(known, shown(w.text))
	}
	var none T
	return none, v.Fail(shown(text) + " is not implemented; implemented are " + strings.Join(known, ", "))
}

func shown(text string) string {
	if text == "" {
		return "null"
	}
	return jsontext.Quote(text)
}

// textOrNull gives the text of a string, "" for null.
func textOrNull(v jsontext.Value) (string, error) {
	if v.IsNull() {
		return "", nil
	}
	text, err := v.Text()
	if err == nil && text == "" {
		err = v.Fail("is empty")
	}
	return text, err
}

func choice[C, T any](words []word[T], at func(*C) *T) field[C] {
	return func(c *C, v jsontext.Value) error {
		text, err := textOrNull(v)
		if err != nil {
			return err
		}
		*at(c), err = pick(words, v, text)
		return err
	}
}

func boolean[C any](at func(*C) *bool) field[C] {
	return func(c *C, v jsontext.Value) (err error) {
		*at(c), err = v.Bool()
		return err
	}
}

func number[C any](at func(*C) *float64) field[C] {
	return func(c *C, v jsontext.Value) (err error) {
		*at(c), err = v.Float()
		return err
	}
}

func integer[C any](at func(*C) *int) field[C] {
	return func(c *C, v jsontext.Value) (err error) {
		*at(c), err = v.Int()
		return err
	}
}

// optional is an integer above 0, or null, which becomes 0.
func optional[C any](at func(*C) *int) field[C] {
	return func(c *C, v jsontext.Value) (err error) {
		if v.IsNull() {
			*at(c) = 0
			return nil
		}
		if *at(c), err = v.Int(); err == nil && *at(c) < 1 {
			err = v.Fail("expected an integer above 0, or null, found " + v.Source())
		}
		return err
	}
}

// ignored accepts any value of a field that has no effect here.
func ignored[C any](*C, jsontext.Value) error { return nil }
