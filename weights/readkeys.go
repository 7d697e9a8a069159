package weights

import (
	"slices"
	"strconv"
	"strings"

	"tintype/internal/strictjson"
)

// fields reads the fields of one object. The first error stays; the getters after it give zeros. Of a list the first
// element that is wrong is named and no other is looked for: naming one walks to it, and a hostile list is long.
type fields struct {
	v   strictjson.Value
	err error
}

// only refuses fields that are not named here, except those that begin with "_" and `format`.
func only(v strictjson.Value, names ...string) *fields {
	f := &fields{v: v}
	if !given(v) {
		return f
	}
	members, err := v.Members()
	f.err = err
	for _, m := range members {
		if !isNote(m.Key) && !slices.Contains(names, m.Key) {
			f.fail(m.Value.Fail("not a field that is supported"))
		}
	}
	return f
}

// isNote knows the keys that are ignored wherever they stand.
func isNote(key string) bool { return strings.HasPrefix(key, "_") || key == "format" }

// given is false for a value that is absent or null; in the keys of our own both mean the same.
func given(v strictjson.Value) bool { return v.Exists() && !v.IsNull() }

// get gives a field, absent where it is null.
func (f *fields) get(name string) strictjson.Value {
	if v := f.v.Get(name); given(v) {
		return v
	}
	return strictjson.Value{}
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

func read[T any](f *fields, value T, err error) T {
	if err != nil {
		f.fail(err)
		var zero T
		return zero
	}
	return value
}

// text reads a text; one that is there has characters.
func (f *fields) text(name, absent string) string {
	v, err := readText(f.get(name), absent)
	return read(f, v, err)
}

func readText(at strictjson.Value, absent string) (string, error) {
	v, err := at.TextOr(absent)
	if err == nil && v == "" && at.Exists() {
		err = at.Fail("is empty: expected a text, or none")
	}
	return v, err
}

func (f *fields) bool(name string, absent bool) bool {
	v, err := f.get(name).BoolOr(absent)
	return read(f, v, err)
}

// number reads a float that must not be negative.
func (f *fields) number(name string) (o Optional[float64]) {
	at := f.get(name)
	if !at.Exists() {
		return o
	}
	v, err := at.Float()
	if err == nil && v < 0 {
		err = below(at, 0)
	}
	return read(f, Some(v), err)
}

// positive reads a float that must be above 0: a size, a scale.
func (f *fields) positive(name string) Optional[float64] {
	o := f.number(name)
	if o.Given && o.Value == 0 {
		f.fail(f.get(name).Fail("expected a number above 0, found " + f.get(name).Source()))
	}
	return o
}

// int reads an integer of at least the given size, unless it is absent.
func (f *fields) int(name string, least, absent int) int {
	at := f.get(name)
	v, err := at.IntOr(absent)
	if err == nil && at.Exists() && v < least {
		err = below(at, least)
	}
	return read(f, v, err)
}

// ints reads integers of at least the given size; nil if absent.
func (f *fields) ints(name string, least int) []int {
	at := f.get(name)
	if !at.Exists() {
		return nil
	}
	list, err := at.Ints()
	if err == nil {
		err = someOf(at)
	}
	if i := slices.IndexFunc(list, func(v int) bool { return v < least }); i >= 0 {
		err = below(at.At(i), least)
	}
	return read(f, list, err)
}

// floats reads numbers; nil if absent.
func (f *fields) floats(name string) []float64 {
	at := f.get(name)
	if !at.Exists() {
		return nil
	}
	list, err := at.Floats()
	if err == nil {
		err = someOf(at)
	}
	return read(f, list, err)
}

// numbers reads floats that must not be negative; nil if absent.
func (f *fields) numbers(name string) []float64 {
	list := f.floats(name)
	if i := slices.IndexFunc(list, func(v float64) bool { return v < 0 }); i >= 0 {
		f.fail(below(f.get(name).At(i), 0))
	}
	return list
}

// triangle reads rows of numbers, the first of one, each of one more; nil if absent.
func (f *fields) triangle(name string) (rows [][]float64) {
	at := f.get(name)
	if !at.Exists() {
		return nil
	}
	elems, err := at.Elems()
	if err == nil {
		err = someOf(at)
	}
	for i, row := range elems {
		var list []float64
		if list, err = row.Floats(); err == nil && len(list) != i+1 {
			err = row.Fail("expected " + strconv.Itoa(i+1) + " numbers, found " + strconv.Itoa(len(list)))
		}
		if err != nil {
			break
		}
		rows = append(rows, list)
	}
	return read(f, rows, err)
}

// texts reads names; nil if absent. None may be empty.
func (f *fields) texts(name string) []string {
	at := f.get(name)
	if !at.Exists() {
		return nil
	}
	list, err := at.Texts()
	if i := slices.IndexFunc(list, blank); i >= 0 {
		err = at.At(i).Fail("is empty")
	}
	return read(f, list, err)
}

// labels reads the names of classes; nil if absent. The null class alone may have none, which is null.
func (f *fields) labels(null int) []string {
	at := f.get("labels")
	if !at.Exists() {
		return nil
	}
	elems, err := at.Elems()
	list := make([]string, len(elems))
	for i, e := range elems {
		if i == null && e.IsNull() {
			continue
		}
		if list[i], err = e.Text(); err == nil && blank(list[i]) {
			err = e.Fail("is empty")
		}
		if err != nil {
			break
		}
	}
	return read(f, list, err)
}

func blank(name string) bool { return strings.TrimSpace(name) == "" }

func below(v strictjson.Value, least int) error {
	return v.Fail("expected " + strconv.Itoa(least) + " or more, found " + v.Source())
}

// size reads a length in bytes that must be there and positive.
func (f *fields) size(name string) int64 {
	at := f.v.Get(name)
	v, err := at.Int64()
	if err == nil && v < 1 {
		err = below(at, 1)
	}
	return read(f, v, err)
}

// someOf refuses a list without elements, of which nobody knows whether it means none or any.
func someOf(list strictjson.Value) error {
	if list.Len() == 0 {
		return list.Fail("is empty: leave it out, or give it elements")
	}
	return nil
}
