package strictjson

import (
	"math"
	"strconv"
	"strings"
)

// Value is one value of a parsed document, or a place where a value could be. It is small and
// meant to be copied. The zero Value is absent.
//
// Get and At never fail: they give an Absent value whose typed getters then say which path is
// missing, so that a chain needs one check, at its end.
type Value struct {
	doc    *document
	at     uint32 // the node, or for an absent value the deepest node that is there
	absent string // the rest of the path, where it is not there
}

// Member is one entry of an object.
type Member struct {
	Key   string
	Value Value
}

// Kind is what the value is, Absent where there is none.
func (v Value) Kind() Kind {
	if v.doc == nil || v.absent != "" {
		return Absent
	}
	return v.node().kind
}

// Exists reports whether the value is in the text; null is.
func (v Value) Exists() bool { return v.Kind() != Absent }

// IsNull reports whether the value is a null that is in the text.
func (v Value) IsNull() bool { return v.Kind() == Null }

// Len counts the elements of an array or the members of an object; everything else has none.
func (v Value) Len() int {
	if v.Kind() < Array {
		return 0
	}
	return int(v.node().count)
}

// Get gives the member of that name, which is absent if there is none or v is not an object.
func (v Value) Get(key string) Value {
	if v.Kind() == Object {
		for at, end := v.at+1, v.node().next; at < end; at = v.doc.nodes[at+1].next {
			if v.doc.decoded(at) == key {
				return Value{doc: v.doc, at: at + 1}
			}
		}
	}
	return Value{doc: v.doc, at: v.at, absent: v.absent + keyPath(key)}
}

// At gives the element at index i, which is absent if there is none or v is not an array.
// It walks; use Elems for all of them.
func (v Value) At(i int) Value {
	if v.Kind() == Array && i >= 0 && i < v.Len() {
		at := v.at + 1
		for range i {
			at = v.doc.nodes[at].next
		}
		return Value{doc: v.doc, at: at}
	}
	return Value{doc: v.doc, at: v.at, absent: v.absent + "[" + itoa(i) + "]"}
}

// Elems gives the elements of an array.
func (v Value) Elems() ([]Value, error) {
	if err := v.want(Array); err != nil {
		return nil, err
	}
	elems := make([]Value, 0, v.Len())
	for at, end := v.at+1, v.node().next; at < end; at = v.doc.nodes[at].next {
		elems = append(elems, Value{doc: v.doc, at: at})
	}
	return elems, nil
}

// Members gives the entries of an object in the order of the text.
func (v Value) Members() ([]Member, error) {
	if err := v.want(Object); err != nil {
		return nil, err
	}
	members := make([]Member, 0, v.Len())
	for at, end := v.at+1, v.node().next; at < end; at = v.doc.nodes[at+1].next {
		members = append(members, Member{v.doc.decoded(at), Value{doc: v.doc, at: at + 1}})
	}
	return members, nil
}

// Text gives a string's decoded text.
func (v Value) Text() (string, error) {
	if err := v.want(String); err != nil {
		return "", err
	}
	return v.doc.decoded(v.at), nil
}

// Bool gives a true or false.
func (v Value) Bool() (bool, error) {
	if err := v.want(Bool); err != nil {
		return false, err
	}
	return v.Source() == "true", nil
}

// Int gives a number that is written as an integer (no fraction, no exponent) and fits an int.
func (v Value) Int() (int, error) {
	n, err := v.Int64()
	if err == nil && int64(int(n)) != n {
		return 0, v.Fail("the integer " + v.Source() + " is too large")
	}
	return int(n), err
}

// Int64 is Int for 64 bits on every platform.
func (v Value) Int64() (int64, error) {
	if v.Kind() != Number || strings.ContainsAny(v.Source(), ".eEIN") {
		return 0, v.Fail("expected an integer, found " + v.describe())
	}
	n, err := strconv.ParseInt(v.Source(), 10, 64)
	if err != nil {
		return 0, v.Fail("the integer " + shorten(v.Source()) + " is too large")
	}
	return n, nil
}

