//go:build js && wasm

package proto

import (
	"math"
	"strconv"
	"syscall/js"

	"tintype/core/limits"
)

// Encode turns a message into the object to post and the list to transfer.
func Encode(id int, m Message) (v js.Value, transfer js.Value) {
	o := map[string]any{"v": Version, "id": id, "kind": m.kind()}
	list := m.fields(o)
	return js.ValueOf(o), js.ValueOf(list)
}

// envelope is the path of what every message has.
const envelope = "message"

// Decode reads an object that arrived. It never panics: a value that is not a
// message gives an error, with the ID when that much could be read, so that
// the sender can be answered.
func Decode(v js.Value) (id int, m Message, err error) {
	r := &reader{v: v, path: envelope}
	version := r.int("v", 0, math.MaxInt32)
	id = r.int("id", 0, math.MaxInt32)
	kind := r.str("kind")
	if r.err == nil && version != Version {
		r.fail("v", "version "+strconv.Itoa(Version))
	}
	if r.err != nil {
		return id, nil, r.err
	}
	r.path = kind
	decode, ok := decoders[kind]
	if !ok {
		return id, nil, fieldError{envelope, "kind", "one of this version's kinds"}
	}
	m = decode(r)
	if r.err != nil {
		return id, nil, r.err
	}
	return id, m, nil
}

var decoders = map[string]func(*reader) Message{
	"load":     func(r *reader) Message { return Load{r.model("model"), r.optional("label")} },
	"digest":   func(r *reader) Message { return Digest{r.model("model")} },
	"digested": func(r *reader) Message { return Digested{r.str("sha256")} },
	"sample":   decodeSample,
	"cancel":   func(r *reader) Message { return Cancel{r.int("target", 0, math.MaxInt32)} },
	"cached":   func(r *reader) Message { return Cached{} },
	"purge":    func(r *reader) Message { return Purge{r.str("sha256")} },
	"kept":     decodeKept,
	"foresee": func(r *reader) Message {
		return Foresee{r.model("model"), r.str("grid"), r.int("steps", 1, limits.PageSteps)}
	},
	"foreseen": decodeForeseen,
	"ready":    func(r *reader) Message { return Ready{r.bool("simd"), r.int("threads", 1, limits.AskedThreads)} },
	"progress": func(r *reader) Message { return Progress{r.size("received"), r.size("total")} },
	"step":     decodeStep,
	"picture":  decodePicture,
	"sheet":    decodeSheet,
	"loaded": func(r *reader) Message {
		return Loaded{r.info("info"), r.orNull("file", "Blob"), r.int("threads", 1, limits.AskedThreads), r.ints("choice", -1)}
	},
	"done":      decodeDone,
	"cancelled": func(r *reader) Message { return Cancelled{r.bool("found")} },
	"error": func(r *reader) Message {
		return &Error{ErrorType(r.str("type")), r.str("text"), r.str("remedy")}
	},
}

func (Load) kind() string      { return "load" }
func (Digest) kind() string    { return "digest" }
func (Digested) kind() string  { return "digested" }
func (Sample) kind() string    { return "sample" }
func (Sheet) kind() string     { return "sheet" }
func (Cancel) kind() string    { return "cancel" }
func (Cached) kind() string    { return "cached" }
func (Purge) kind() string     { return "purge" }
func (Kept) kind() string      { return "kept" }
func (Foresee) kind() string   { return "foresee" }
func (Foreseen) kind() string  { return "foreseen" }
func (Ready) kind() string     { return "ready" }
func (Progress) kind() string  { return "progress" }
func (Step) kind() string      { return "step" }
func (Picture) kind() string   { return "picture" }
func (Loaded) kind() string    { return "loaded" }
func (Done) kind() string      { return "done" }
func (Cancelled) kind() string { return "cancelled" }
func (*Error) kind() string    { return "error" }

func (Loaded) answers()    {}
func (Digested) answers()  {}
func (Done) answers()      {}
func (Cancelled) answers() {}
func (Kept) answers()      {}
func (Foreseen) answers()  {}
func (*Error) answers()    {}

func (m Load) fields(o map[string]any) []any {
	o["model"] = encodeRef(m.Model)
	if m.Label != "" {
		o["label"] = m.Label
	}
	return nil
}

func (m Digest) fields(o map[string]any) []any { return Load{Model: m.Model}.fields(o) }

func (m Digested) fields(o map[string]any) []any {
	o["sha256"] = m.SHA256
	return nil
}

func (m Sample) fields(o map[string]any) []any {
	o["model"] = encodeRef(m.Model)
	// A JavaScript number holds 53 bits of a seed's 64.
	o["seed"] = strconv.FormatUint(m.Seed, 10)
	if m.First > 0 {
		o["first"] = m.First
	}
	o["count"] = m.Count
	if m.Choice == nil {
		o["label"] = m.Label
	} else {
		o["choice"] = encodeInts(m.Choice)
	}
	if m.Solver != "" {
		o["solver"] = m.Solver
	}
	if m.Grid != "" {
		o["grid"] = m.Grid
	}
	if m.Steps != 0 {
		o["steps"] = m.Steps
	}
	encodeGuidance(o, m.Guidance, m.Rescale, m.Classify)
	o["settings"] = encodeValues(m.Settings)
	if len(m.Before) > 0 {
		o["before"] = encodeLegs(m.Before)
	}
	if m.Vary != "" {
		o["vary"] = m.Vary
	}
	if m.Levels != nil {
		o["levels"] = encodeFloats(m.Levels)
	}
	if m.Force {
		o["force"] = true
	}
	if m.Recipe {
		o["recipe"] = true
	}
	if m.Animate {
		o["animate"] = true
	}
	return encodeEdit(o, m.Edit)
}

