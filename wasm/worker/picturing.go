//go:build js && wasm

package worker

import (
	"errors"
	"slices"
	"strconv"

	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/wasm/proto"
)

// Compile makes the Run of a request. Only the first leg is compiled, and so
// checked, at once.
func (c *checkpoint) Compile(m proto.Sample, between func() error) (Run, error) {
	specs, err := c.specs(m)
	if err != nil {
		return nil, forbidden(err)
	}
	until := make([]int, len(specs))
	for i, l := range m.Before {
		if until[i] = l.Until; i > 0 && l.Until <= until[i-1] || l.Until >= specs[i].Steps {
			return nil, forbidden(errors.New("a fork at step " + strconv.Itoa(l.Until) + " comes before the one it follows, or at the end"))
		}
	}
	until[len(specs)-1] = specs[0].Steps
	p := &picturing{model: &c.model.Model, between: between, specs: specs, until: until, first: m.Seed}
	return p, p.enter(0, nil)
}

// A picturing is the Run of the real engine: a batch of one, in legs. The legs
// of a forked picture run one after the other, each with its own solver, seed
// and guidance, from the state that the last one left; only one is in memory.
type picturing struct {
	model   *pipeline.Model
	between func() error
	specs   []pipeline.Spec // of picture 0
	until   []int           // the steps at which the legs end, counted from the beginning
	first   uint64          // seed of picture 0
	shift   uint64          // number of this picture: what is added to every seed
	leg     int
	run     *pipeline.Run
}

// enter compiles leg i, which goes on from x.
func (p *picturing) enter(i int, x []float32) error {
	s := p.specs[i]
	s.Seed += p.shift
	if i > 0 {
		s.From = &pipeline.State{Step: p.until[i-1], X: x}
	}
	run, err := pipeline.Compile(p.model, s, p.between)
	if err != nil {
		return forbidden(err)
	}
	p.leg, p.run = i, run
	return nil
}

func (p *picturing) Reset(seed uint64) error {
	p.shift = seed - p.first
	if p.leg != 0 {
		return p.enter(0, nil)
	}
	return p.run.Reset(p.specs[0].Seed+p.shift, p.specs[0].Choice)
}

func (p *picturing) Size() (width, height int) {
	_, height, width, _ = p.run.Size()
	return width, height
}

func (p *picturing) Step() (bool, error) {
	last := len(p.specs) - 1
	if step, _ := p.Progress(); p.leg < last && step == p.until[p.leg] {
		if err := p.enter(p.leg+1, slices.Clone(p.run.X())); err != nil {
			return false, err
		}
	}
	done, err := p.run.Step()
	var bad *sampler.StepError
	if errors.As(err, &bad) {
		err = notANumber("in step " + strconv.Itoa(bad.Step) + " of " + strconv.Itoa(bad.Steps))
	}
	return done && p.leg == last, err
}

// Progress counts the steps of the legs before this one too.
func (p *picturing) Progress() (step, total int) {
	at := p.run.Progress()
	before := 0
	if p.leg > 0 {
		before = p.until[p.leg-1]
	}
	return before + at.Step, before + at.Steps
}

func (p *picturing) RGBA(x, denoised []byte) error {
	err := p.run.RGBA(x, 0, pipeline.ViewX)
	if err == nil {
		err = p.run.RGBA(denoised, 0, pipeline.ViewDenoised)
	}
	if err != nil {
		return notANumber("in the picture")
	}
	return nil
}
