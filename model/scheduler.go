package model

import (
	"errors"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/internal/jsontext"
)

// schedulerConfig is a diffusers scheduler config with a type for each word. The zero numbers of a class are in
// schedulerClasses.
type schedulerConfig struct {
	class             schedulerClass
	steps             int // num_train_timesteps
	betaStart         float64
	betaEnd           float64
	betas             betaSchedule
	trained           []float64 // trained_betas, nil if there are none
	zeroSNR           bool      // rescale_betas_zero_snr
	prediction        denoise.Prediction
	clip              bool
	clipRange         float64
	largeVariance     bool // DDPM's fixed_large
	heunCorrection    bool // DPM-Solver's solver_type heun
	spacing           schedule.GridKind
	karras            bool
	offset            int
	numInferenceSteps int // what the class's pipeline asks for
}

type betaSchedule uint8

const (
	betaLinear betaSchedule = iota
	betaScaledLinear
	betaCosine
)

// schedulerClass is what the name of a scheduler's class says: its solver and the defaults of its fields.
type schedulerClass uint8

const (
	classDDPM schedulerClass = iota
	classDDIM
	classEuler
	classHeun
	classDPMMultistep
)

var schedulerClasses = []word[schedulerClass]{
	{"DDPMScheduler", classDDPM}, {"GaussianDDPMScheduler", classDDPM}, {"DDIMScheduler", classDDIM},
	{"EulerDiscreteScheduler", classEuler}, {"HeunDiscreteScheduler", classHeun},
	{"DPMSolverMultistepScheduler", classDPMMultistep},
}

// defaults gives a class's fields as its constructor has them, and the number of steps of its pipeline: a DDPM
// walks every trained step, 50 is the habit of the others.
func (class schedulerClass) defaults() schedulerConfig {
	c := schedulerConfig{
		class: class, steps: 1000, betaStart: 0.0001, betaEnd: 0.02,
		clipRange: 1, spacing: schedule.Linspace, numInferenceSteps: 50,
	}
	switch class {
	case classDDPM:
		c.clip, c.spacing, c.numInferenceSteps = true, schedule.Leading, 0
	case classDDIM:
		c.clip, c.spacing = true, schedule.Leading
	case classHeun:
		c.betaStart, c.betaEnd = 0.00085, 0.012
	}
	return c
}

// readScheduler reads a scheduler config: without one nobody knows which process the network was trained on.
func readScheduler(root jsontext.Value) (schedulerConfig, error) {
	if !root.Exists() {
		return schedulerConfig{}, errors.New("scheduler: missing: a network cannot be sampled without its scheduler's config")
	}
	name, err := root.Get("_class_name").Text()
	if err != nil {
		return schedulerConfig{}, err
	}
	class, err := pick(schedulerClasses, root.Get("_class_name"), name)
	if err != nil {
		return schedulerConfig{}, err
	}
	c := class.defaults()
	if err := readFields(&c, root, schedulerFields); err != nil {
		return c, err
	}
	if c.clip && !(c.clipRange > 0) {
		return c, root.Get("clip_sample_range").Fail("expected a number above 0 beside clip_sample")
	}
	if c.trained != nil && len(c.trained) != c.steps {
		// Diffusers takes the table's length; a config that names both must agree.
		if root.Get("num_train_timesteps").Exists() {
			return c, root.Get("trained_betas").Fail("contradicts num_train_timesteps")
		}
		c.steps = len(c.trained)
	}
	c.numInferenceSteps = c.defaultSteps()
	return c, nil
}

// defaultSteps is the class's number of steps, or as many as the process has. An offset takes the last ones from
// leading, which would begin beyond the table (diffusers does, and fails).
func (c schedulerConfig) defaultSteps() int {
	most := c.steps
	if c.grid() == schedule.Leading && c.offset < c.steps {
		most -= c.offset
	}
	if c.numInferenceSteps == 0 {
		return most
	}
	return min(c.numInferenceSteps, most)
}

