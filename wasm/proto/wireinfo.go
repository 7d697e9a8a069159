//go:build js && wasm

package proto

import "math"

func encodeRef(m ModelRef) map[string]any {
	o := map[string]any{
		"id": m.ID, "url": m.URL, "bytes": m.Bytes, "rawBytes": m.RawBytes, "sha256": m.SHA256,
	}
	if m.Classifier != nil {
		o["classifier"] = encodeRef(*m.Classifier)
	}
	if !m.File.IsUndefined() {
		o["file"] = m.File
	}
	return o
}

func (r *reader) model(name string) ModelRef {
	r = r.child(name)
	defer r.up()
	m := r.file()
	if r.has("classifier") {
		of := r.child("classifier")
		c := of.file() // a classifier has none of its own
		of.up()
		m.Classifier = &c
	}
	return m
}

func (r *reader) file() ModelRef {
	m := ModelRef{
		ID: r.str("id"), URL: r.str("url"),
		Bytes: r.size("bytes"), RawBytes: r.size("rawBytes"), SHA256: r.str("sha256"),
	}
	if r.has("file") {
		m.File = r.object("file", "Blob")
	}
	return m
}

func encodeInfo(m Info) map[string]any {
	slots := make([]any, len(m.Slots))
	for i, s := range m.Slots {
		slots[i] = map[string]any{"name": s.Name, "values": encodeStrings(s.Values), "open": s.Open}
	}
	return map[string]any{
		"id": m.ID, "name": m.Name, "licence": m.Licence, "provenance": m.Provenance,
		"width": m.Width, "height": m.Height, "parameters": m.Parameters, "memory": m.Memory,
		"slots": slots,
		"defaults": map[string]any{
			"solver": m.Defaults.Solver, "grid": m.Defaults.Grid, "steps": m.Defaults.Steps,
			"guidance": m.Defaults.Guidance, "settings": encodeValues(m.Defaults.Settings),
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
		Parameters: r.size("parameters"), Memory: r.size("memory"),
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
		Guidance: r.float("guidance"), Settings: list(r, "settings", (*reader).value),
	}
}

func (r *reader) option() Option {
	return Option{
		Name: r.str("name"), Reason: r.str("reason"), Line: r.str("line"),
		Order: r.int("order", 0, 99), Cost: r.str("cost"), Stochastic: r.bool("stochastic"),
		Settings: list(r, "settings", (*reader).setting),
	}
}

func (r *reader) setting() Setting {
	return Setting{
		Name: r.str("name"), Line: r.str("line"),
		Default: r.float("default"), Min: r.float("min"), Max: r.float("max"),
		Whole: r.bool("whole"), Choices: r.strs("choices"),
	}
}

func encodeOptions(options []Option) []any {
	out := make([]any, len(options))
	for i, o := range options {
		settings := make([]any, len(o.Settings))
		for k, s := range o.Settings {
			settings[k] = map[string]any{
				"name": s.Name, "line": s.Line, "default": s.Default, "min": s.Min, "max": s.Max,
				"whole": s.Whole, "choices": encodeStrings(s.Choices),
			}
		}
		out[i] = map[string]any{
			"name": o.Name, "reason": o.Reason, "line": o.Line,
			"order": o.Order, "cost": o.Cost, "stochastic": o.Stochastic, "settings": settings,
		}
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

func (Cached) fields(map[string]any) []any { return nil }

func (m Purge) fields(o map[string]any) []any {
	o["sha256"] = m.SHA256
	return nil
}

func (m Kept) fields(o map[string]any) []any {
	models := make([]any, len(m.Models))
	for i, k := range m.Models {
		models[i] = map[string]any{"id": k.ID, "bytes": k.Bytes, "sha256": k.SHA256}
	}
	o["models"] = models
	return nil
}

func decodeKept(r *reader) Message {
	return Kept{list(r, "models", func(r *reader) KeptModel {
		return KeptModel{r.str("id"), r.size("bytes"), r.str("sha256")}
	})}
}
