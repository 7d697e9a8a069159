package model

import (
	"bytes"
	"errors"
	"maps"
	"runtime"
	"strings"
	"testing"

	"tintype/core/classify"
	"tintype/core/compile"
	"tintype/core/pipeline"
	"tintype/internal/strictjson"
	"tintype/weights"
)

var tiny = classify.Config{InChannels: 1, Channels: []int{4, 8}, Groups: 2, TimeDim: 4, Harmonics: 2, Outputs: 3}

// classifierFile is a checkpoint of random weights, its metadata changed by the given keys.
func classifierFile(t *testing.T, changes map[string]string) *weights.Checkpoint {
	t.Helper()
	net, err := classify.New(tiny, classify.Random(tiny, 1))
	if err != nil {
		t.Fatal(err)
	}
	metadata := map[string]string{"classifier": ClassifierMetadata(tiny, "model"), "model": `{"name":"c","labels":["a","b","c"],"licence":"MIT"}`}
	maps.Copy(metadata, changes)
	maps.DeleteFunc(metadata, func(_, text string) bool { return text == "" })
	var tensors []weights.Tensor
	for _, w := range net.Weights() {
		tensors = append(tensors, weights.Tensor{Name: w.Name, DType: weights.F32, Shape: w.Shape, Data: weights.EncodeF32(w.Value)})
	}
	var file bytes.Buffer
	if _, err := weights.WriteZstd(&file, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	c, err := weights.Open(&file, "file", weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestLoadClassifier(t *testing.T) {
	k, err := LoadClassifier(classifierFile(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, w := range k.Weights() {
		total += len(w.Value)
	}
	if k.Of != "model" || k.Name != "c" || k.Licence != "MIT" || strings.Join(k.Labels, "") != "abc" || k.Parameters != total {
		t.Errorf("found %+v", k)
	}
	goldens, err := k.RecordGoldens()
	if err != nil {
		t.Fatal(err)
	}
	if k, err = LoadClassifier(classifierFile(t, map[string]string{"goldens": goldens})); err != nil {
		t.Fatal(err)
	}
	if n, err := k.CheckGoldens(); n != 2 || err != nil {
		t.Errorf("%d goldens checked, error %v", n, err)
	}
	k.Weights()[0].Value[0] += 0.1
	k.Pack()
	if _, err := k.CheckGoldens(); err == nil {
		t.Error("a changed weight passes the goldens")
	}
}

func TestLoadClassifierRefuses(t *testing.T) {
	good := ClassifierMetadata(tiny, "model")
	for _, c := range []struct{ key, text, part string }{
		{"classifier", "", "no classifier"},
		{"classifier", strings.Replace(good, `"groups"`, `"grups"`, 1), "classifier.grups: unknown field"},
		{"classifier", strings.Replace(good, `[4,8]`, `[4,9]`, 1), "channels: 9"},
		{"classifier", strings.Replace(good, `[4,8]`, `[4,16]`, 1), "tensor blocks.0.conv1.weight: expected shape [16 4 3 3]"},
		{"classifier", strings.Replace(good, `[4,8]`, `4`, 1), "classifier.channels"},
		{"classifier", strings.Replace(good, `"time_dim":4`, `"time_dim":-1`, 1), "time_dim is -1"},
		{"model", `{"name":"c"}`, "outputs is 0"},
		{"model", `{"labels":["a","b"]}`, "head.weight: expected shape [2 8]"},
		{"goldens", `{"cases":[{"seed":1,"time":0,"values":[1]}]}`, "expected 16 numbers"},
	} {
		_, err := LoadClassifier(classifierFile(t, map[string]string{c.key: c.text}))
		if err == nil || !strings.HasPrefix(err.Error(), "file: ") || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s %s: error %v, expected one with %q", c.key, c.text, err, c.part)
		}
	}
	// A width that nothing has proved yet is not allocated.
	wide := strings.NewReplacer(`"time_dim":4`, `"time_dim":4096`, `"harmonics":2`, `"harmonics":4096`).Replace(good)
	var before, after runtime.MemStats
	c := classifierFile(t, map[string]string{"classifier": wide})
	runtime.ReadMemStats(&before)
	_, err := LoadClassifier(c)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 16<<20 {
		t.Errorf("a classifier of absent weights takes %d MiB, error %v", took>>20, err)
	}
	// What is not there is named once: file, tensor, problem.
	absent := classifierFile(t, map[string]string{"classifier": strings.Replace(good, `[4,8]`, `[4,8,8]`, 1)})
	if _, err := LoadClassifier(absent); err == nil || err.Error() != "file: tensor blocks.1.conv1.weight: no such tensor" || !errors.Is(err, weights.ErrNoTensor) {
		t.Errorf("a block that is not there: %v", err)
	}
	if _, err := Load(classifierFile(t, nil)); err == nil || !strings.Contains(err.Error(), "a classifier") {
		t.Errorf("a classifier loads as a model: %v", err)
	}
	var known *weights.Error
	if _, err := LoadClassifier(classifierFile(t, map[string]string{"unet": "{}"})); !errors.As(err, &known) {
		t.Errorf("two networks in one file: %v", err)
	}
}

func TestClassifierFits(t *testing.T) {
	k, err := LoadClassifier(classifierFile(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	good := func() *Model {
		cond, err := pipeline.ClassLabels([]string{"a", "b", "c"}, 3)
		if err != nil {
			t.Fatal(err)
		}
		return &Model{Model: pipeline.Model{H: 8, W: 6, C: 1, Cond: cond}}
	}
	if err := k.fits(good()); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(m *Model){
		"size":      func(m *Model) { m.W = 7 },
		"channels":  func(m *Model) { m.C = 3 },
		"codec":     func(m *Model) { m.Codec = pipeline.Codec{Kind: pipeline.CodecPixelUnshuffle, Factor: 2} },
		"no labels": func(m *Model) { m.Cond = nil },
		"labels":    func(m *Model) { m.Cond.Slots[0].Values = []string{"a", "c", "b"} },
	} {
		m := good()
		change(m)
		if k.fits(m) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzClassifier: whatever a config says, it is refused or it is a network's.
func FuzzClassifier(f *testing.F) {
	good := ClassifierMetadata(tiny, "model")
	f.Add(good)
	f.Add(strings.Replace(good, `[4,8]`, `[4,8,8,8,8,8,8,8,8,8]`, 1))
	f.Add(strings.Replace(good, `"harmonics":2`, `"harmonics":9007199254740993`, 1))
	f.Add(strings.Replace(good, `[4,8]`, `[0,-8]`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		root, err := strictjson.Parse("classifier", text, strictjson.Config)
		if err != nil {
			return
		}
		k := &Classifier{Labels: make([]string, 3)}
		cfg, err := k.readConfig(root)
		if err != nil {
			return
		}
		if _, err := classify.New(cfg, nothing{}); err == nil {
			t.Error("a network without weights")
		}
	})
}

// nothing has no tensor.
type nothing struct{}

func (nothing) Tensor(string) ([]int, compile.DType, []byte, error) {
	return nil, compile.F32, nil, errors.New("absent")
}
