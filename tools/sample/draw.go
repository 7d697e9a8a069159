package main

import (
	"fmt"
	"image"
	"io"
	"strings"
	"time"

	"tintype/core/pipeline"
	"tintype/model"
)

// drawing makes pictures one after the other in the buffers of one run.
type drawing struct {
	legs  []pipeline.Leg // of the first picture
	count int
	bar   bar
	trace *trace // nil: none
}

func (d *drawing) draw(m *model.Model) ([]*image.NRGBA, error) {
	run, err := pipeline.CompileLegs(&m.Model, d.legs, nil)
	if err != nil {
		return nil, err
	}
	_, steps := run.Progress()
	d.bar.begin(d.count * steps)
	defer d.bar.end()
	pictures := make([]*image.NRGBA, d.count)
	for k := range pictures {
		if err := run.Reset(uint64(k)); err != nil {
			return nil, err
		}
		if err := d.steps(run, k); err != nil {
			return nil, fmt.Errorf("picture %d: %w", k, err)
		}
		if pictures[k], err = view(run.Run(), pipeline.ViewX); err != nil {
			return nil, fmt.Errorf("picture %d: %w", k, err)
		}
	}
	return pictures, nil
}

// steps runs picture k to its end.
func (d *drawing) steps(run *pipeline.Legs, k int) error {
	shown := 0
	for done := false; !done; {
		var err error
		if done, err = run.Step(); err != nil {
			return err
		}
		if step, _ := run.Progress(); step != shown {
			shown = step
			d.bar.step()
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

// bar is a progress bar on a terminal's last line.
type bar struct {
	out         io.Writer
	done, total int
	begun       time.Time
}

const barWidth = 30

func (b *bar) begin(total int) { b.total, b.begun = total, time.Now(); b.show() }

func (b *bar) step() { b.done++; b.show() }

func (b *bar) end() { fmt.Fprintln(b.out) }

func (b *bar) show() {
	filled := barWidth * b.done / b.total
	per := 0.0
	if b.done > 0 {
		per = float64(time.Since(b.begun).Milliseconds()) / float64(b.done)
	}
	fmt.Fprintf(b.out, "\r[%s%s] step %d/%d, %.1f ms a step", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), b.done, b.total, per)
}
