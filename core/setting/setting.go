// Package setting holds the numbers by which solvers and grids can be adjusted: what each is called, the values that
// it takes, and which were asked for. Solvers and grids have each their own list of settings, of a type S of its own.
package setting

import (
	"fmt"
	"math"
)

// Value is a setting by its name, as recipes, messages and flags have it. Package model, which knows all lists, gives it
// its type.
type Value struct {
	Name  string
	Value float64
}

// most is how many settings one list may have.
const most = 48

// Setting names a number of a list.
type Setting[S any] interface {
	~uint8
	Info() Info[S]
}

// Info describes a setting to those who list it.
type Info[S any] struct {
	Setting S
	Name    string   // as flags and pages spell it
	Line    string   // one line for people
	Whole   bool     // whole numbers only
	Choices []string // what the whole numbers from 0 are called; nil: the setting is a quantity
}

// Knob is a setting that a solver or grid reads, with the values that it takes.
type Knob[S any] struct {
	Setting           S
	Default, Min, Max float64 // Min and Max are allowed
}

// Options holds the settings that were asked for. The zero Options asks for none: the Default of each knob is used.
type Options[S Setting[S]] struct {
	value [most]float64
	given [most]bool
}

// With returns the options with one setting more, or another value of it.
func (o Options[S]) With(s S, v float64) Options[S] {
	o.value[s], o.given[s] = v, true
	return o
}

// Get returns what was asked for; ok is false if nothing was.
func (o Options[S]) Get(s S) (v float64, ok bool) { return o.value[s], o.given[s] }

// Value is a setting that Fill has filled in.
func (o Options[S]) Value(s S) float64 { return o.value[s] }

// Whole is a setting of whole numbers that Fill has filled in.
func (o Options[S]) Whole(s S) int { return int(o.value[s]) }

// List appends what was asked for, each name behind prefix, in the order of the list.
func (o Options[S]) List(to []Value, prefix string) []Value {
	for s, given := range o.given {
		if given {
			to = append(to, Value{prefix + S(s).Info().Name, o.value[s]})
		}
	}
	return to
}

// For leaves only the settings that have a knob.
func (o Options[S]) For(knobs []Knob[S]) Options[S] {
	kept := Options[S]{}
	for _, k := range knobs {
		if v, ok := o.Get(k.Setting); ok {
			kept = kept.With(k.Setting, v)
		}
	}
	return kept
}

// Over returns the options with those of base in the place of what o leaves out.
func (o Options[S]) Over(base Options[S]) Options[S] {
	for s, given := range o.given {
		if given {
			base.value[s], base.given[s] = o.value[s], true
		}
	}
	return base
}

// Error is a setting that is not taken, or not with that value.
type Error[S any] struct {
	Setting         S
	Problem, Remedy string
}

func (e *Error[S]) Error() string { return e.Problem + ": " + e.Remedy }

// Fill checks what was asked of the owner of the knobs and fills in the rest; the error is an *Error.
func (o Options[S]) Fill(owner string, knobs []Knob[S]) (Options[S], error) {
	full := Options[S]{}
	for _, k := range knobs {
		info := k.Setting.Info()
		v, ok := o.Get(k.Setting)
		if !ok {
			v = k.Default
		}
		if !(v >= k.Min && v <= k.Max) || info.Whole && v != math.Trunc(v) {
			kind := ""
			if info.Whole {
				kind = "a whole number "
			}
			return full, &Error[S]{k.Setting, fmt.Sprintf("%s %v", info.Name, v),
				fmt.Sprintf("use %s%v to %v", kind, k.Min, k.Max)}
		}
		full = full.With(k.Setting, v)
	}
	for i, given := range o.given {
		if given && !full.given[i] {
			name := S(i).Info().Name
			return full, &Error[S]{S(i), fmt.Sprintf("%s has no %s", owner, name),
				fmt.Sprintf("leave %s out, or use another than %s", name, owner)}
		}
	}
	return full, nil
}
