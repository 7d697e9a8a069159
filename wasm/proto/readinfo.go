//go:build js && wasm

package proto

import (
	"math"
	"syscall/js"

	"tintype/core/limits"
	"tintype/core/setting"
	"tintype/internal/strictjson"
)

// infoLimits fit an Info with thousands of values in its slots.
var infoLimits = strictjson.Limits{Bytes: 4 << 20, Depth: 6}

// info is read as one text: fifty solvers with all that is known of them are thousands of fields, and asking JavaScript
// for each would keep a busy page from answering for 30 ms.
func (r *reader) info(name string) Info {
	v, ok := r.get(name, js.TypeObject, "an object")
	if !ok {
		return Info{}
	}
	text := js.Global().Get("JSON").Call("stringify", v).String()
	root, err := strictjson.Parse(r.path+"."+name, text, infoLimits)
	f := &infoReader{err}
	m := Info{
		ID: f.text(root, "id"), Name: f.text(root, "name"), Licence: f.text(root, "licence"), Provenance: f.text(root, "provenance"),
		Width: int(f.whole(root, "width", 1, limits.Side)), Height: int(f.whole(root, "height", 1, limits.Side)),
		Parameters: f.whole(root, "parameters", 0, 1<<53), Memory: f.whole(root, "memory", 0, 1<<53),
		Slots:          each(f, root, "slots", f.slot),
		Defaults:       f.defaults(root.Get("defaults")),
		Solvers:        each(f, root, "solvers", f.option),
		Grids:          each(f, root, "grids", f.option),
		Steps:          f.steps(root),
		GuidanceReason: f.text(root, "guidanceReason"),
	}
	r.err = f.err
	return m
}

// An infoReader keeps the first error; what is read after it is zero.
type infoReader struct{ err error }

func (f *infoReader) note(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *infoReader) text(v strictjson.Value, name string) string {
	s, err := v.Get(name).Text()
	f.note(err)
	return s
}

func (f *infoReader) texts(v strictjson.Value, name string) []string {
	return each(f, v, name, func(e strictjson.Value) string {
		s, err := e.Text()
		f.note(err)
		return s
	})
}

func (f *infoReader) bool(v strictjson.Value, name string) bool {
	b, err := v.Get(name).Bool()
	f.note(err)
	return b
}

func (f *infoReader) float(v strictjson.Value, name string) float64 {
	x, err := v.Get(name).Float()
	f.note(err)
	return x
}

func (f *infoReader) whole(v strictjson.Value, name string, low, high int64) int64 {
	n, err := v.Get(name).Int64()
	if err == nil && (n < low || n > high) {
		err = v.Get(name).Fail("is out of range")
	}
	f.note(err)
	return n
}

// each reads the elements of a list.
func each[T any](f *infoReader, v strictjson.Value, name string, item func(strictjson.Value) T) []T {
	elems, err := v.Get(name).Elems()
	f.note(err)
	out := make([]T, len(elems))
	for i, e := range elems {
		out[i] = item(e)
	}
	return out
}

func (f *infoReader) steps(v strictjson.Value) []int {
	n, err := v.Get("steps").Ints()
	f.note(err)
	for _, s := range n {
		if s < 1 || s > math.MaxInt32 {
			f.note(v.Get("steps").Fail("is not a list of whole numbers from 1"))
		}
	}
	return n
}

func (f *infoReader) slot(v strictjson.Value) Slot {
	return Slot{f.text(v, "name"), f.texts(v, "values"), f.bool(v, "open"), int(f.whole(v, "null", -1, math.MaxInt32))}
}

func (f *infoReader) defaults(v strictjson.Value) Defaults {
	return Defaults{
		Solver: f.text(v, "solver"), Grid: f.text(v, "grid"), Steps: int(f.whole(v, "steps", 1, math.MaxInt32)),
		Guidance: f.float(v, "guidance"),
		Settings: each(f, v, "settings", func(v strictjson.Value) setting.Value {
			return setting.Value{Name: f.text(v, "name"), Value: f.float(v, "value")}
		}),
	}
}

func (f *infoReader) option(v strictjson.Value) Option {
	return Option{
		Name: f.text(v, "name"), Reason: f.text(v, "reason"), Line: f.text(v, "line"),
		Order: int(f.whole(v, "order", 0, 99)), Cost: f.text(v, "cost"), Evals: each(f, v, "evals", f.line), Stochastic: f.bool(v, "stochastic"),
		Settings: each(f, v, "settings", f.setting),
	}
}

func (f *infoReader) line(v strictjson.Value) Line {
	n, err := v.Ints()
	if err == nil && len(n) != 2 {
		err = v.Fail("is not a pair of numbers")
	}
	f.note(err)
	if f.err != nil {
		return Line{}
	}
	return Line{n[0], n[1]}
}

func (f *infoReader) setting(v strictjson.Value) Setting {
	return Setting{
		Name: f.text(v, "name"), Line: f.text(v, "line"),
		Default: f.float(v, "default"), Min: f.float(v, "min"), Max: f.float(v, "max"),
		Whole: f.bool(v, "whole"), Choices: f.texts(v, "choices"),
	}
}
