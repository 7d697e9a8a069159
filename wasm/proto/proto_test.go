//go:build js && wasm

package proto

import (
	"math"
	"reflect"
	"strings"
	"syscall/js"
	"testing"

	"tintype/core/setting"
)

// fakeBitmaps gives Node, which has none, a class ImageBitmap.
func fakeBitmaps(t *testing.T) (bitmap, buffer js.Value) {
	t.Helper()
	class := js.Global().Get("Function").New("return class ImageBitmap {}").Invoke()
	js.Global().Set("ImageBitmap", class)
	t.Cleanup(func() { js.Global().Delete("ImageBitmap") })
	return class.New(), js.Global().Get("ArrayBuffer").New(8)
}

func messages(bitmap, buffer js.Value) []Message {
	ref := ModelRef{ID: "nouns", URL: "https://example.org/models/nouns.zst", Bytes: 4981112, RawBytes: 1 << 40, SHA256: "d7"}
	with := ref
	with.Classifier = &ModelRef{ID: "classifier", URL: "https://example.org/models/classifier.zst", Bytes: 7, RawBytes: 9, SHA256: "e8"}
	info := Info{
		ID: "nouns", Name: "Nouns <32>", Licence: "CC0", Provenance: "drawn", Width: 32, Height: 48, Parameters: 2701308, Memory: 1 << 33,
		Slots:    []Slot{{"head", []string{"shark", "ape"}, true, 2}, {"body", []string{}, false, -1}},
		Defaults: Defaults{"ddim", "trailing", 4, 1.5, []setting.Value{{Name: "eta", Value: 0.5}}},
		Solvers: []Option{
			{"ddpm", "no noise", "draws", 1, "n", []Line{{1, 0}}, true, []Setting{{"variance", "of the noise", 0, 0, 1, true, []string{"small", "large"}}}},
			{"ddim", "", "keeps", 1, "n+9", []Line{{1, 9}, {4, -3}}, false, []Setting{{"eta", "fresh noise", 0, 0, 1, false, []string{}}}},
		},
		Grids: []Option{{"trailing", "", "equal steps", 0, "", []Line{}, false, []Setting{{"shift", "of times", 1, 0.01, 100, false, []string{}}}}},
		Steps: []int{1, 4}, GuidanceReason: "folded in",
	}
	return []Message{
		Load{ref, ""}, Load{ref, "head=shark"}, Digest{ref}, Digested{"d7"},
		Sample{Model: with, Classify: 4, Seed: math.MaxUint64, First: 3, Count: 13, Choice: []int{-1, 248}, Solver: "heun", Grid: "karras", Steps: 7, Guidance: 0, Rescale: 0.5,
			Settings: []setting.Value{{Name: "eta", Value: 1}}, Edit: &Edit{buffer, 0.5, "mask", buffer, 2, "replace", 3, 2},
			Before: []Leg{{7, []int{-1}, "heun", 2, 0.25, 3, []setting.Value{{Name: "eta", Value: 0}}, 3}}},
		Sample{Model: ref, Count: 1, Choice: []int{}, Guidance: 1, Settings: []setting.Value{}, Edit: &Edit{buffer, 1, "none", js.Null(), 0, "hard", 0, 1}, Vary: "9:0.25", Animate: true, Grid: "times", Levels: []float64{999, 0.5}, Force: true, Recipe: true},
		Sample{Model: ref, Count: 1, Label: "head=shark", Guidance: math.NaN(), Settings: []setting.Value{}},
		Sample{Model: ref, Count: 1, Guidance: math.NaN(), Settings: []setting.Value{}},
		Cancel{Target: 3}, Ready{SIMD: true, Threads: 2}, Progress{Received: 5, Total: 1 << 50},
		Step{Picture: 15, Step: 2, Total: 4, Millis: 17.25, X: bitmap, Denoised: bitmap},
		Sheet{32, 48, []js.Value{buffer, buffer}, "v=1"},
		Picture{Picture: 1, Seed: 1 << 63, SHA256: "ab", RGBA: buffer, PNG: buffer, Recipe: "v=1"},
		Loaded{info, js.Null(), 1, []int{}}, Loaded{info, js.Global().Get("Blob").New(), 2, []int{3, -1}}, Done{SHA256: "cd", Millis: 320.5, Memory: 5, Evals: 7, PNG: buffer, Recipe: "v=1", Animation: buffer}, Done{PNG: js.Null(), Animation: js.Null()},
		Foresee{ref, "karras", 12}, Foreseen{[]Outlook{{"pc", "noise", "more steps"}}}, Foreseen{[]Outlook{}},
		Cancelled{Found: true}, Cached{}, Purge{"ab"}, Kept{[]KeptModel{{"nouns", 1 << 40, "ab", false}, {"nouns", 8, "cd", true}}, RefusedRoom}, Kept{[]KeptModel{}, RefusedNothing}, &Error{ErrHash, "Other bytes.", "Reload."},
	}
}

func TestMessagesSurviveTheWire(t *testing.T) {
	for i, m := range messages(fakeBitmaps(t)) {
		v, transfer := Encode(i, m)
		id, back, err := Decode(v)
		if err != nil || id != i {
			t.Errorf("%T: ID %d, error %v", m, id, err)
			continue
		}
		if !same(m, back) {
			t.Errorf("%T: sent %+v, received %+v", m, m, back)
		}
		for k := range transfer.Length() {
			if transfer.Index(k).Type() != js.TypeObject {
				t.Errorf("%T: transfers %v", m, transfer.Index(k))
			}
		}
	}
}

