//go:build js && wasm

package worker

import (
	"errors"
	"io"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/model"
	"tintype/wasm/proto"
	"tintype/weights"
)

// A checkpoint is the Model of the real engine.
type checkpoint struct {
	id    string
	model *model.Model
}

// openModel is the loader of the real engine.
func openModel(file io.Reader, ref proto.ModelRef) (picturer, error) {
	c, err := openFile(file, ref)
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

func openFile(file io.Reader, ref proto.ModelRef) (*weights.Checkpoint, error) {
	o := weights.Options{Expect: weights.Expect{SHA256: ref.SHA256, Bytes: ref.Bytes, RawBytes: ref.RawBytes}}
	if r, ok := file.(*checkedReader); ok && r.hash != nil {
		o.Hash = r.hash
	}
	return weights.Open(file, ref.Name(), o)
}

// Attach makes a file the model's classifier.
func (c *checkpoint) Attach(file io.Reader, ref proto.ModelRef) error {
	f, err := openFile(file, ref)
	if err != nil {
		return err
	}
	defer f.Close()
	k, err := model.LoadClassifier(f)
	if err != nil {
		return err
	}
	return c.model.Attach(k)
}

// HasClassifier reports whether the model can be guided by one.
func (c *checkpoint) HasClassifier() bool { return c.model.Classifier != nil }

// Choice reads a label.
func (c *checkpoint) Choice(label string) ([]int, error) {
	choice, err := c.model.ParseLabel(label)
	if err != nil {
		return nil, &proto.Error{Type: proto.ErrSpec, Text: "The " + err.Error() + ".", Remedy: "Choose one of the model's own."}
	}
	return choice, nil
}

// Info describes the model and its sampling contract.
func (c *checkpoint) Info() proto.Info {
	m := c.model
	height, width, _ := m.PictureSize()
	d := m.Contract.Defaults
	info := proto.Info{
		ID: c.id, Name: m.Name, Licence: m.Licence, Provenance: m.Provenance,
		Width: width, Height: height, Parameters: m.Parameters, Memory: m.Packed,
		Defaults: proto.Defaults{
			Solver: d.Solver.String(), Grid: d.Grid.String(), Steps: d.Steps, Guidance: d.Guidance, Settings: d.Options.List(nil, ""),
		},
		GuidanceReason: reasonOf(m.CheckGuidance()),
	}
	if m.Cond != nil {
		for i, s := range m.Cond.Slots {
			info.Slots = append(info.Slots, proto.Slot{Name: s.Name, Values: s.Values, Open: m.Cond.CanBeOpen(), Null: m.Cond.NullRow(i)})
		}
	}
	for _, s := range solver.Solvers() {
		if s.Needs.Foreign() && !m.Extras.Has(s.Needs, m.Process) {
			continue // of another kind of model: nothing to choose here
		}
		info.Solvers = append(info.Solvers, proto.Option{
			Name: s.Name, Reason: c.solverReason(s.Kind), Line: s.Line,
			Order: s.Order, Cost: s.Evals.String(), Evals: linesOf(s.Evals), Stochastic: s.Stochastic, Settings: settingsOf(s.Knobs),
		})
	}
	for _, g := range schedule.Grids() {
		info.Grids = append(info.Grids, proto.Option{Name: g.Name, Reason: reasonOf(m.CheckGrid(g.Kind)), Line: g.Line})
	}
	info.Steps = m.Contract.TrainedSteps
	if n := len(m.Contract.Times); len(info.Steps) == 0 && n > 0 {
		info.Steps = []int{n}
	}
	return info
}

// linesOf are the formulas of a solver's evaluations.
func linesOf(e solver.Evals) []proto.Line {
	out := make([]proto.Line, len(e.Lines))
	for i, l := range e.Lines {
		out[i] = proto.Line(l)
	}
	return out
}

// settingsOf describes the settings that a solver reads.
func settingsOf(knobs []solver.Knob) []proto.Setting {
	out := make([]proto.Setting, len(knobs))
	for i, k := range knobs {
		s := k.Setting.Info()
		out[i] = proto.Setting{
			Name: s.Name, Line: s.Line, Default: k.Default, Min: k.Min, Max: k.Max, Whole: s.Whole, Choices: s.Choices,
		}
	}
	return out
}

// Foresee says which solvers would end in noise on a grid, at their own settings.
func (c *checkpoint) Foresee(grid string, steps int, between func() error) ([]proto.Outlook, error) {
	k, err := model.GridNamed(grid)
	if err != nil {
		return nil, forbidden(err)
	}
	seen := []proto.Outlook{}
	for _, s := range solver.Solvers() {
		spec := c.model.Defaults()
		spec.Use(s.Kind)
		spec.UseGrid(k)
		spec.Steps = steps
		var clash *pipeline.Clash
		if c.model.CheckSolver(s.Kind) == nil && errors.As(c.model.Foresee(spec), &clash) {
			seen = append(seen, proto.Outlook{Solver: s.Name, Reason: clash.Problem, Remedy: clash.Remedy})
		}
		if err := between(); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// solverReason is why the contract forbids a solver, in the checkpoint's own
// words where it has some.
func (c *checkpoint) solverReason(k solver.Kind) string {
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
