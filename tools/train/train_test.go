package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tintype/core/grad"
	"tintype/core/schedule"
	"tintype/model"
	"tintype/weights"
)

// writeDataset makes the four files of a data set of n pictures a kind: class k has its column 2k+4 white.
func writeDataset(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for _, kind := range []string{"train", "t10k"} {
		pixels, labels := make([]byte, n*side*side), make([]byte, n)
		for i := range n {
			labels[i] = byte(i % 10)
			for y := range side {
				pixels[i*side*side+y*side+2*(i%10)+4] = 255
			}
		}
		writeIDX(t, filepath.Join(dir, kind+"-images-idx3-ubyte.gz"), []uint32{0x803, uint32(n), side, side}, pixels)
		writeIDX(t, filepath.Join(dir, kind+"-labels-idx1-ubyte.gz"), []uint32{0x801, uint32(n)}, labels)
	}
	return dir
}

func writeIDX(t *testing.T, path string, head []uint32, data []byte) {
	t.Helper()
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	binary.Write(z, binary.BigEndian, head)
	z.Write(data)
	z.Close()
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadDataset(t *testing.T) {
	dir := writeDataset(t, 12)
	d, err := readDataset(dir, "train")
	if err != nil || d.len() != 12 || d.labels[11] != 1 {
		t.Fatal(d, err)
	}
	x := make([]float32, padded*padded)
	d.picture(x, 3)
	for at, v := range x {
		want := float32(-1)
		if row, col := at/padded, at%padded; row >= 2 && row < 30 && col == 2*3+4+2 {
			want = 1
		}
		if v != want {
			t.Fatalf("pixel %d, %d is %v, expected %v", at/padded, at%padded, v, want)
		}
	}
	images := filepath.Join(dir, "train-images-idx3-ubyte.gz")
	for name, head := range map[string][]uint32{
		"another magic": {0x801, 12, side, side}, "another size": {0x803, 12, 28, 29}, "more than is there": {0x803, 13, side, side}, "none": {0x803, 0, side, side},
	} {
		writeIDX(t, images, head, d.pixels)
		if _, err := readDataset(dir, "train"); err == nil || !strings.HasPrefix(err.Error(), images) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	writeIDX(t, filepath.Join(dir, "t10k-labels-idx1-ubyte.gz"), []uint32{0x801, 12}, bytes.Repeat([]byte{10}, 12))
	if _, err := readDataset(dir, "t10k"); err == nil || !strings.Contains(err.Error(), "label 0 is 10") {
		t.Errorf("a label too large: %v", err)
	}
	if _, err := readDataset(t.TempDir(), "train"); err == nil || !strings.Contains(err.Error(), "dataset-fashion-mnist") {
		t.Errorf("no data: %v", err)
	}
}

// Every epoch visits every picture once, in an order of its own, and noise is a function of the sample's number.
func TestSampler(t *testing.T) {
	p, err := process()
	if err != nil {
		t.Fatal(err)
	}
	d := &dataset{make([]byte, 50*side*side), make([]byte, 50)}
	s := newSampler(d, p, 7)
	var orders [2][]int
	for epoch := range orders {
		for i := range 50 {
			orders[epoch] = append(orders[epoch], s.picture(epoch*50+i))
		}
	}
	if slices.Equal(orders[0], orders[1]) {
		t.Error("two epochs in one order")
	}
	for _, order := range orders {
		slices.Sort(order)
		for i, k := range order {
			if i != k {
				t.Fatalf("an epoch visits %v", order)
			}
		}
	}
	fill := func(batch, step int) []float32 {
		x := make([]float32, batch*padded*padded)
		newSampler(d, p, 7).fill(x, make([]schedule.Level, batch), make([]int32, batch), step)
		return x
	}
	if four, two := fill(4, 0), fill(2, 1); !slices.Equal(four[2*padded*padded:], two) {
		t.Error("a sample depends on the batch it is in")
	}
}

// One weight, by the formulas in float64.
func TestAdamW(t *testing.T) {
	w := &grad.Weight{Shape: []int{1, 1}, Value: []float32{2}, Grad: []float32{0}}
	bias := &grad.Weight{Shape: []int{1}, Value: []float32{2}, Grad: []float32{0}}
	a := newAdamW([]*grad.Weight{w, bias}, 0.1)
	x, free, m, v := 2.0, 2.0, 0.0, 0.0
	for i, g := range []float64{1, -3, 0.5, 0.5} {
		w.Grad[0], bias.Grad[0] = float32(g), float32(g)
		a.update(0.01)
		m, v = 0.9*m+0.1*g, 0.99*v+0.01*g*g
		step := m / (1 - math.Pow(0.9, float64(i+1))) / (math.Sqrt(v/(1-math.Pow(0.99, float64(i+1)))) + 1e-8)
		x, free = x-0.01*(step+0.1*x), free-0.01*step
		if math.Abs(float64(w.Value[0])-x) > 1e-6 || math.Abs(float64(bias.Value[0])-free) > 1e-6 {
			t.Errorf("step %d: %v and %v, expected %v and %v", i, w.Value[0], bias.Value[0], x, free)
		}
	}
}

// A training that stops and goes on ends where one in a single run does, and the file that is shipped loads.
func TestTrainResumeShip(t *testing.T) {
	data, dir := writeDataset(t, 100), t.TempDir()
	manifest := filepath.Join(dir, "index.json")
	entry := weights.Entry{ID: guidedModel, Name: "n", Licence: "l", Place: weights.Place{File: "f", Bytes: 1, RawBytes: 1, SHA256: strings.Repeat("0", 64)}}
	text, err := weights.Manifest{entry}.Text()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	train := func(state string, steps int, more ...string) string {
		var out, errs bytes.Buffer
		args := append([]string{"-data", data, "-batch", "4", "-state", filepath.Join(dir, state), "-steps", fmt.Sprint(steps)}, more...)
		if status := run(args, &out, &errs); status != 0 {
			t.Fatalf("%v: %d\n%s", args, status, errs.String())
		}
		return out.String()
	}
	read := func(state string) []byte {
		raw, err := os.ReadFile(filepath.Join(dir, state))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	train("one.safetensors", 6)
	train("two.safetensors", 6, "-until", "2")
	if bytes.Equal(read("one.safetensors"), read("two.safetensors")) {
		t.Fatal("the interrupted training is complete")
	}
	file := filepath.Join(dir, "c.safetensors.zst")
	out := train("two.safetensors", 6, "-ship", file, "-manifest", manifest)
	if !bytes.Equal(read("one.safetensors"), read("two.safetensors")) {
		t.Error("an interrupted training ends elsewhere")
	}
	if !strings.Contains(out, "test at time   0, sigma  0.000: accuracy") {
		t.Errorf("output:\n%s", out)
	}
	raw, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	m, err := weights.ParseManifest(manifest, string(raw))
	if err != nil || m[0].Classifier == nil {
		t.Fatal(m, err)
	}
	shipped, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	k, err := loadClassifier(bytes.NewBuffer(shipped), weights.Options{Expect: m[0].Classifier.Expect()})
	if err != nil || k.Of != guidedModel || !slices.Equal(k.Labels, classNames) {
		t.Errorf("%+v, error %v", k, err)
	}
}

func TestUsageErrors(t *testing.T) {
	const state = "x.safetensors"
	for _, c := range []struct {
		status int
		args   []string
		says   string
	}{
		{2, nil, "-state is missing"},
		{2, []string{"-state", "x"}, "ends in .safetensors"},
		{2, []string{"-state", ""}, "-state is empty"},
		{2, []string{"-state", state, "more"}, `"more"`},
		{2, []string{"-state", state, "-batch", "0"}, "1 to 4096"},
		{2, []string{"-state", state, "-manifest", "m.json"}, "-manifest needs -ship"},
		{2, []string{"-state", state, "-ship", "a/c.zst", "-manifest", "b/m.json"}, "different directories"},
		{2, []string{"-state", state, "-until", "-1"}, "0 or more"},
		{2, []string{"-state", state, "-rate", "NaN"}, "0 to 1"},
		{1, []string{"-state", "absent/" + state}, "absent"},
	} {
		var errs bytes.Buffer
		if status := run(c.args, &bytes.Buffer{}, &errs); status != c.status || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: status %d and %q, want %d and %q", c.args, status, errs.String(), c.status, c.says)
		}
	}
}

// The classes are those of the model that is guided.
func TestClassesAreTheModels(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "site", "models", guidedModel+".safetensors.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := weights.Open(f, guidedModel, weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m, err := model.Load(c)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Cond.Slots[0].Values, classNames) {
		t.Errorf("the model's classes are %v", m.Cond.Slots[0].Values)
	}
	p, err := process()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []float64{0, 500, 999} {
		if p.AtTime(at) != m.Process.AtTime(at) {
			t.Errorf("at time %v the process differs from the model's", at)
		}
	}
}
