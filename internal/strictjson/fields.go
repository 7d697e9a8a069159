package strictjson

import (
	"slices"
	"strings"
)

// Fields reads an object's fields one after the other and keeps the first error, so
// that the reader of a config is a list of lines: a field that is not there leaves
// what it would set as it is. End returns the error, which may be of a field that no
// line has named.
type Fields struct {
	of    Value
	known []string
	err   error
}

// Fields begins to read v, an object.
func (v Value) Fields() *Fields {
	return &Fields{of: v, err: v.want(Object)}
}

// Value notes the field and returns it; it is absent where it is not there or an
// error came before.
func (f *Fields) Value(key string) Value {
	f.known = append(f.known, key)
	if f.err != nil {
		return Value{}
	}
	return f.of.Get(key)
}

// Keep notes an error, if it is the first.
func (f *Fields) Keep(err error) {
	if f.err == nil {
		f.err = err
	}
}

func set[T any](f *Fields, key string, to *T, get func(Value) (T, error)) {
	if v := f.Value(key); v.Exists() {
		x, err := get(v)
		if f.Keep(err); err == nil {
			*to = x
		}
	}
}

// Int reads an integer.
func (f *Fields) Int(key string, to *int) { set(f, key, to, Value.Int) }

// IntOrNull reads an integer above 0, or null, which becomes 0.
func (f *Fields) IntOrNull(key string, to *int) {
	set(f, key, to, func(v Value) (int, error) {
		if v.IsNull() {
			return 0, nil
		}
		n, err := v.Int()
		if err == nil && n < 1 {
			err = v.Fail("expected an integer above 0, or null, found " + v.Source())
		}
		return n, err
	})
}

// Float reads a number.
func (f *Fields) Float(key string, to *float64) { set(f, key, to, Value.Float) }

// Float32 reads a number.
func (f *Fields) Float32(key string, to *float32) {
	set(f, key, to, func(v Value) (float32, error) {
		x, err := v.Float()
		return float32(x), err
	})
}

// Bool reads true or false.
func (f *Fields) Bool(key string, to *bool) { set(f, key, to, Value.Bool) }

// Text reads a text.
func (f *Fields) Text(key string, to *string) { set(f, key, to, Value.Text) }

// Ints reads a list of integers.
func (f *Fields) Ints(key string, to *[]int) { set(f, key, to, Value.Ints) }

// Word reads one of the words, or null where one of them is "", and sets its number.
func (f *Fields) Word(key string, to *int, words ...string) {
	set(f, key, to, func(v Value) (int, error) { return v.Word(words...) })
}

// Words reads a list of words, and sets their numbers.
func (f *Fields) Words(key string, to *[]int, words ...string) {
	set(f, key, to, func(v Value) ([]int, error) {
		return all(v, func(e Value) (int, error) { return e.Word(words...) })
	})
}

// Word is which of the words a text is; null is "".
func (v Value) Word(words ...string) (int, error) {
	text := ""
	if !v.IsNull() {
		var err error
		if text, err = v.Text(); err != nil {
			return 0, err
		}
		if text == "" {
			return 0, v.Fail("is empty")
		}
	}
	if i := slices.Index(words, text); i >= 0 {
		return i, nil
	}
	shown := make([]string, len(words))
	for i, w := range words {
		shown[i] = shownWord(w)
	}
	return 0, v.Fail(shownWord(text) + " is not implemented; implemented are " + strings.Join(shown, ", "))
}

func shownWord(w string) string {
	if w == "" {
		return "null"
	}
	return Quote(w)
}

// Just accepts some values of a field, as compact JSON: what else it may say is not
// implemented.
func (f *Fields) Just(key string, values ...string) {
	v := f.Value(key)
	if !v.Exists() {
		return
	}
	if have := v.Compact(); !slices.Contains(values, have) {
		f.Keep(v.Fail(have + " is not implemented; implemented are " + strings.Join(values, ", ")))
	}
}

// Ignore notes fields that have no effect here.
func (f *Fields) Ignore(keys ...string) { f.known = append(f.known, keys...) }

// End returns the first error. Keys that begin with "_" and the key "format" are
// notes. A field that no line has named is refused, unless its value says that it is
// off: to ignore it could draw wrong pictures.
func (f *Fields) End() error {
	if f.err != nil {
		return f.err
	}
	members, err := f.of.Members()
	if err != nil {
		return err
	}
	for _, m := range members {
		if strings.HasPrefix(m.Key, "_") || m.Key == "format" || slices.Contains(f.known, m.Key) {
			continue
		}
		switch text := m.Value.Compact(); text {
		case "null", "false", "0", "0.0", `""`, "[]", "{}":
		default:
			return m.Value.Fail("unknown field with the value " + text)
		}
	}
	return nil
}
