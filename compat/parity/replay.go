package parity

import (
	"fmt"
	"math"
	"slices"

	"tintype/compat"
	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
	"tintype/internal/strictjson"
)

// The tolerances. The reference counts in float32, and those of its solvers that work in lambda take that from
// float32 logarithms too.
const (
	timeTolerance  = 2e-3
	sigmaTolerance = 2e-6 // relative
	askedTolerance = 2e-6 // of the largest value that the network saw
	firstOrderStep = 2e-6 // of the largest value of a picture, as all below
	multistepStep  = 2e-5
	trajectory     = 1e-4
	deis3          = 5e-4

	// rounding is what the reference's own float32 arithmetic loses of the largest state so far: where a run begins at
	// sigma 20000, that is more than 1e-4 of the picture it ends with.
	rounding = 4.0 / (1 << 23)
)

// class says how a class' runs are compared.
type class struct {
	wholeTimes bool // its times are integers, and must be the same
	step       float64
}

var classes = map[string]class{
	"DDPMScheduler": {true, firstOrderStep}, "DDIMScheduler": {true, firstOrderStep}, "DDIMInverseScheduler": {true, firstOrderStep},
	"LCMScheduler": {true, firstOrderStep}, "TCDScheduler": {true, firstOrderStep}, "PNDMScheduler": {true, multistepStep},
	"DPMSolverMultistepScheduler": {true, multistepStep}, "DPMSolverSinglestepScheduler": {true, multistepStep},
	"DEISMultistepScheduler": {true, multistepStep}, "UniPCMultistepScheduler": {true, multistepStep},
	"EulerDiscreteScheduler": {false, firstOrderStep}, "EulerAncestralDiscreteScheduler": {false, firstOrderStep},
	"EDMEulerScheduler": {false, firstOrderStep}, "FlowMatchEulerDiscreteScheduler": {false, firstOrderStep},
	"CMStochasticIterativeScheduler": {false, firstOrderStep},
}

// Result is how a case went: its largest error in units of its tolerance, and what it was.
type Result struct {
	Ratio float64
	What  string
}

// Pass reports that every error is within its tolerance.
func (r Result) Pass() bool { return r.Ratio <= 1 }

func (r *Result) add(what string, off, tolerance float64) {
	ratio := off / tolerance
	if off == 0 {
		ratio = 0
	}
	if ratio != ratio {
		ratio = math.Inf(1)
	}
	if ratio > r.Ratio {
		r.Ratio, r.What = ratio, fmt.Sprintf("%s: off by %.2g, tolerance %.2g", what, off, tolerance)
	}
}

// Replay compares times, sigmas, each step from its recorded state, and the free run. An error says that the case
// could not be run.
func Replay(c *Case) (Result, error) {
	s, err := compat.New(c.Scheduler, c.Config)
	if err != nil {
		return Result{}, err
	}
	with, err := settings(s, c)
	if err != nil {
		return Result{}, err
	}
	p, err := s.Plan(c.N, with)
	if err != nil {
		return Result{}, err
	}
	r := Result{}
	how, known := classes[c.Scheduler]
	if !known {
		how = class{step: multistepStep}
	}
	if err := compareLists(&r, c, p, how); err != nil {
		return r, err
	}
	free := trajectory
	if order, err := c.Config.Get("solver_order").IntOr(0); err == nil && order == 3 && c.Scheduler == "DEISMultistepScheduler" {
		free = deis3
		how.step = deis3
	}
	if err := run(&r, c, p, true, how.step); err != nil {
		return r, err
	}
	err = run(&r, c, p, false, free)
	return r, err
}

func compareLists(r *Result, c *Case, p *compat.Plan, how class) error {
	if len(p.Times) != len(c.Times) {
		return fmt.Errorf("%d times %v, recorded %d", len(p.Times), p.Times, len(c.Times))
	}
	for i, want := range c.Times {
		tolerance := timeTolerance
		if how.wholeTimes {
			tolerance = 0
		}
		r.add(fmt.Sprintf("time %d (%v, recorded %v)", i, p.Times[i], want), math.Abs(p.Times[i]-want), tolerance)
	}
	if c.Sigmas != nil && len(p.Sigmas) != len(c.Sigmas) {
		return fmt.Errorf("%d sigmas %v, recorded %d", len(p.Sigmas), p.Sigmas, len(c.Sigmas))
	}
	for i, want := range c.Sigmas {
		r.add(fmt.Sprintf("sigma %d (%v, recorded %v)", i, p.Sigmas[i], want), math.Abs(p.Sigmas[i]-want), sigmaTolerance*want)
	}
	r.add("init_noise_sigma", math.Abs(p.Init-c.Init), sigmaTolerance*c.Init)
	if p.Tape.NFE != len(c.Steps) {
		return fmt.Errorf("%d calls of the network, recorded %d", p.Tape.NFE, len(c.Steps))
	}
	return nil
}

