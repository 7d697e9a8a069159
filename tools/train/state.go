package main

import (
	"fmt"
	"os"
	"strconv"

	"tintype/core/classify"
	"tintype/core/compile"
	"tintype/internal/wholefile"
	"tintype/model"
	"tintype/weights"
)

// The state of a training, a plain safetensors file in float32: each weight under its own name, the optimiser's two
// averages under that name with .m and .v behind, and the number of steps in the metadata.

// save writes the state so that a crash leaves the old or the new file.
func save(path string, a *adamW) error {
	var tensors []weights.Tensor
	for i, w := range a.weights {
		for _, part := range []struct {
			suffix string
			values []float32
		}{{"", w.Value}, {".m", a.m[i]}, {".v", a.v[i]}} {
			tensors = append(tensors, weights.Tensor{Name: w.Name + part.suffix, DType: weights.F32, Shape: w.Shape, Data: weights.EncodeF32(part.values)})
		}
	}
	return wholefile.Write(path, func(f *os.File) error {
		_, err := weights.WriteFile(f, map[string]string{"step": strconv.Itoa(a.step)}, tensors)
		return err
	})
}

// resume makes the network and its optimiser of a saved state.
func resume(path string, decay float64) (*classify.Net, *adamW, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	c, err := weights.Open(f, path, weights.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	text, _ := c.Metadata("step")
	step, err := strconv.Atoi(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: step %q: not a state of tools/train", path, text)
	}
	net, err := classify.New(architecture, model.Source(c))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	a := newAdamW(net.Weights(), decay)
	a.step = step
	l := compile.NewLoader(model.Source(c))
	for i, w := range a.weights {
		if a.m[i], err = l.Tensor(w.Name+".m", w.Shape...); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if a.v[i], err = l.Tensor(w.Name+".v", w.Shape...); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	_, err = c.Finish()
	return net, a, err
}
