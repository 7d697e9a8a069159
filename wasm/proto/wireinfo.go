//go:build js && wasm

package proto

import "math"

func encodeRef(m ModelRef) map[string]any {
	return map[string]any{
		"id": m.ID, "url": m.URL, "bytes": m.Bytes, "rawBytes": m.RawBytes, "sha256": m.SHA256,
	}
}

func (r *reader) model(name string) ModelRef {
	r = r.child(name)
	defer r.up()
	return ModelRef{
		ID: r.str("id"), URL: r.str("url"),
		Bytes: r.size("bytes"), RawBytes: r.size("rawBytes"), SHA256: r.str("sha256"),
	}
}

func encodeInfo(m Info) map[string]any {
	slots := make([]any, len(m.Slots))
	for i, s := range m.Slots {
		slots[i] = map[string]any{"name": s.Name, "values": encodeStrings(s.Values), "open": s.Open}
	}
	return map[string]any{
		"id": m.ID, "name": m.Name, "licence": m.Licence, "provenance": m.Provenance,
		"width": m.Width, "height": m.Height, "parameters": m.Parameters,
		"slots": slots,
		"defaults": map[string]any{
			"solver": m.Defaults.Solver, "grid": m.Defaults.Grid, "steps": m.Defaults.Steps,
			"guidance": m.Defaults.Guidance, "eta": m.Defaults.Eta,
		},
		"solvers": encodeOptions(m.Solvers), "grids": encodeOptions(m.Grids),
		"steps": encodeInts(m.Steps), "guidanceReason": m.GuidanceReason,
	}
}

func (r *reader) info(name string) Info {
	r = r.child(name)
	defer r.up()
	return Info{
		ID: r.str("id"), Name: r.str("name"), Licence: r.str("licence"), Provenance: r.str("provenance"),
		Width: r.int("width", 1, 1<<14), Height: r.int("height", 1, 1<<14),
		Parameters: r.size("parameters"),
		Slots: list(r, "slots", func(r *reader) Slot {
			return Slot{r.str("name"), r.strs("values"), r.bool("open")}
		}),
		Defaults:       r.defaults("defaults"),
		Solvers:        list(r, "solvers", (*reader).option),
		Grids:          list(r, "grids", (*reader).option),
		Steps:          r.ints("steps", 1),
		GuidanceReason: r.str("guidanceReason"),
	}
}

func (r *reader) defaults(name string) Defaults {
	r = r.child(name)
	defer r.up()
	return Defaults{
		Solver: r.str("solver"), Grid: r.str("grid"), Steps: r.int("steps", 1, math.MaxInt32),
		Guidance: r.float("guidance"), Eta: r.float("eta"),
	}
}

func (r *reader) option() Option { return Option{r.str("name"), r.str("reason")} }

func encodeOptions(s []Option) []any {
	out := make([]any, len(s))
	for i, o := range s {
		out[i] = map[string]any{"name": o.Name, "reason": o.Reason}
	}
	return out
}

func encodeInts(s []int) []any {
	out := make([]any, len(s))
	for i, n := range s {
		out[i] = n
	}
	return out
}

func encodeStrings(s []string) []any {
	out := make([]any, len(s))
	for i, t := range s {
		out[i] = t
	}
	return out
}
