// Package compat does what a scheduler of the reference implementation (Hugging Face diffusers) does, its defects
// included: from a scheduler's class, its constructor's options and a number of steps it makes the times and sigmas
// that the class would visit, and a tape of its steps. It exists to prove parity with recorded runs, and to repeat
// pictures that were made with the reference. Package core/solver is the right mathematics; where both agree its
// solvers are used here, on the reference's levels.
//
// The formulas were written down from the reference's behaviour; none of its code is here.
package compat

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
	"tintype/internal/scheduler"
	"tintype/internal/strictjson"
)

// Plan is what a scheduler does with a number of steps.
type Plan struct {
	Times  []float64 // what the network is told, call by call
	Sigmas []float64 // as the class lists them; nil where it has none
	Init   float64   // what the first noise is multiplied by
	Tape   *tape.Tape
	Param  denoise.Param // how the network is asked, and how its output is read
	Bound  Bound         // of the estimate
	Note   string        // where the reference would fill its picture with NaN: what is done instead
}

// Settings are the arguments of a scheduler's step and set_timesteps.
type Settings struct {
	Eta                     float64 // of DDIM and TCD
	ClippedNoise            bool    // use_clipped_model_output of DDIM
	Churn, TMin, TMax, SAdd float64 // s_churn, s_tmin, s_tmax, s_noise
	Order                   int     // of LMS
	Mu                      float64 // of dynamic shifting
	Strength                float64 // of LCM and TCD: how much of the distilled grid is run
	OriginalSteps           int     // of LCM and TCD: steps of that grid; 0: the constructor's
}

// NewSettings are the reference's defaults.
func (s *Scheduler) NewSettings() Settings {
	eta := 0.0
	if s.Name == "TCDScheduler" {
		eta = 0.3
	}
	return Settings{Eta: eta, TMax: math.Inf(1), SAdd: 1, Order: 4, Mu: math.NaN(), Strength: 1}
}

// Scheduler is a class with its constructor's options.
type Scheduler struct {
	*options
	plan func(s *Scheduler, n int, with Settings) (*Plan, error)
}

// options are the values of a class's options.
type options struct{ *scheduler.Config }

// Read takes a scheduler's config as the reference saves it: "_class_name" and options.
func Read(config strictjson.Value) (*Scheduler, error) {
	c, err := scheduler.Read(config)
	if err != nil {
		return nil, err
	}
	return planned(c)
}

// New is Read with the class given apart.
func New(name string, config strictjson.Value) (*Scheduler, error) {
	if plans[name] == nil {
		return nil, unknown(name)
	}
	c, err := scheduler.New(name, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return planned(c)
}

func planned(c *scheduler.Config) (*Scheduler, error) {
	if plans[c.Name] == nil {
		return nil, unknown(c.Name)
	}
	return &Scheduler{&options{c}, plans[c.Name]}, nil
}

func unknown(name string) error {
	return fmt.Errorf("scheduler class %q is not one that compat knows", name)
}

// Plan makes the times, sigmas and the tape of n steps.
func (s *Scheduler) Plan(n int, with Settings) (*Plan, error) {
	again := *s.Config // a plan may replace words of its options
	p, err := s.plan(&Scheduler{&options{&again}, s.plan}, n, with)
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	return p, nil
}

var errNotFinite = errors.New("the reference computes a coefficient that is not a number here, and so a picture that is none")

// check refuses what the reference fills with NaN.
func (p *Plan) check() error {
	for i := range p.Tape.Ops {
		op := &p.Tape.Ops[i]
		for _, c := range op.Coef[:op.Terms] {
			if op.Kind == tape.OpLin && math.IsInf(c-c, 0) || c != c {
				return errNotFinite
			}
		}
		if op.Kind != tape.OpEval {
			continue
		}
		param, err := p.Param(p.Tape.Levels[op.Level])
		if err != nil {
			return err
		}
		if v := param.Skip + param.Out + param.In; v-v != 0 {
			return errNotFinite
		}
	}
	return nil
}

// emit is what a family of schedulers adds to a tape: Builder.Eval at levels by their number.
type emit func(levels []schedule.Level, b *tape.Builder) error

// plan assembles a plan; the first noise is multiplied by init.
func newPlan(times, sigmas []float64, init float64, param denoise.Param, levels []schedule.Level, steps emit) (*Plan, error) {
	compiled, err := tape.Assemble(levels, steps)
	if err != nil {
		return nil, err
	}
	compiled.Scale = init
	return &Plan{Times: times, Sigmas: sigmas, Init: init, Tape: compiled, Param: param}, nil
}

// param is how the estimate follows from the network's output in variance-preserving coordinates.
func (o *options) param() (denoise.Param, error) {
	for _, p := range []denoise.Prediction{denoise.PredictEpsilon, denoise.PredictV, denoise.PredictSample} {
		if p.String() == string(o.Prediction) {
			return p.Param(), nil
		}
	}
	return nil, fmt.Errorf("prediction_type %q is not one that the class knows", o.Prediction)
}

// noSample is param for the classes that refuse a network that returns the clean picture.
func (o *options) noSample() (denoise.Param, error) {
	if o.Prediction == "sample" {
		return nil, fmt.Errorf("prediction_type %q is not one that the class knows", o.Prediction)
	}
	return o.param()
}

// scaledParam reads a network of variance-preserving coordinates where the state is X = x/a, at levels {T, 1, σ}.
func scaledParam(vp denoise.Param) denoise.Param {
	return func(l schedule.Level) (denoise.Precond, error) {
		a := 1 / math.Sqrt(1+float64(l.S*l.S))
		p, err := vp(schedule.Level{T: l.T, A: a, S: float64(l.S * a)})
		p.In, p.Skip = p.In*a, p.Skip*a
		return p, err
	}
}

// flowParam reads a network that returns ε - x0. At a level without noise the estimate would not hold the output any
// more, which the reference goes on to use: there it stands for the estimate.
func flowParam(l schedule.Level) (denoise.Precond, error) {
	if l.S == 0 {
		return denoise.Precond{In: 1, Out: 1, Time: l.T}, nil
	}
	return denoise.Precond{In: 1, Skip: 1, Out: -l.S, Time: l.T}, nil
}