// same compares messages, of which some hold numbers that are not equal to
// themselves.
func same(a, b Message) bool {
	if s, ok := a.(Sample); ok && s.Guidance != s.Guidance {
		r, ok := b.(Sample)
		if !ok || r.Guidance == r.Guidance {
			return false
		}
		s.Guidance, r.Guidance = 0, 0
		return reflect.DeepEqual(s, r)
	}
	return reflect.DeepEqual(a, b)
}

func TestTransferLists(t *testing.T) {
	bitmap, buffer := fakeBitmaps(t)
	for _, c := range []struct {
		m    Message
		want int
	}{
		{Step{Total: 1, Step: 1, X: bitmap, Denoised: bitmap}, 2}, {Picture{RGBA: buffer, PNG: buffer}, 2}, {Sheet{Pictures: []js.Value{buffer}}, 0},
		{Done{PNG: buffer, Animation: buffer}, 2}, {Done{PNG: js.Null(), Animation: js.Null()}, 0}, {Ready{}, 0},
	} {
		if _, transfer := Encode(1, c.m); transfer.Length() != c.want {
			t.Errorf("%T transfers %d objects, want %d", c.m, transfer.Length(), c.want)
		}
	}
}

// TestEveryFieldIsChecked takes each field of each message away and puts a
// value of another type in its place: Decode must name it, and never panic.
func TestEveryFieldIsChecked(t *testing.T) {
	p := readPage(t)
	for _, m := range messages(fakeBitmaps(t)) {
		v, _ := Encode(1, m)
		damage(t, p, m, v, v, "")
	}
}

// TestPageHasTheWire: what is posted has the fields of docs/PROTOCOL.md; every one of them is posted by some message.
func TestPageHasTheWire(t *testing.T) {
	p, posted := readPage(t), map[string]bool{}
	var walk func(path string, v js.Value)
	walk = func(path string, v js.Value) {
		if v.Type() != js.TypeObject {
			return
		}
		if js.Global().Get("Array").Call("isArray", v).Bool() {
			for i := range v.Length() {
				walk(path, v.Index(i))
			}
			return
		}
		if !v.Get("constructor").Equal(js.Global().Get("Object")) {
			return
		}
		keys := js.Global().Get("Object").Call("keys", v)
		for i := range keys.Length() {
			name := keys.Index(i).String()
			if at := path + "." + name; strings.Count(at, ".") > 1 || name != "v" && name != "id" && name != "kind" {
				posted[at] = true
				if name != "classifier" { // of its model's form
					walk(at, v.Get(name))
				}
			}
		}
	}
	for _, m := range messages(fakeBitmaps(t)) {
		v, _ := Encode(1, m)
		walk(m.kind(), v)
	}
	for at := range posted {
		if _, ok := p.optional[at]; !ok {
			t.Errorf("%s is posted, and docs/PROTOCOL.md lacks it", at)
		}
	}
	for at := range p.optional {
		if !posted[at] && !strings.HasSuffix(at, ".model.file") && !strings.HasSuffix(at, ".model.classifier") {
			t.Errorf("%s stands in docs/PROTOCOL.md, and no message has it", at)
		}
	}
}

// others are values that a field of a type must not have.
var others = map[js.Type][]any{
	js.TypeString:  {nil, 5, true, map[string]any{}},
	js.TypeBoolean: {nil, 1, "true"},
	js.TypeNumber:  {nil, "1", true, math.NaN(), math.Inf(1), math.Inf(-1)},
	js.TypeObject:  {"x", 5, false},
	js.TypeNull:    {"x", 5, map[string]any{}},
}

// fractional numbers; all others are whole and not below -1.
var fractional = map[string]bool{
	"guidance": true, "rescale": true, "classify": true, "ms": true, "value": true, "strength": true, "default": true, "min": true, "max": true,
}

func damage(t *testing.T, p *page, m Message, root, at js.Value, path string) {
	t.Helper()
	keys := js.Global().Get("Object").Call("keys", at)
	for i := range keys.Length() {
		name := keys.Index(i).String()
		good := at.Get(name)
		bad := others[good.Type()]
		if good.Type() == js.TypeNumber && !fractional[name] {
			bad = append(bad[:len(bad):len(bad)], 0.5, -2, 1e300)
		}
		if !p.optional[m.kind()+"."+path+name] {
			bad = append(bad[:len(bad):len(bad)], js.Undefined())
		}
		for _, b := range bad {
			at.Set(name, b)
			_, _, err := Decode(root)
			if err == nil {
				t.Errorf("%T: %s%s = %v was accepted", m, path, name, b)
			} else if name != "v" && !strings.Contains(err.Error(), name) {
				t.Errorf("%T: %s%s = %v: the error does not name it: %v", m, path, name, b, err)
			}
		}
		at.Set(name, good)
		if good.Type() == js.TypeObject && good.Get("constructor").Equal(js.Global().Get("Object")) {
			damage(t, p, m, root, good, path+name+".")
		}
	}
}

func TestDecodeOfAnything(t *testing.T) {
	values := []any{nil, js.Undefined(), 1, "x", true, []any{}, map[string]any{}, map[string]any{"v": 1, "id": 7, "kind": "nonsense"},
		map[string]any{"v": Version + 1, "id": 7, "kind": "cancel", "target": 1}, map[string]any{"v": 1, "id": -1, "kind": "cancel", "target": 1}}
	for _, v := range values {
		if _, m, err := Decode(js.ValueOf(v)); err == nil {
			t.Errorf("%v was decoded as %T", v, m)
		}
	}
	// Whoever sent it can still be answered.
	if id, _, _ := Decode(js.ValueOf(values[len(values)-3])); id != 7 {
		t.Errorf("the ID of an unknown kind is read as %d", id)
	}
	if id, _, err := Decode(js.ValueOf(values[len(values)-2])); id != 7 || !strings.Contains(err.Error(), "version") {
		t.Errorf("another version: ID %d, %v", id, err)
	}
}
