//go:build js && wasm

package proto

import (
	"math"
	"strconv"
	"syscall/js"
)

// maxList bounds every list in a message; the longest that occurs is one
// slot's values.
const maxList = 1 << 16

// A reader takes typed fields from a JavaScript object. The first field of
// the wrong form sets err and every later one is read as zero, so a decoder
// is a plain list of fields. syscall/js itself would panic.
type reader struct {
	v    js.Value
	path string
	err  error
	// parent of a nested object's reader, which takes over its error.
	parent *reader
}

type fieldError struct{ path, field, want string }

func (e fieldError) Error() string {
	return e.path + "." + e.field + " is not " + e.want
}

// Foreign reports whether Decode's error is that of another version's message, not of a field.
func Foreign(err error) bool {
	e, ok := err.(fieldError)
	return ok && e.path == envelope
}

func (r *reader) fail(field, want string) {
	if r.err == nil {
		r.err = fieldError{r.path, field, want}
	}
}

func (r *reader) get(field string, t js.Type, want string) (js.Value, bool) {
	if r.err != nil {
		return js.Undefined(), false
	}
	if r.v.Type() != js.TypeObject {
		r.fail(field, want)
		return js.Undefined(), false
	}
	v := r.v.Get(field)
	if v.Type() != t {
		r.fail(field, want)
		return js.Undefined(), false
	}
	return v, true
}

func (r *reader) has(field string) bool {
	return r.err == nil && r.v.Type() == js.TypeObject && !r.v.Get(field).IsUndefined()
}

func (r *reader) str(field string) string {
	v, ok := r.get(field, js.TypeString, "a string")
	if !ok {
		return ""
	}
	return v.String()
}

func (r *reader) bool(field string) bool {
	v, ok := r.get(field, js.TypeBoolean, "true or false")
	return ok && v.Bool()
}

func (r *reader) float(field string) float64 {
	v, ok := r.get(field, js.TypeNumber, "a number")
	if !ok {
		return 0
	}
	f := v.Float()
	if f-f != 0 {
		r.fail(field, "a finite number")
		return 0
	}
	return f
}

func (r *reader) int(field string, low, high int) int {
	f := r.float(field)
	if r.err == nil && (f < float64(low) || f > float64(high) || f != math.Trunc(f)) {
		r.fail(field, "a whole number from "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
	}
	if r.err != nil {
		return 0
	}
	return int(f)
}

// size reads a number of bytes or of parameters.
func (r *reader) size(field string) int64 {
	f := r.float(field)
	if r.err == nil && (f < 0 || f > 1<<53 || f != math.Trunc(f)) {
		r.fail(field, "a size")
	}
	if r.err != nil {
		return 0
	}
	return int64(f)
}

func (r *reader) uint64(field string) uint64 {
	n, err := strconv.ParseUint(r.str(field), 10, 64)
	if err != nil {
		r.fail(field, "a string of decimal digits below 2^64")
	}
	return n
}

func (r *reader) optional(field string) string {
	if !r.has(field) {
		return ""
	}
	return r.str(field)
}

func (r *reader) optionalInt(field string, low, high int) int {
	if !r.has(field) {
		return 0
	}
	return r.int(field, low, high)
}

func (r *reader) optionalFloat(field string) float64 {
	if !r.has(field) {
		return math.NaN()
	}
	return r.float(field)
}

// optionalNumber is optionalFloat where zero is what is left out.
func (r *reader) optionalNumber(field string) float64 {
	if !r.has(field) {
		return 0
	}
	return r.float(field)
}

// object reads an instance of a named browser class.
func (r *reader) object(field, class string) js.Value {
	v, ok := r.get(field, js.TypeObject, "an "+class)
	constructor := js.Global().Get(class)
	if ok && (constructor.Type() != js.TypeFunction || !v.InstanceOf(constructor)) {
		r.fail(field, "an "+class)
	}
	return v
}

// orNull is object where there may be none.
func (r *reader) orNull(field, class string) js.Value {
	if r.err == nil && r.v.Type() == js.TypeObject && r.v.Get(field).IsNull() {
		return js.Null()
	}
	return r.object(field, class)
}

func (r *reader) child(field string) *reader {
	v, _ := r.get(field, js.TypeObject, "an object")
	return &reader{v: v, path: r.path + "." + field, err: r.err, parent: r}
}

func (r *reader) up() {
	if r.parent.err == nil {
		r.parent.err = r.err
	}
}

func (r *reader) length(field string) (js.Value, int) {
	v, ok := r.get(field, js.TypeObject, "a list")
	if !ok {
		return v, 0
	}
	if !js.Global().Get("Array").Call("isArray", v).Bool() || v.Length() > maxList {
		r.fail(field, "a list of at most "+strconv.Itoa(maxList))
		return v, 0
	}
	return v, v.Length()
}

func list[T any](r *reader, field string, item func(*reader) T) []T {
	v, n := r.length(field)
	out := make([]T, 0, n)
	for i := 0; i < n && r.err == nil; i++ {
		c := &reader{v: v.Index(i), path: r.path + "." + field, parent: r}
		out = append(out, item(c))
		c.up()
	}
	return out
}

func (r *reader) ints(field string, low int) []int {
	v, n := r.length(field)
	out := make([]int, 0, n)
	for i := 0; i < n; i++ {
		e := v.Index(i)
		if e.Type() != js.TypeNumber || e.Float() != math.Trunc(e.Float()) ||
			e.Float() < float64(low) || e.Float() > math.MaxInt32 {
			r.fail(field, "a list of whole numbers from "+strconv.Itoa(low))
			return nil
		}
		out = append(out, e.Int())
	}
	return out
}
