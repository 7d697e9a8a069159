package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tintype/core/pipeline"
	"tintype/internal/picture"
	"tintype/internal/wholefile"
	"tintype/weights"
)

// trace writes what a run shows on its way, for each picture and step:
//
//	picture-KKK-step-SSS-x.png   the noisy picture
//	picture-KKK-step-SSS-x0.png  the predicted clean picture
//	picture-KKK-step-SSS.safetensors  both as float32 [H, W, C] in -1..1, tensors x and x0
//	noise.safetensors            of -invert: the noise x that a picture begins with, as the network sees it
type trace struct{ dir string }

const noiseFile = "noise.safetensors"

// newTrace refuses a directory that holds a trace: nobody could tell the steps of two runs from each other. It is made
// when there is something to write.
func newTrace(dir string) (*trace, error) {
	stat, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &trace{dir}, nil
	case err != nil:
		return nil, fmt.Errorf("-trace: %w", err)
	case !stat.IsDir():
		return nil, fmt.Errorf("-trace %s: expected a directory, found a file", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("-trace: %w", err)
	}
	for _, e := range entries {
		if old, _ := filepath.Match("picture-*-step-*", e.Name()); old || e.Name() == noiseFile {
			return nil, fmt.Errorf("-trace %s: an old trace is already there (%s): remove it, or choose another directory", dir, e.Name())
		}
	}
	return &trace{dir}, nil
}

func (t *trace) make() error {
	if err := os.MkdirAll(t.dir, 0o755); err != nil {
		return fmt.Errorf("-trace: %w", err)
	}
	return nil
}

func (t *trace) step(run *pipeline.Run, k, step int) error {
	if err := t.make(); err != nil {
		return err
	}
	name := filepath.Join(t.dir, fmt.Sprintf("picture-%03d-step-%03d", k, step))
	for _, v := range []struct {
		view   pipeline.View
		suffix string
	}{{pipeline.ViewX, "-x.png"}, {pipeline.ViewDenoised, "-x0.png"}} {
		m, err := view(run, v.view)
		if err != nil {
			return err
		}
		png, err := picture.PNG(m, "", deflate)
		if err != nil {
			return err
		}
		if err := wholefile.WriteBytes(name+v.suffix, png); err != nil {
			return err
		}
	}
	return t.tensors(run, name+".safetensors")
}

func (t *trace) tensors(run *pipeline.Run, path string) error {
	_, h, w, c := run.Size()
	values := func(v pipeline.View) []byte {
		x := make([]float32, h*w*c)
		run.Picture(x, 0, v)
		return weights.EncodeF32(x)
	}
	shape := []int{h, w, c}
	return writeTensors(path, []weights.Tensor{
		{Name: "x", DType: weights.F32, Shape: shape, Data: values(pipeline.ViewX)},
		{Name: "x0", DType: weights.F32, Shape: shape, Data: values(pipeline.ViewDenoised)},
	})
}

func writeTensors(path string, tensors []weights.Tensor) error {
	return wholefile.Write(path, func(f *os.File) error {
		_, err := weights.WriteFile(f, nil, tensors)
		return err
	})
}
