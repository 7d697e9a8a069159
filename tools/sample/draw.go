package main

import (
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"tintype/core/pipeline"
	"tintype/internal/command"
	"tintype/model"
)

// drawing makes pictures one after the other in the buffers of one run.
type drawing struct {
	legs   []pipeline.Leg // of the first picture
	count  int
	stderr io.Writer // for how far it is
	trace  *trace    // nil: none
}

func (d *drawing) draw(m *model.Model) ([]*image.NRGBA, error) {
	run, err := pipeline.CompileLegs(&m.Model, d.legs, nil)
	var noise *pipeline.NoiseError
	if errors.As(err, &noise) {
		return nil, fmt.Errorf("%w; -force draws it all the same", err)
	}
	if err != nil {
		return nil, err
	}
	if warning := run.Run().Warning(); warning != nil {
		fmt.Fprintln(d.stderr, "sample: warning:", warning)
	}
	_, steps := run.Progress()
	far := command.NewProgress(d.stderr, time.Now, d.count*steps)
	defer far.End()
	pictures := make([]*image.NRGBA, d.count)
	for k := range pictures {
		if err := run.Reset(uint64(k)); err != nil {
			return nil, err
		}
		if err := d.steps(run, k, far); err != nil {
			return nil, fmt.Errorf("picture %d: %w", k, err)
		}
		if pictures[k], err = view(run.Run(), pipeline.ViewX); err != nil {
			return nil, fmt.Errorf("picture %d: %w", k, err)
		}
	}
	return pictures, nil
}

// steps runs picture k to its end.
func (d *drawing) steps(run *pipeline.Legs, k int, far *command.Progress) error {
	shown := 0
	for done := false; !done; {
		var err error
		if done, err = run.Step(); err != nil {
			return err
		}
		if step, _ := run.Progress(); step != shown {
			shown = step
			far.Step()
			if d.trace != nil {
				if err := d.trace.step(run.Run(), k, step); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// view is the run's one picture as it is now.
func view(run *pipeline.Run, v pipeline.View) (*image.NRGBA, error) {
	_, h, w, _ := run.Size()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	return m, run.RGBA(m.Pix, 0, v)
}
