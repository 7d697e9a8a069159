// Package golden reads recorded passes of other implementations and measures how far ours is from them. Tests and
// tools/golden use it.
package golden

import (
	"fmt"
	"math"
	"path/filepath"

	"tintype/core/compile"
	"tintype/core/tensor"
	"tintype/model"
	"tintype/weights"
)

// Recording is the content of golden.safetensors: tensors sample, timestep, out, and class_labels or slots where the
// network has a condition. Stored pictures are [N,C,H,W].
type Recording struct {
	Sample, Out *tensor.Tensor // NHWC
	Times       []float32      // [N]
	Labels      *Array         // class_labels; nil if there is none
	Slots       *Array         // nil if there is none
}

// Array is a tensor as stored.
type Array struct {
	Name   string
	Shape  []int
	values []float32
}

// Read reads dir/golden.safetensors.
func Read(dir string) (*Recording, error) {
	arrays, err := readArrays(filepath.Join(dir, "golden.safetensors"))
	if err != nil {
		return nil, err
	}
	return newRecording(arrays)
}

// readArrays reads a file of recorded tensors.
func readArrays(path string) (map[string]*Array, error) {
	c, err := weights.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	src, arrays := compile.NewLoader(model.Source(c)), map[string]*Array{}
	for _, info := range c.Tensors() {
		values, err := src.Tensor(info.Name, info.Shape...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name(), err)
		}
		arrays[info.Name] = &Array{info.Name, info.Shape, values}
	}
	_, err = c.Finish()
	return arrays, err
}

func newRecording(arrays map[string]*Array) (*Recording, error) {
	r := &Recording{Labels: arrays["class_labels"], Slots: arrays["slots"]}
	for _, name := range []string{"sample", "timestep", "out"} {
		if arrays[name] == nil {
			return nil, fmt.Errorf("golden.safetensors: no tensor %s", name)
		}
	}
	var err error
	if r.Sample, err = nhwc(arrays["sample"]); err != nil {
		return nil, err
	}
	if r.Out, err = nhwc(arrays["out"]); err != nil {
		return nil, err
	}
	if r.Out.N != r.Sample.N || r.Out.H != r.Sample.H || r.Out.W != r.Sample.W {
		return nil, fmt.Errorf("golden.safetensors: out %v is not of sample's size %v", arrays["out"].Shape, arrays["sample"].Shape)
	}
	r.Times = arrays["timestep"].values
	if len(r.Times) == 1 { // one for all pictures
		for len(r.Times) < r.Sample.N {
			r.Times = append(r.Times, r.Times[0])
		}
	}
	if len(r.Times) != r.Sample.N {
		return nil, fmt.Errorf("golden.safetensors: %d timesteps for %d pictures", len(r.Times), r.Sample.N)
	}
	return r, nil
}

// nhwc turns [N,C,H,W] into a Tensor.
func nhwc(a *Array) (*tensor.Tensor, error) {
	if len(a.Shape) != 4 {
		return nil, fmt.Errorf("golden.safetensors: %s has shape %v: expected [N C H W]", a.Name, a.Shape)
	}
	t := tensor.New(a.Shape[0], a.Shape[2], a.Shape[3], a.Shape[1])
	hw := t.H * t.W
	for i, v := range a.values {
		n, c, p := i/(hw*t.C), i/hw%t.C, i%hw
		t.Data[(n*hw+p)*t.C+c] = v
	}
	return t, nil
}

// Whole returns the values of an array of whole numbers.
func (a *Array) Whole() ([]int32, error) {
	list := make([]int32, len(a.values))
	for i, v := range a.values {
		if v != float32(math.Trunc(float64(v))) || v < -1<<24 || v > 1<<24 {
			return nil, fmt.Errorf("golden.safetensors: %s[%d] is %v: expected a whole number", a.Name, i, v)
		}
		list[i] = int32(v)
	}
	return list, nil
}
