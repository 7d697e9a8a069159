//go:build js && wasm

package worker

import (
	"errors"
	"io"
	"strconv"

	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/core/schedule"
	"tintype/model"
	"tintype/wasm/proto"
	"tintype/weights"
)

// A checkpoint is the Model of the real engine.
type checkpoint struct {
	id    string
	model *model.Model
}

// openModel is the Loader of the real engine.
func openModel(file io.Reader, ref proto.ModelRef) (Model, error) {
	c, err := weights.Open(file, ref.ID, weights.Options{
		Expect: weights.Expect{SHA256: ref.SHA256, Bytes: ref.Bytes, RawBytes: ref.RawBytes},
	})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	m, err := model.Load(c)
	if err != nil {
		return nil, err
	}
	return &checkpoint{ref.ID, m}, nil
}

// Info describes the model and its sampling contract.
func (c *checkpoint) Info() proto.Info {
	m := c.model
	height, width, _ := m.PictureSize()
	d := m.Contract.Defaults
	eta, _ := d.Options.Get(sampler.Eta)
	info := proto.Info{
		ID: c.id, Name: m.Name, Licence: m.Licence, Provenance: m.Provenance,
		Width: width, Height: height, Parameters: m.Parameters,
		Defaults: proto.Defaults{
			Solver: d.Solver.String(), Grid: d.Grid.String(), Steps: d.Steps, Guidance: d.Guidance, Eta: eta,
		},
		GuidanceReason: reasonOf(m.CheckGuidance()),
	}
	if m.Cond != nil {
		for _, s := range m.Cond.Slots {
			info.Slots = append(info.Slots, proto.Slot{Name: s.Name, Values: s.Values, Open: m.Cond.CanBeOpen()})
		}
	}
	for _, s := range sampler.Solvers() {
		info.Solvers = append(info.Solvers, proto.Option{Name: s.Name, Reason: c.solverReason(s.Kind)})
	}
	for _, g := range schedule.Grids() {
		info.Grids = append(info.Grids, proto.Option{Name: g.Name, Reason: reasonOf(m.CheckGrid(g.Kind))})
	}
	info.Steps = m.Contract.TrainedSteps
	if n := len(m.Contract.Times); len(info.Steps) == 0 && n > 0 {
		info.Steps = []int{n}
	}
	return info
}

// solverReason is why the contract forbids a solver, in the checkpoint's own
// words where it has some.
func (c *checkpoint) solverReason(k sampler.Kind) string {
	contract := &c.model.Contract
	reason := reasonOf(c.model.CheckSolver(k))
	switch {
	case reason == "":
		return ""
	case contract.Forbidden[k] != "":
		return contract.Forbidden[k]
	case contract.Reason != "":
		return contract.Reason
	}
	return reason
}

// reasonOf is why a contract forbids something, "" if it does not.
func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	var clash *pipeline.Clash
	if errors.As(err, &clash) {
		return clash.Problem
	}
	return err.Error()
}

// Compile turns the request's names into typed settings; what it leaves out
// is the checkpoint's own.
func (c *checkpoint) Compile(m proto.Sample, between func() error) (Run, error) {
	s := c.model.Defaults()
	s.Seed, s.Choice = m.Seed, m.Choice
	var err error
	if m.Solver != "" {
		kind, err := model.SolverNamed(m.Solver)
		if err != nil {
			return nil, forbidden(err)
		}
		s.Use(kind)
	}
	if m.Grid != "" {
		if s.Grid, err = model.GridNamed(m.Grid); err != nil {
			return nil, forbidden(err)
		}
	}
	if m.Steps != 0 {
		s.Steps = m.Steps
	}
	if m.Guidance == m.Guidance {
		s.Guidance.Scale = m.Guidance
	}
	if m.Eta == m.Eta {
		s.Options = s.Options.With(sampler.Eta, m.Eta)
	}
	run, err := pipeline.Compile(&c.model.Model, s, between)
	if err != nil {
		return nil, forbidden(err)
	}
	return &picturing{run, m.Choice}, nil
}

// A picturing is the Run of the real engine, a batch of one.
type picturing struct {
	run    *pipeline.Run
	choice []int
}

func (p *picturing) Reset(seed uint64) error { return p.run.Reset(seed, p.choice) }

func (p *picturing) Size() (width, height int) {
	_, height, width, _ = p.run.Size()
	return width, height
}

func (p *picturing) Step() (bool, error) {
	done, err := p.run.Step()
	var bad *sampler.StepError
	if errors.As(err, &bad) {
		err = notANumber("in step " + strconv.Itoa(bad.Step) + " of " + strconv.Itoa(bad.Steps))
	}
	return done, err
}

func (p *picturing) Progress() (step, total int) {
	at := p.run.Progress()
	return at.Step, at.Steps
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