var schedulerFields = map[string]field[schedulerConfig]{
	"num_train_timesteps":    integer(func(c *schedulerConfig) *int { return &c.steps }),
	"beta_start":             number(func(c *schedulerConfig) *float64 { return &c.betaStart }),
	"beta_end":               number(func(c *schedulerConfig) *float64 { return &c.betaEnd }),
	"beta_schedule":          choice(betaSchedules, func(c *schedulerConfig) *betaSchedule { return &c.betas }),
	"trained_betas":          readTrainedBetas,
	"rescale_betas_zero_snr": boolean(func(c *schedulerConfig) *bool { return &c.zeroSNR }),
	"prediction_type":        choice(predictionTypes, func(c *schedulerConfig) *denoise.Prediction { return &c.prediction }),
	"clip_sample":            boolean(func(c *schedulerConfig) *bool { return &c.clip }),
	"clip_sample_range":      number(func(c *schedulerConfig) *float64 { return &c.clipRange }),
	"variance_type":          choice(varianceTypes, func(c *schedulerConfig) *bool { return &c.largeVariance }),
	"solver_type":            choice(solverTypes, func(c *schedulerConfig) *bool { return &c.heunCorrection }),
	"timestep_spacing":       choice(spacings, func(c *schedulerConfig) *schedule.GridKind { return &c.spacing }),
	"use_karras_sigmas":      boolean(func(c *schedulerConfig) *bool { return &c.karras }),
	"steps_offset":           integer(func(c *schedulerConfig) *int { return &c.offset }),

	// Fields with one value that is implemented.
	"thresholding":               only("false"),
	"use_exponential_sigmas":     only("false"),
	"use_beta_sigmas":            only("false"),
	"use_lu_lambdas":             only("false"),
	"use_flow_sigmas":            only("false"),
	"use_dynamic_shifting":       only("false"),
	"set_alpha_to_one":           only("true"),
	"final_sigmas_type":          only(`"zero"`),
	"algorithm_type":             only(`"dpmsolver++"`),
	"solver_order":               only("2"),
	"lambda_min_clipped":         only("-Infinity"),
	"interpolation_type":         only(`"linear"`),
	"timestep_type":              only(`"discrete"`),
	"lower_order_final":          ignored[schedulerConfig], // the last step is of order 1 here: it ends without noise
	"euler_at_final":             ignored[schedulerConfig],
	"dynamic_thresholding_ratio": ignored[schedulerConfig], // acts with thresholding only, which is refused
	"sample_max_value":           ignored[schedulerConfig],
	"flow_shift":                 ignored[schedulerConfig], // acts with flow sigmas only, which are refused
	"time_shift_type":            ignored[schedulerConfig], // acts with dynamic shifting only, which is refused
	"predict_epsilon":            only("true"),             // prediction_type before diffusers 0.10
	"tensor_format":              ignored[schedulerConfig], // of the first diffusers: numpy or torch
}

var (
	betaSchedules   = []word[betaSchedule]{{"linear", betaLinear}, {"scaled_linear", betaScaledLinear}, {"squaredcos_cap_v2", betaCosine}}
	predictionTypes = []word[denoise.Prediction]{{"epsilon", denoise.PredictEpsilon}, {"v_prediction", denoise.PredictV}, {"sample", denoise.PredictSample}}
	varianceTypes   = []word[bool]{{"fixed_small", false}, {"fixed_small_log", false}, {"fixed_large", true}, {"", false}}
	solverTypes     = []word[bool]{{"midpoint", false}, {"heun", true}}
	spacings        = []word[schedule.GridKind]{{"linspace", schedule.Linspace}, {"leading", schedule.Leading}, {"trailing", schedule.Trailing}}
)

// only accepts one value.
func only(text string) field[schedulerConfig] {
	return func(_ *schedulerConfig, v jsontext.Value) error {
		if v.Compact() != text {
			return v.Fail(v.Compact() + " is not implemented; implemented is " + text)
		}
		return nil
	}
}

func readTrainedBetas(c *schedulerConfig, v jsontext.Value) (err error) {
	if !v.IsNull() {
		c.trained, err = v.Floats()
	}
	return err
}

// process builds the forward process.
func (c schedulerConfig) process() (*schedule.VPDiscrete, error) {
	betas, err := c.trained, error(nil)
	if betas == nil {
		switch c.betas {
		case betaScaledLinear:
			betas, err = schedule.BetasScaledLinear(c.betaStart, c.betaEnd, c.steps)
		case betaCosine:
			betas, err = schedule.BetasCosine(c.steps)
		default:
			betas, err = schedule.BetasLinear(c.betaStart, c.betaEnd, c.steps)
		}
	}
	if err != nil {
		return nil, err
	}
	if c.zeroSNR {
		betas = schedule.ZeroTerminalSNR(betas)
	}
	return schedule.NewVPDiscrete(betas)
}

// grid is the class's grid.
func (c schedulerConfig) grid() schedule.GridKind {
	if c.karras {
		return schedule.Karras
	}
	return c.spacing
}