// Float gives a number rounded to float64; one beyond its range, or none at all, is an error.
func (v Value) Float() (float64, error) {
	if err := v.want(Number); err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(v.Source(), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, v.Fail("the number " + shorten(v.Source()) + " is out of range")
	}
	return f, nil
}

// TextOr is Text with a default where the value is absent. A null is not absent: diffusers writes
// null where it means something.
func (v Value) TextOr(absent string) (string, error) { return or(v, absent, Value.Text) }

// BoolOr is Bool with a default, as TextOr.
func (v Value) BoolOr(absent bool) (bool, error) { return or(v, absent, Value.Bool) }

// IntOr is Int with a default, as TextOr.
func (v Value) IntOr(absent int) (int, error) { return or(v, absent, Value.Int) }

// FloatOr is Float with a default, as TextOr.
func (v Value) FloatOr(absent float64) (float64, error) { return or(v, absent, Value.Float) }

func or[T any](v Value, absent T, get func(Value) (T, error)) (T, error) {
	if !v.Exists() {
		return absent, nil
	}
	return get(v)
}

// Ints gives an array of what Int gives.
func (v Value) Ints() ([]int, error) { return all(v, Value.Int) }

// Floats gives an array of what Float gives.
func (v Value) Floats() ([]float64, error) { return all(v, Value.Float) }

// Texts gives an array of what Text gives.
func (v Value) Texts() ([]string, error) { return all(v, Value.Text) }

func all[T any](v Value, get func(Value) (T, error)) ([]T, error) {
	elems, err := v.Elems()
	if err != nil {
		return nil, err
	}
	list := make([]T, len(elems))
	for i, e := range elems {
		if list[i], err = get(e); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Source gives the value as it is written in the text, spaces and all; "" if it is absent.
func (v Value) Source() string {
	if !v.Exists() {
		return ""
	}
	return v.doc.text[v.node().start:v.node().end]
}

// Fail makes the error of a reader that cannot use this value.
func (v Value) Fail(problem string) error { return &fieldError{Path: v.path(), Problem: problem} }

// path names the value: unet.block_out_channels[2].
func (v Value) path() string {
	if v.doc == nil {
		return "nothing"
	}
	path := v.absent
	for at := v.at; at != v.doc.nodes[at].parent; at = v.doc.nodes[at].parent {
		path = v.doc.step(at) + path
	}
	return v.doc.name + path
}

// step names a node within its parent.
func (d *document) step(at uint32) string {
	parent := d.nodes[at].parent
	if d.nodes[parent].kind == Object {
		return keyPath(d.decoded(at - 1))
	}
	i := 0
	for sibling := parent + 1; sibling < at; sibling = d.nodes[sibling].next {
		i++
	}
	return "[" + itoa(i) + "]"
}

// keyPath writes a plain key as .key and any other as ["key"], so that a hostile key cannot
// pass for a path or fill a log.
func keyPath(key string) string {
	plain := key != "" && len(key) <= 100
	for i := 0; i < len(key) && plain; i++ {
		c := key[i]
		plain = c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	if plain {
		return "." + key
	}
	return "[" + Quote(shorten(key)) + "]"
}

func (v Value) node() *node { return &v.doc.nodes[v.at] }

func (v Value) want(k Kind) error {
	if v.Kind() == k {
		return nil
	}
	return v.Fail("expected " + k.String() + ", found " + v.describe())
}

// describe says what a value is: scalars in full, the rest by kind.
func (v Value) describe() string {
	switch v.Kind() {
	case String:
		return Quote(shorten(v.doc.decoded(v.at)))
	case Number, Bool:
		return shorten(v.Source())
	}
	return v.Kind().String()
}

// shorten cuts a text that is only shown.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

func itoa(i int) string { return strconv.Itoa(i) }
