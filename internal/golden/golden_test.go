package golden

import (
	"math"
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	nan := float32(math.NaN())
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name       string
		have, want []float32
		relative   float64
		pass       bool
	}{
		{"equal", []float32{1, -4}, []float32{1, -4}, 0, true},
		{"all zero", []float32{0, 0}, []float32{0, 0}, 0, true},
		{"of the largest recorded, negative", []float32{0.75, -4}, []float32{1, -4}, 0.0625, false},
		{"just within", []float32{1 + 1.0/16384, -2}, []float32{1, -2}, 1.0 / 32768, true},
		{"recorded zeros", []float32{1e-9}, []float32{0}, math.Inf(1), false},
		{"NaN in ours", []float32{nan, 1}, []float32{0, 1}, math.Inf(1), false},
		{"NaN in both", []float32{nan, 1}, []float32{nan, 1}, math.NaN(), false},
		{"infinite in both", []float32{inf, 1}, []float32{inf, 1}, math.NaN(), false},
	} {
		d := Compare(c.have, c.want)
		same := d.Relative() == c.relative || math.IsNaN(d.Relative()) && math.IsNaN(c.relative)
		if !same || d.Pass() != c.pass {
			t.Errorf("%s: %v, pass %t", c.name, d, d.Pass())
		}
	}
}

func TestLayout(t *testing.T) {
	a := &Array{Name: "sample", Shape: []int{2, 3, 1, 2}, values: []float32{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15}}
	x, err := nhwc(a)
	if want := []float32{0, 2, 4, 1, 3, 5, 10, 12, 14, 11, 13, 15}; err != nil || !slices.Equal(x.Data, want) {
		t.Errorf("expected %v, found %v, %v", want, x, err)
	}
	if _, err := nhwc(&Array{Name: "sample", Shape: []int{6, 2}, values: a.values}); err == nil {
		t.Error("two dimensions: expected an error")
	}
}

func TestRecordingIsChecked(t *testing.T) {
	arrays := func() map[string]*Array {
		return map[string]*Array{
			"sample":   {"sample", []int{2, 1, 1, 1}, []float32{1, 2}},
			"out":      {"out", []int{2, 1, 1, 1}, []float32{3, 4}},
			"timestep": {"timestep", []int{2}, []float32{5, 6}},
		}
	}
	if _, err := newRecording(arrays()); err != nil {
		t.Fatal(err)
	}
	one := arrays()
	one["timestep"] = &Array{"timestep", nil, []float32{7}}
	if r, err := newRecording(one); err != nil || !slices.Equal(r.Times, []float32{7, 7}) {
		t.Errorf("one time for all: %v", err)
	}
	for name, change := range map[string]func(m map[string]*Array){
		"no sample":    func(m map[string]*Array) { delete(m, "sample") },
		"three times":  func(m map[string]*Array) { m["timestep"].values = []float32{1, 2, 3} },
		"other size":   func(m map[string]*Array) { m["out"].Shape = []int{1, 1, 2, 1} },
		"other layout": func(m map[string]*Array) { m["out"].Shape = []int{2} },
	} {
		m := arrays()
		change(m)
		if _, err := newRecording(m); err == nil {
			t.Errorf("%s: expected an error", name)
		}
	}
	if _, err := (&Array{Name: "slots", values: []float32{1.5}}).Whole(); err == nil {
		t.Error("1.5 is not whole")
	}
}
