//go:build js && wasm

package proto

import (
	"syscall/js"

	"tintype/core/setting"
	"tintype/internal/strictjson"
)

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

// encodeInfo writes a text and lets the browser make the objects of it: asked for one by one they would be thousands of
// calls between a model's arrival and its first picture.
func encodeInfo(m Info) js.Value {
	w := &strictjson.Writer{}
	w.BeginObject()
	writeText(w, "id", m.ID)
	writeText(w, "name", m.Name)
	writeText(w, "licence", m.Licence)
	writeText(w, "provenance", m.Provenance)
	writeInt(w, "width", int64(m.Width))
	writeInt(w, "height", int64(m.Height))
	writeInt(w, "parameters", m.Parameters)
	writeInt(w, "memory", m.Memory)
	writeList(w, "slots", m.Slots, func(s Slot) {
		w.BeginObject()
		writeText(w, "name", s.Name)
		writeList(w, "values", s.Values, w.Text)
		writeBool(w, "open", s.Open)
		writeInt(w, "null", int64(s.Null))
		w.EndObject()
	})
	w.Key("defaults")
	writeDefaults(w, m.Defaults)
	option := func(o Option) { writeOption(w, o) }
	writeList(w, "solvers", m.Solvers, option)
	writeList(w, "grids", m.Grids, option)
	writeList(w, "steps", m.Steps, func(n int) { w.Int(int64(n)) })
	writeText(w, "guidanceReason", m.GuidanceReason)
	w.EndObject()
	return js.Global().Get("JSON").Call("parse", w.String())
}

func writeDefaults(w *strictjson.Writer, d Defaults) {
	w.BeginObject()
	writeText(w, "solver", d.Solver)
	writeText(w, "grid", d.Grid)
	writeInt(w, "steps", int64(d.Steps))
	writeFloat(w, "guidance", d.Guidance)
	writeList(w, "settings", d.Settings, func(v setting.Value) {
		w.BeginObject()
		writeText(w, "name", v.Name)
		writeFloat(w, "value", v.Value)
		w.EndObject()
	})
	w.EndObject()
}

func writeOption(w *strictjson.Writer, o Option) {
	w.BeginObject()
	writeText(w, "name", o.Name)
	writeText(w, "reason", o.Reason)
	writeText(w, "line", o.Line)
	writeInt(w, "order", int64(o.Order))
	writeText(w, "cost", o.Cost)
	writeList(w, "evals", o.Evals, func(l Line) {
		w.BeginArray()
		w.Int(int64(l.Each))
		w.Int(int64(l.More))
		w.EndArray()
	})
	writeBool(w, "stochastic", o.Stochastic)
	writeList(w, "settings", o.Settings, func(s Setting) {
		w.BeginObject()
		writeText(w, "name", s.Name)
		writeText(w, "line", s.Line)
		writeFloat(w, "default", s.Default)
		writeFloat(w, "min", s.Min)
		writeFloat(w, "max", s.Max)
		writeBool(w, "whole", s.Whole)
		writeList(w, "choices", s.Choices, w.Text)
		w.EndObject()
	})
	w.EndObject()
}

func writeText(w *strictjson.Writer, key, s string) {
	w.Key(key)
	w.Text(s)
}

func writeInt(w *strictjson.Writer, key string, n int64) {
	w.Key(key)
	w.Int(n)
}

func writeFloat(w *strictjson.Writer, key string, f float64) {
	w.Key(key)
	w.Float(f)
}

func writeBool(w *strictjson.Writer, key string, b bool) {
	w.Key(key)
	w.Bool(b)
}

func writeList[T any](w *strictjson.Writer, key string, list []T, item func(T)) {
	w.Key(key)
	w.BeginArray()
	for _, e := range list {
		item(e)
	}
	w.EndArray()
}

func encodeInts(s []int) []any {
	out := make([]any, len(s))
	for i, n := range s {
		out[i] = n
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
	o["models"], o["refused"] = models, string(m.Refused)
	return nil
}

func decodeKept(r *reader) Message {
	models := list(r, "models", func(r *reader) KeptModel {
		return KeptModel{r.str("id"), r.size("bytes"), r.str("sha256"), r.bool("partial")}
	})
	return Kept{models, Refusal(r.str("refused"))}
}
