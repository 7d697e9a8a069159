//go:build js && wasm

package worker

import (
	"errors"
	"strconv"

	"tintype/core/pipeline"
	"tintype/core/tape"
	"tintype/internal/recipe"
	"tintype/model"
	"tintype/wasm/proto"
)

// Compile makes the Run of a request.
func (c *checkpoint) Compile(m proto.Sample, between func() error) (run, error) {
	if m.Choice == nil {
		var err error
		if m.Choice, err = c.Choice(m.Label); err != nil {
			return nil, err
		}
	}
	legs, err := c.legs(m)
	if err != nil {
		return nil, forbidden(err)
	}
	run, err := pipeline.CompileLegs(&c.model.Model, legs, between)
	if err != nil {
		return nil, forbidden(err)
	}
	return &picturing{id: c.id, file: m.Model.SHA256, legs: legs, first: m.Seed, run: run}, nil
}

// A picturing is the Run of the real engine, a batch of one.
type picturing struct {
	id, file string // of the checkpoint
	legs     []pipeline.Leg
	first    uint64 // seed of picture 0
	run      *pipeline.Legs
}

func (p *picturing) Reset(seed uint64) error { return p.run.Reset(seed - p.first) }

func (p *picturing) Size() (width, height int) {
	_, height, width, _ = p.run.Run().Size()
	return width, height
}

func (p *picturing) Step() (bool, error) {
	done, err := p.run.Step()
	var bad *tape.StepError
	var clash *pipeline.Clash
	switch {
	case errors.As(err, &bad):
		err = notANumber("in step " + strconv.Itoa(bad.Step) + " of " + strconv.Itoa(bad.Steps))
	case errors.As(err, &clash): // a later leg
		err = forbidden(err)
	}
	return done, err
}

// Recipe has no hash yet.
func (p *picturing) Recipe() (recipe.Recipe, bool) {
	r, ok := model.RecipeOf(p.legs)
	r.Model, r.File = p.id, p.file
	return r, ok
}

func (p *picturing) Evals() int { return p.run.Evals() }

func (p *picturing) Memory() int64 { return p.run.Memory().Total() }

func (p *picturing) Progress() (step, total int) { return p.run.Progress() }

func (p *picturing) RGBA(x, denoised []byte) error {
	run := p.run.Run()
	err := run.RGBA(x, 0, pipeline.ViewX)
	if err == nil {
		err = run.RGBA(denoised, 0, pipeline.ViewDenoised)
	}
	if err != nil {
		return notANumber("in the picture")
	}
	return nil
}
