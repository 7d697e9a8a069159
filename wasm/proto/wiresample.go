//go:build js && wasm

package proto

import (
	"strconv"

	"tintype/core/limits"
	"tintype/core/setting"
)

// encodeGuidance leaves out what is the checkpoint's own.
func encodeGuidance(o map[string]any, guidance, rescale, classify float64) {
	if guidance == guidance {
		o["guidance"] = guidance
	}
	if rescale != 0 {
		o["rescale"] = rescale
	}
	if classify != 0 {
		o["classify"] = classify
	}
}

func encodeValues(values []setting.Value) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = map[string]any{"name": v.Name, "value": v.Value}
	}
	return out
}

// values reads a list of settings, which may be left out.
func (r *reader) values(field string) []setting.Value {
	if !r.has(field) {
		return []setting.Value{}
	}
	return list(r, field, (*reader).value)
}

func (r *reader) value() setting.Value {
	return setting.Value{Name: r.str("name"), Value: r.float("value")}
}

// encodeEdit returns what must be transferred.
func encodeEdit(o map[string]any, e *Edit) []any {
	if e == nil {
		return nil
	}
	o["edit"] = map[string]any{
		"rgba": e.RGBA, "strength": e.Strength, "hold": e.Hold, "mask": e.Mask,
		"factor": e.Factor, "method": e.Method, "jump": e.Jump, "times": e.Times,
	}
	if e.Mask.IsNull() {
		return []any{e.RGBA}
	}
	return []any{e.RGBA, e.Mask}
}

// edit may be left out.
func (r *reader) edit(field string) *Edit {
	if !r.has(field) {
		return nil
	}
	r = r.child(field)
	defer r.up()
	return &Edit{
		RGBA: r.object("rgba", "ArrayBuffer"), Strength: r.float("strength"), Hold: r.str("hold"), Mask: r.orNull("mask", "ArrayBuffer"),
		Factor: r.int("factor", 0, limits.Side), Method: r.str("method"), Jump: r.int("jump", 0, limits.PageSteps), Times: r.int("times", 1, limits.Travel),
	}
}

func encodeLegs(legs []Leg) []any {
	out := make([]any, len(legs))
	for i, l := range legs {
		o := map[string]any{
			"seed": strconv.FormatUint(l.Seed, 10), "choice": encodeInts(l.Choice),
			"settings": encodeValues(l.Settings), "until": l.Until,
		}
		if l.Solver != "" {
			o["solver"] = l.Solver
		}
		encodeGuidance(o, l.Guidance, l.Rescale, l.Classify)
		out[i] = o
	}
	return out
}

// legs may be left out.
func (r *reader) legs(field string) []Leg {
	if !r.has(field) {
		return nil
	}
	legs := list(r, field, func(r *reader) Leg {
		return Leg{
			Seed: r.uint64("seed"), Choice: r.ints("choice", -1), Solver: r.optional("solver"),
			Guidance: r.optionalFloat("guidance"), Rescale: r.optionalNumber("rescale"), Classify: r.optionalNumber("classify"),
			Settings: r.values("settings"), Until: r.int("until", 1, limits.Steps),
		}
	})
	if len(legs) > limits.Forks {
		r.fail(field, "a list of at most "+strconv.Itoa(limits.Forks))
	}
	return legs
}

func encodeFloats(values []float64) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// floats reads a list of numbers, nil if it was left out.
func (r *reader) floats(field string) []float64 {
	if !r.has(field) {
		return nil
	}
	v, n := r.length(field)
	if n < 1 || n > limits.PageSteps {
		r.fail(field, "a list of 1 to "+strconv.Itoa(limits.PageSteps)+" numbers")
		return nil
	}
	out := make([]float64, n)
	of := &reader{v: v, path: r.path + "." + field, parent: r}
	for i := range out {
		out[i] = of.float(strconv.Itoa(i))
	}
	of.up()
	return out
}

func (m Foresee) fields(o map[string]any) []any {
	o["model"], o["grid"], o["steps"] = encodeRef(m.Model), m.Grid, m.Steps
	return nil
}

func (m Foreseen) fields(o map[string]any) []any {
	out := make([]any, len(m.Solvers))
	for i, s := range m.Solvers {
		out[i] = map[string]any{"solver": s.Solver, "reason": s.Reason, "remedy": s.Remedy}
	}
	o["solvers"] = out
	return nil
}

func decodeForeseen(r *reader) Message {
	return Foreseen{list(r, "solvers", func(r *reader) Outlook {
		return Outlook{r.str("solver"), r.str("reason"), r.str("remedy")}
	})}
}
