package model

import (
	"strings"

	"tintype/core/graph"
	"tintype/internal/strictjson"
	"tintype/weights"
)

// configRoot parses a config and checks the name of its class, whose number among
// classes it returns; without a name it is the first.
func configRoot(what, text string, classes ...string) (strictjson.Value, int, error) {
	root, err := strictjson.Parse(what, text, strictjson.Config)
	if err != nil {
		return root, 0, err
	}
	class := root.Get("_class_name")
	if !class.Exists() {
		return root, 0, nil
	}
	i, err := class.Word(classes...)
	return root, i, err
}

// fieldsOf reads the fields of a network's config. What training and loading leave there says nothing of the network.
func fieldsOf(root strictjson.Value) *strictjson.Fields {
	f := root.Fields()
	f.Ignore(weights.Leftovers()...)
	return f
}

// function reads the name of an activation.
func function(f *strictjson.Fields, key string, to *graph.Function, allowed ...string) {
	v := f.Value(key)
	if !v.Exists() {
		return
	}
	i, err := v.Word(allowed...)
	if f.Keep(err); err == nil {
		*to = functions[allowed[i]]
	}
}

// functions are the names of activations that transformers and diffusers use.
var functions = map[string]graph.Function{
	"silu": graph.SiLU, "swish": graph.SiLU, "relu": graph.ReLU, "gelu": graph.GELU, "quick_gelu": graph.QuickGELU,
	"gelu-approximate": graph.GELUTanh, "gelu_new": graph.GELUTanh, "gelu_pytorch_tanh": graph.GELUTanh,
}

// perLevel reads one value for each of n levels, or a list of one a level.
func perLevel[T any](f *strictjson.Fields, key string, n int, absent T, read func(strictjson.Value) (T, error)) []T {
	all := make([]T, n)
	v := f.Value(key)
	elems, err := v.Elems()
	for i := range all {
		switch {
		case !v.Exists() || v.IsNull():
			all[i] = absent
		case v.Kind() != strictjson.Array:
			all[i], err = read(v)
		case len(elems) != n:
			err = v.Fail("expected one value, or one for each level")
		default:
			all[i], err = read(elems[i])
		}
		if v.Exists() && !v.IsNull() {
			f.Keep(err)
		}
	}
	return all
}

// within refuses numbers outside 1 to most, which sizes are made of.
func within(f *strictjson.Fields, root strictjson.Value, most int, names string, numbers ...int) {
	for i, n := range numbers {
		if n < 1 || n > most {
			f.Keep(root.Fail(strings.Fields(names)[i] + " is not within 1 and its largest sensible size"))
		}
	}
}

// sampleSize reads null, one number for both sides, or [height, width].
func sampleSize(f *strictjson.Fields, h, w *int) {
	v := f.Value("sample_size")
	switch v.Kind() {
	case strictjson.Absent:
	case strictjson.Null:
		*h, *w = 0, 0
	case strictjson.Array:
		sides, err := v.Ints()
		if err == nil && len(sides) != 2 {
			err = v.Fail("expected one number or two, [height, width]")
		}
		if f.Keep(err); err == nil {
			*h, *w = sides[0], sides[1]
		}
	default:
		side, err := v.Int()
		f.Keep(err)
		*h, *w = side, side
	}
}
