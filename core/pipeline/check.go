package pipeline

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/edit"
	"tintype/core/guidance"
	"tintype/core/limits"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// plan is what the check finds out on its way.
type plan struct {
	h, w   int // of the network's input
	guided bool
	thresh Threshold
	solver tape.Program
	known  *edit.Measurement // nil: the run is held to nothing
	start  schedule.Level
	begin  float32 // what the first noise is scaled by

	warning error // a *Clash that does not keep it from running; nil: there is none
}

// check is the one place that decides what goes together: it returns the compiled solver, or a *Clash.
func check(m *Model, s *Spec) (*plan, error) {
	p := &plan{guided: s.Guidance.On()}
	own := []func() error{
		m.check,
		func() error { return m.checkSize(s, p) },
		func() error { return m.CheckSolver(s.Solver) },
		func() error { return m.CheckGrid(s.Grid) },
		func() error { return m.checkSteps(s.Steps) },
		func() error { return m.checkGuidance(s) },
		func() error { return m.checkClassifier(s) },
		func() error { return checkVary(s.Vary) },
		func() error { return m.checkThreshold(s, p) },
		func() error { return m.Cond.check(s.Choice) },
		func() error { return m.checkEdit(s, p) },
		func() error { return m.checkFrom(s, p) },
		func() error { return m.checkCompiled(s, p) },
	}
	if s.Reference != nil {
		own = []func() error{
			m.check,
			func() error { return m.checkSize(s, p) },
			func() error { return m.checkSteps(s.Steps) },
			func() error { return m.checkGuidance(s) },
			func() error { return checkVary(s.Vary) },
			func() error { return m.Cond.check(s.Choice) },
			func() error { return m.checkReference(s, p) },
		}
	}
	for _, f := range own {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// check covers the model itself.
func (m *Model) check() error {
	if m.Network == nil || m.Process == nil {
		return clash(SettingModel, "give it both", "the model has no network or no process")
	}
	if m.H < 1 || m.W < 1 || m.C < 1 || m.H > limits.Side || m.W > limits.Side || m.C > limits.Side {
		return clash(SettingModel, fmt.Sprintf("use 1 to %d", limits.Side),
			"network input of %d x %d with %d channels", m.H, m.W, m.C)
	}
	if err := m.Codec.check(m.C); err != nil {
		return err
	}
	if _, _, c := m.PictureSize(); c != 1 && c != 3 {
		return clash(SettingModel, "use a model of grey (1) or RGB (3) pictures",
			"pictures of %d channels cannot be shown", c)
	}
	if !(m.Clip >= 0 && m.Clip <= math.MaxFloat32) {
		return clash(SettingModel, "use a positive range, or 0 for no clipping", "clipping to %v", m.Clip)
	}
	return nil
}

// checkSize resolves the size of the picture to the network's.
func (m *Model) checkSize(s *Spec, p *plan) error {
	if s.Batch < 1 || s.Batch > limits.Batch {
		return clash(SettingBatch, fmt.Sprintf("use 1 to %d", limits.Batch), "%d pictures at once", s.Batch)
	}
	h, w, _ := m.PictureSize()
	if s.H != 0 {
		h = s.H
	}
	if s.W != 0 {
		w = s.W
	}
	f := m.Codec.factor()
	if h < 1 || w < 1 || h > limits.Side || w > limits.Side {
		return clash(SettingSize, fmt.Sprintf("use 1 to %d", limits.Side), "a picture of %d x %d", h, w)
	}
	if h%f != 0 || w%f != 0 {
		return clash(SettingSize, fmt.Sprintf("use multiples of %d", f),
			"%v holds blocks of %d pixels, and the picture is %d x %d", m.Codec.Kind, f, h, w)
	}
	p.h, p.w = h/f, w/f
	n := int64(s.Batch) * int64(p.h) * int64(p.w) * int64(m.C)
	if p.guided {
		n *= 2
	}
	if n > limits.Values {
		return clash(SettingBatch, "ask for fewer or smaller pictures",
			"%d pictures of %d x %d are too much memory", s.Batch, h, w)
	}
	return nil
}

// CheckSolver returns the *Clash of a solver and the checkpoint's contract, or nil.
func (m *Model) CheckSolver(k solver.Kind) error {
	c := &m.Contract
	info, ok := k.Info()
	if !ok {
		return clash(SettingSolver, "use one of the listed solvers", "solver %d does not exist", k)
	}
	remedy := fmt.Sprintf("use %v", c.Defaults.Solver)
	if why, no := c.Forbidden[k]; no {
		return clash(SettingSolver, remedy, "the model forbids %v (%s)", k, why)
	}
	allowed := len(c.Allowed) == 0
	for _, a := range c.Allowed {
		allowed = allowed || a == k
	}
	if !allowed {
		why := ""
		if c.Reason != "" {
			why = " (" + c.Reason + ")"
		}
		return clash(SettingSolver, remedy, "the model does not allow %v%s", k, why)
	}
	if info.Guided && m.CheckGuidance() != nil {
		return clash(SettingSolver, remedy, "%v needs guidance, and the model cannot be guided", k)
	}
	if !m.Extras.Has(info.Needs, m.Process) {
		return caused(SettingSolver, &solver.NeedError{Kind: k, Need: info.Needs})
	}
	if c.Deterministic && info.Stochastic {
		return clash(SettingSolver, remedy, "%v draws noise, and the model was trained for steps without", k)
	}
	return nil
}

// CheckGrid returns the *Clash of a grid and the checkpoint's contract, or nil.
func (m *Model) CheckGrid(k schedule.GridKind) error {
	if int(k) >= len(schedule.Grids()) {
		return clash(SettingGrid, "use one of the listed grids", "grid %d does not exist", k)
	}
	if d := m.Contract.Defaults.Grid; m.Contract.student() && k != d {
		return clash(SettingGrid, fmt.Sprintf("use %v", d),
			"the model was distilled to its own steps and knows no others than %v's", d)
	}
	if k.Listed() {
		return nil // its levels are the spec's
	}
	return m.suits(k)
}

// suits returns the *Clash of a grid that no number of steps makes fit for the model's process.
func (m *Model) suits(k schedule.GridKind) (err error) {
	own := m.Grid
	own.Options = own.For(k.Knobs())
	for _, n := range []int{10, 4, 2, 1, m.Contract.Defaults.Steps} {
		if _, err = k.Grid(own)(m.Process, n); err == nil {
			return nil
		}
	}
	return caused(SettingGrid, err)
}

// checkSteps covers the process and the contract; a grid may have bounds of its own.
func (m *Model) checkSteps(n int) error {
	c := &m.Contract
	if p, ok := m.Process.(schedule.Stepped); n < 1 || ok && n > p.Steps() {
		remedy := "use 1 or more"
		if ok {
			remedy = fmt.Sprintf("use 1 to %d", p.Steps())
		}
		return clash(SettingSteps, remedy, "%d steps", n)
	}
	if c.MostSteps > 0 && n > c.MostSteps {
		return clash(SettingSteps, fmt.Sprintf("use 1 to %d", c.MostSteps), "the model was distilled to %d steps at most, and %d were asked for", c.MostSteps, n)
	}
	if len(c.TrainedSteps) == 0 {
		if len(c.Times) > 0 && n != len(c.Times) {
			return clash(SettingSteps, fmt.Sprintf("use %d", len(c.Times)),
				"the model visits its own list of %d times, and %d steps were asked for", len(c.Times), n)
		}
		return nil
	}
	for _, t := range c.TrainedSteps {
		if t == n {
			return nil
		}
	}
	return clash(SettingSteps, "use "+list(c.TrainedSteps),
		"the model was distilled to exactly %s steps, and %d were asked for", list(c.TrainedSteps), n)
}

// CheckGuidance returns the *Clash that keeps any guidance other than 1 from this checkpoint, or nil.
func (m *Model) CheckGuidance() error {
	switch {
	case m.Contract.NoGuidance && m.Contract.BakedGuidance != 0:
		return clash(SettingGuidance, "use guidance 1",
			"guidance of %v is already folded into the model", m.Contract.BakedGuidance)
	case m.Contract.NoGuidance:
		return clash(SettingGuidance, "use guidance 1", "the model does not allow guidance")
	case m.Cond == nil || m.Cond.kind == condTime:
		return clash(SettingGuidance, "use guidance 1", "the model takes no condition to be guided by")
	case !m.Cond.CanBeOpen():
		return clash(SettingGuidance, "use guidance 1", "the model has no null label to be guided away from")
	}
	return nil
}

func (m *Model) checkGuidance(s *Spec) error {
	g := s.Guidance
	if err := g.Check(); err != nil {
		return caused(SettingGuidance, err)
	}
	info, _ := s.Solver.Info()
	if g.On() && g.Bounded() {
		switch {
		case info.Guided:
			return clash(SettingGuidance, "guide every level, or use euler", "%v reads the unconditional estimate of every level", s.Solver)
		case m.Extras.Head != solver.HeadNone:
			return clash(SettingGuidance, "guide every level", "guidance of some levels with a network of two outputs")
		}
	}
	if g.On() {
		return m.CheckGuidance()
	}
	if info.Guided {
		return clash(SettingGuidance, "use another guidance, or euler", "%v needs guidance, and guidance 1 is none", s.Solver)
	}
	return nil
}

// checkThreshold resolves the threshold: the spec's, or the model's.
func (m *Model) checkThreshold(s *Spec, p *plan) error {
	if p.thresh = m.Thresh; s.Thresh != nil {
		p.thresh = *s.Thresh
	}
	if p.thresh.Max == 0 {
		p.thresh.Max = math.Inf(1)
	}
	if t := p.thresh; !(t.Quantile >= 0 && t.Quantile <= 1 && t.Max >= 1) {
		return clash(SettingThreshold, "use a quantile of 0 to 1 and a largest threshold of 1 or more",
			"threshold at quantile %v, at most %v", t.Quantile, t.Max)
	}
	return nil
}

// checkFrom covers a run that goes on where another stood.
func (m *Model) checkFrom(s *Spec, p *plan) error {
	switch f := s.From; {
	case f == nil:
		return nil
	case f.Step < 0 || f.Step >= s.Steps:
		return clash(SettingSteps, fmt.Sprintf("go on from step 0 to %d", s.Steps-1), "going on from step %d of %d", f.Step, s.Steps)
	case len(f.X) != s.Batch*p.h*p.w*m.C:
		return clash(SettingSize, "use the state of a run of the same size", "a state of %d values, expected %d x %d x %d x %d",
			len(f.X), s.Batch, p.h, p.w, m.C)
	case s.Edit != nil && s.Edit.Strength < 1:
		return clash(SettingEdit, "use strength 1", "a run cannot both begin with a picture and go on from a step")
	}
	return nil
}

// begin is the number of the level that a run begins at.
func (s *Spec) begin() (int, error) {
	if s.From != nil {
		return s.From.Step, nil
	}
	return s.Edit.begin(s.Steps)
}

// checkEdit lays out what the run is held to.
func (m *Model) checkEdit(s *Spec, p *plan) error {
	h, w, c := m.Codec.picture(p.h, p.w, m.C)
	if err := checkEdit(s.Edit, h, w, c); err != nil {
		return err
	}
	if s.Edit != nil && s.Edit.Invert > 0 && m.Contract.student() {
		return clash(SettingEdit, "use its teacher", "the steps of a network that was distilled to few cannot be undone")
	}
	p.known = m.measurement(s.Edit, p.h, p.w)
	return nil
}

// levels are those of the spec's grid, or of the contract's own list.
func (m *Model) levels(s *Spec) ([]schedule.Level, error) {
	own := m.Grid
	own.Options = m.gridOptions(s)
	if t := m.Contract.Times; len(t) == s.Steps {
		own.Times = t
		if s.Grid != schedule.ConsistencySteps { // which reads the list itself
			return schedule.TimeList.Grid(schedule.GridOptions{Options: own.For(schedule.TimeList.Knobs()), Times: t})(m.Process, s.Steps)
		}
	}
	switch {
	case s.Grid == schedule.TimeList:
		own.Times = s.Levels
	case s.Grid == schedule.SigmaList:
		own.Sigmas = s.Levels
	case s.Levels != nil:
		return nil, &schedule.GridError{Problem: fmt.Sprintf("levels beside the grid %v", s.Grid), Remedy: "use the grid times or sigmas, or leave the levels out"}
	}
	return s.Grid.Grid(own)(m.Process, s.Steps)
}

// gridOptions are the spec's, and the checkpoint's own where it leaves one out.
func (m *Model) gridOptions(s *Spec) schedule.Options {
	return s.GridOptions.Over(m.Grid.For(s.Grid.Knobs()))
}

// compile makes levels and program, and asks the parameterisation about every level that will be evaluated.
func (m *Model) compile(s *Spec, p *plan) error {
	levels, err := m.levels(s)
	if err != nil {
		return caused(SettingGrid, err)
	}
	begin, err := s.begin()
	if err != nil {
		return err
	}
	levels = levels[begin:]
	p.start, p.begin = levels[0], 1
	if l := p.start; m.gridOptions(s).Whole(schedule.Start) == schedule.StartNoise {
		p.begin = float32(l.S / math.Sqrt(float64(l.A*l.A)+float64(l.S*l.S)))
	}
	options := s.Options.Over(m.Options.For(s.Solver.Knobs()))
	if p.solver, err = s.Edit.program(&m.Extras, s.Solver, options, m.Process, levels, p.known); err != nil {
		return caused(SettingSteps, err)
	}
	if s.Edit != nil && s.Edit.Invert > 0 {
		p.start = levels[len(levels)-1]
	}
	if m.Contract.Deterministic && p.solver.DrawsNoise() {
		return clash(SettingOption, "leave its settings out", "%v adds noise with these settings, and the model was trained for steps without", s.Solver)
	}
	param := m.Reading.Param()
	for _, l := range p.solver.Asked() {
		if _, err := param(l); err != nil {
			return caused(SettingGrid, err)
		}
	}
	return nil
}

// caused makes a clash of another package's error.
func caused(s Setting, err error) error {
	var grid *schedule.GridError
	var signal *denoise.NoSignalError
	var variance *denoise.VarianceError
	var guide *guidance.OptionError
	var option *solver.SettingError
	var gridOption *schedule.SettingError
	var need *solver.NeedError
	switch {
	case errors.As(err, &gridOption):
		return &Clash{SettingGrid, gridOption.Problem, gridOption.Remedy, err}
	case errors.As(err, &option):
		return &Clash{SettingOption, option.Problem, option.Remedy, err}
	case errors.As(err, &guide):
		return &Clash{s, guide.Problem, guide.Remedy, err}
	case errors.As(err, &grid):
		return &Clash{s, grid.Problem, grid.Remedy, err}
	case errors.As(err, &need):
		return &Clash{SettingSolver, need.Problem(), need.Remedy(), err}
	case errors.As(err, &signal):
		return &Clash{s, signal.Problem(), signal.Remedy(), err}
	case errors.As(err, &variance):
		return &Clash{SettingModel, err.Error(), "use another checkpoint", err}
	}
	return &Clash{s, err.Error(), "use other settings", err}
}

// list writes numbers as people do: 1, 2 or 4.
func list(n []int) string {
	s := ""
	for i, v := range n {
		switch {
		case i == 0:
		case i == len(n)-1:
			s += " or "
		default:
			s += ", "
		}
		s += fmt.Sprint(v)
	}
	return s
}