// settings reads the arguments of step and set_timesteps.
func settings(s *compat.Scheduler, c *Case) (compat.Settings, error) {
	with := s.NewSettings()
	for _, v := range []strictjson.Value{c.Options, c.Set} {
		if !v.Exists() || v.IsNull() {
			continue
		}
		members, err := v.Members()
		if err != nil {
			return with, err
		}
		for _, m := range members {
			if err := with.Read(m.Key, m.Value); err != nil {
				return with, err
			}
		}
	}
	return with, nil
}

// fed is the network of a replay.
type fed struct {
	*Case
	result    *Result
	param     denoise.Param
	pin       bool // each step begins with the recorded state
	tolerance float64
	call      int
	drawn     int // normals that the current call has given
}

// Denoise gives the estimate that follows from the output recorded for this call.
func (d *fed) Denoise(dst, x []float32, l schedule.Level) error {
	if d.call == len(d.Steps) {
		return fmt.Errorf("more than the recorded %d calls", len(d.Steps))
	}
	step := &d.Steps[d.call]
	d.compare(x, step.X)
	p, err := d.param(l)
	if err != nil {
		return err
	}
	if d.pin {
		for i, v := range step.X {
			x[i] = float32(v)
		}
		d.compareAsked(step, p.In)
	}
	for i, f := range step.F {
		dst[i] = float32(float64(p.Skip*float64(x[i])) + float64(p.Out*f))
	}
	d.call++
	d.drawn = 0
	return nil
}

func (d *fed) compare(x []float32, want []float64) {
	most, norm := 0.0, 0.0
	for i, w := range want {
		off := math.Abs(float64(x[i]) - w)
		if off != off {
			off = math.Inf(1)
		}
		most, norm = max(most, off), max(norm, math.Abs(w))
	}
	kind := "the free run"
	if d.pin {
		kind = "one step"
	}
	d.result.add(fmt.Sprintf("%s, at call %d", kind, d.call), most, d.tolerance*norm+rounding*max(d.largest(), norm))
}

// largest is the largest |x| so far. Where each step begins with the recorded state, only those of the last calls
// matter: a step has up to four.
func (d *fed) largest() (most float64) {
	first := 0
	if d.pin {
		first = max(d.call-4, 0)
	}
	for _, s := range d.Steps[first:d.call] {
		for _, v := range s.X {
			most = max(most, math.Abs(v))
		}
	}
	return most
}

func (d *fed) compareAsked(step *Step, in float64) {
	if step.Asked == nil {
		return
	}
	most, norm := 0.0, 0.0
	for i, w := range step.Asked {
		most, norm = max(most, math.Abs(float64(in*step.X[i])-w)), max(norm, math.Abs(w))
	}
	d.result.add(fmt.Sprintf("the network's input at call %d", d.call), most, askedTolerance*norm)
}

// noise gives the normals of the current step in their order.
func (d *fed) noise(dst []float32, key uint32) {
	if key == 0 {
		return
	}
	z := d.Steps[d.call-1].Z
	for i := range dst {
		dst[i] = float32(math.NaN())
		if d.drawn < len(z) {
			dst[i] = float32(z[d.drawn][i])
		}
	}
	d.drawn++
}

func run(r *Result, c *Case, p *compat.Plan, pin bool, tolerance float64) error {
	feed := &fed{Case: c, result: r, param: p.Param, pin: pin, tolerance: tolerance}
	size := len(c.Steps[0].X)
	run := p.Tape.Start(tape.Env{Denoiser: p.Bounded(feed, size), Noise: feed.noise}, size)
	for i, v := range c.Steps[0].X {
		run.X()[i] = float32(v)
	}
	for done := false; !done; {
		var err error
		if done, err = run.Step(); err != nil {
			return err
		}
	}
	if feed.call != len(c.Steps) {
		return fmt.Errorf("%d calls of the network, recorded %d", feed.call, len(c.Steps))
	}
	feed.compare(run.X(), c.Steps[len(c.Steps)-1].Out)
	return nil
}

// Deviation is how far a free run of any plan goes from the recorded one, in units of the tolerance of a free run.
func Deviation(c *Case, p *compat.Plan) (Result, error) {
	r := Result{}
	err := run(&r, c, p, false, trajectory)
	return r, err
}

// Classes groups cases by their scheduler, in the order of their first.
func Classes(cases []*Case) (names []string, of map[string][]*Case) {
	of = map[string][]*Case{}
	for _, c := range cases {
		if !slices.Contains(names, c.Scheduler) {
			names = append(names, c.Scheduler)
		}
		of[c.Scheduler] = append(of[c.Scheduler], c)
	}
	return names, of
}
