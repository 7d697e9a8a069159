//go:build js && wasm

package proto

import "syscall/js"

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
		class := "Blob"
		if r.v.Get("file").InstanceOf(js.Global().Get("ArrayBuffer")) {
			class = "ArrayBuffer"
		}
		m.File = r.object("file", class)
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
		models[i] = map[string]any{"id": k.ID, "bytes": k.Bytes, "sha256": k.SHA256, "partial": k.Partial}
	}
	o["models"] = models
	return nil
}

func decodeKept(r *reader) Message {
	return Kept{list(r, "models", func(r *reader) KeptModel {
		return KeptModel{r.str("id"), r.size("bytes"), r.str("sha256"), r.bool("partial")}
	})}
}