func decodeSample(r *reader) Message {
	first := r.optionalInt("first", 0, limits.PagePictures-1)
	return Sample{
		Model:    r.model("model"),
		Seed:     r.uint64("seed"),
		First:    first,
		Count:    r.int("count", 1, limits.PagePictures-first),
		Choice:   r.choice(),
		Label:    r.optional("label"),
		Solver:   r.optional("solver"),
		Grid:     r.optional("grid"),
		Steps:    r.optionalInt("steps", 1, limits.PageSteps),
		Guidance: r.optionalFloat("guidance"),
		Rescale:  r.optionalNumber("rescale"),
		Classify: r.optionalNumber("classify"),
		Settings: r.values("settings"),
		Edit:     r.edit("edit"),
		Before:   r.legs("before"),
		Vary:     r.optional("vary"),
		Animate:  r.has("animate") && r.bool("animate"),
		Levels:   r.floats("levels"),
		Force:    r.has("force") && r.bool("force"),
		Recipe:   r.has("recipe") && r.bool("recipe"),
	}
}

// choice may be left out where there is a label.
func (r *reader) choice() []int {
	switch {
	case r.has("label"):
		return nil
	case !r.has("choice"):
		r.fail("label", "a string, and there is no choice")
	}
	return r.ints("choice", -1)
}

func (m Sheet) fields(o map[string]any) []any {
	pictures := make([]any, len(m.Pictures))
	for i, p := range m.Pictures {
		pictures[i] = p
	}
	o["width"], o["height"], o["pictures"], o["recipe"] = m.Width, m.Height, pictures, m.Recipe
	return nil
}

func decodeSheet(r *reader) Message {
	m := Sheet{Width: r.int("width", 1, limits.Side), Height: r.int("height", 1, limits.Side), Recipe: r.str("recipe")}
	pictures, n := r.length("pictures")
	if n < 1 || n > limits.PagePictures {
		r.fail("pictures", "a list of 1 to "+strconv.Itoa(limits.PagePictures))
	}
	for i := 0; i < n && r.err == nil; i++ {
		p := &reader{v: pictures, path: r.path + ".pictures", parent: r}
		m.Pictures = append(m.Pictures, p.object(strconv.Itoa(i), "ArrayBuffer"))
		p.up()
	}
	return m
}

func (m Cancel) fields(o map[string]any) []any {
	o["target"] = m.Target
	return nil
}

func (m Ready) fields(o map[string]any) []any {
	o["simd"] = m.SIMD
	o["threads"] = m.Threads
	return nil
}

func (m Progress) fields(o map[string]any) []any {
	o["received"] = m.Received
	o["total"] = m.Total
	return nil
}

func (m Step) fields(o map[string]any) []any {
	o["picture"] = m.Picture
	o["step"] = m.Step
	o["total"] = m.Total
	o["ms"] = m.Millis
	o["x"] = m.X
	o["denoised"] = m.Denoised
	return []any{m.X, m.Denoised}
}

func decodeStep(r *reader) Message {
	return Step{
		Picture:  r.int("picture", 0, limits.PagePictures-1),
		Step:     r.int("step", 1, limits.PageSteps),
		Total:    r.int("total", 1, limits.PageSteps),
		Millis:   r.float("ms"),
		X:        r.object("x", "ImageBitmap"),
		Denoised: r.object("denoised", "ImageBitmap"),
	}
}

func (m Picture) fields(o map[string]any) []any {
	o["picture"] = m.Picture
	o["seed"] = strconv.FormatUint(m.Seed, 10)
	o["sha256"] = m.SHA256
	o["rgba"] = m.RGBA
	o["png"] = m.PNG
	o["recipe"] = m.Recipe
	return []any{m.RGBA, m.PNG}
}

func decodePicture(r *reader) Message {
	return Picture{
		Picture: r.int("picture", 0, limits.PagePictures-1),
		Seed:    r.uint64("seed"),
		SHA256:  r.str("sha256"),
		RGBA:    r.object("rgba", "ArrayBuffer"),
		PNG:     r.object("png", "ArrayBuffer"),
		Recipe:  r.str("recipe"),
	}
}

func (m Loaded) fields(o map[string]any) []any {
	o["info"] = encodeInfo(m.Info)
	o["file"] = m.File
	o["threads"] = m.Threads
	o["choice"] = encodeInts(m.Choice)
	return nil
}

func (m Done) fields(o map[string]any) []any {
	o["sha256"] = m.SHA256
	o["ms"] = m.Millis
	o["memory"] = m.Memory
	o["evals"] = m.Evals
	o["png"] = m.PNG
	o["recipe"] = m.Recipe
	o["animation"] = m.Animation
	var transfer []any
	for _, v := range []js.Value{m.PNG, m.Animation} {
		if !v.IsNull() {
			transfer = append(transfer, v)
		}
	}
	return transfer
}

func decodeDone(r *reader) Message {
	return Done{
		SHA256: r.str("sha256"), Millis: r.float("ms"), Memory: r.size("memory"), Evals: r.int("evals", 0, math.MaxInt32),
		PNG: r.orNull("png", "ArrayBuffer"), Recipe: r.str("recipe"), Animation: r.orNull("animation", "ArrayBuffer"),
	}
}

func (m Cancelled) fields(o map[string]any) []any {
	o["found"] = m.Found
	return nil
}

func (e *Error) fields(o map[string]any) []any {
	o["type"] = string(e.Type)
	o["text"] = e.Text
	o["remedy"] = e.Remedy
	return nil
}
