package compat

import (
	"fmt"
	"math"

	"tintype/internal/jsontext"
)

// options holds every constructor option of every class, in the reference's own words. A class reads those that its
// defaults name, and ignores the rest, as the reference does.
type options struct {
	steps                               int
	betaStart, betaEnd                  float64
	betas                               string
	trained                             []float64
	zeroSNR                             bool
	prediction                          string
	clip                                bool
	clipRange                           float64
	threshold                           bool
	thresholdRatio, thresholdMax        float64
	spacing                             string
	offset                              int
	alphaToOne                          bool
	variance                            string // "" is null
	order                               int
	algorithm, solver                   string
	lowerOrderFinal, eulerAtFinal       bool
	karras, exponential, beta, lu, flow bool
	flowShift                           float64
	final                               string
	lambdaMin                           float64
	sigmaMin, sigmaMax                  float64 // NaN is null
	sigmaData, rho, noiseScale          float64
	sigmaSchedule, interpolation        string
	timestepType                        string
	dynamicShift                        bool
	timeShift                           string
	shift, shiftTerminal                float64 // NaN is null
	invert, stochastic                  bool
	predictX0                           bool
	noCorrector                         []int
	skipPRK                             bool
	originalSteps                       int
	timestepScaling                     float64
}

type reader func(*options, jsontext.Value) error

// readers say where each option goes. nil: the option changes nothing in a run.
var readers = map[string]reader{
	"num_train_timesteps":        whole(func(o *options) *int { return &o.steps }),
	"beta_start":                 number(func(o *options) *float64 { return &o.betaStart }),
	"beta_end":                   number(func(o *options) *float64 { return &o.betaEnd }),
	"beta_schedule":              word(func(o *options) *string { return &o.betas }),
	"trained_betas":              numbers(func(o *options) *[]float64 { return &o.trained }),
	"rescale_betas_zero_snr":     truth(func(o *options) *bool { return &o.zeroSNR }),
	"prediction_type":            word(func(o *options) *string { return &o.prediction }),
	"clip_sample":                truth(func(o *options) *bool { return &o.clip }),
	"clip_denoised":              truth(func(o *options) *bool { return &o.clip }),
	"clip_sample_range":          number(func(o *options) *float64 { return &o.clipRange }),
	"thresholding":               truth(func(o *options) *bool { return &o.threshold }),
	"dynamic_thresholding_ratio": number(func(o *options) *float64 { return &o.thresholdRatio }),
	"sample_max_value":           number(func(o *options) *float64 { return &o.thresholdMax }),
	"timestep_spacing":           word(func(o *options) *string { return &o.spacing }),
	"steps_offset":               whole(func(o *options) *int { return &o.offset }),
	"set_alpha_to_one":           truth(func(o *options) *bool { return &o.alphaToOne }),
	"variance_type":              word(func(o *options) *string { return &o.variance }),
	"solver_order":               whole(func(o *options) *int { return &o.order }),
	"algorithm_type":             word(func(o *options) *string { return &o.algorithm }),
	"solver_type":                word(func(o *options) *string { return &o.solver }),
	"lower_order_final":          truth(func(o *options) *bool { return &o.lowerOrderFinal }),
	"euler_at_final":             truth(func(o *options) *bool { return &o.eulerAtFinal }),
	"use_karras_sigmas":          truth(func(o *options) *bool { return &o.karras }),
	"use_exponential_sigmas":     truth(func(o *options) *bool { return &o.exponential }),
	"use_beta_sigmas":            truth(func(o *options) *bool { return &o.beta }),
	"use_lu_lambdas":             truth(func(o *options) *bool { return &o.lu }),
	"use_flow_sigmas":            truth(func(o *options) *bool { return &o.flow }),
	"flow_shift":                 number(func(o *options) *float64 { return &o.flowShift }),
	"final_sigmas_type":          word(func(o *options) *string { return &o.final }),
	"lambda_min_clipped":         number(func(o *options) *float64 { return &o.lambdaMin }),
	"sigma_min":                  number(func(o *options) *float64 { return &o.sigmaMin }),
	"sigma_max":                  number(func(o *options) *float64 { return &o.sigmaMax }),
	"sigma_data":                 number(func(o *options) *float64 { return &o.sigmaData }),
	"rho":                        number(func(o *options) *float64 { return &o.rho }),
	"s_noise":                    number(func(o *options) *float64 { return &o.noiseScale }),
	"sigma_schedule":             word(func(o *options) *string { return &o.sigmaSchedule }),
	"interpolation_type":         word(func(o *options) *string { return &o.interpolation }),
	"timestep_type":              word(func(o *options) *string { return &o.timestepType }),
	"use_dynamic_shifting":       truth(func(o *options) *bool { return &o.dynamicShift }),
	"time_shift_type":            word(func(o *options) *string { return &o.timeShift }),
	"shift":                      number(func(o *options) *float64 { return &o.shift }),
	"shift_terminal":             number(func(o *options) *float64 { return &o.shiftTerminal }),
	"invert_sigmas":              truth(func(o *options) *bool { return &o.invert }),
	"stochastic_sampling":        truth(func(o *options) *bool { return &o.stochastic }),
	"predict_x0":                 truth(func(o *options) *bool { return &o.predictX0 }),
	"disable_corrector":          indices(func(o *options) *[]int { return &o.noCorrector }),
	"solver_p":                   null,
	"skip_prk_steps":             truth(func(o *options) *bool { return &o.skipPRK }),
	"original_inference_steps":   whole(func(o *options) *int { return &o.originalSteps }),
	"timestep_scaling":           number(func(o *options) *float64 { return &o.timestepScaling }),

	// What only a pipeline reads, and the seed of a noise that is not ours.
	"base_shift": nil, "max_shift": nil, "base_image_seq_len": nil, "max_image_seq_len": nil, "noise_sampler_seed": nil,
}

func whole(at func(*options) *int) reader {
	return func(o *options, v jsontext.Value) (err error) {
		*at(o), err = v.Int()
		return err
	}
}

// number reads a float; null is NaN, and what Python writes for -infinity is that.
func number(at func(*options) *float64) reader {
	return func(o *options, v jsontext.Value) (err error) {
		switch v.Compact() {
		case "null":
			*at(o) = math.NaN()
		case "-Infinity":
			*at(o) = math.Inf(-1)
		default:
			*at(o), err = v.Float()
		}
		return err
	}
}

func truth(at func(*options) *bool) reader {
	return func(o *options, v jsontext.Value) (err error) {
		if v.IsNull() {
			*at(o) = false
			return nil
		}
		*at(o), err = v.Bool()
		return err
	}
}

func word(at func(*options) *string) reader {
	return func(o *options, v jsontext.Value) (err error) {
		if v.IsNull() {
			*at(o) = ""
			return nil
		}
		*at(o), err = v.Text()
		return err
	}
}

func numbers(at func(*options) *[]float64) reader {
	return func(o *options, v jsontext.Value) (err error) {
		if v.IsNull() {
			*at(o) = nil
			return nil
		}
		*at(o), err = v.Floats()
		return err
	}
}

func indices(at func(*options) *[]int) reader {
	return func(o *options, v jsontext.Value) (err error) {
		*at(o), err = v.Ints()
		return err
	}
}

func null(_ *options, v jsontext.Value) error {
	if !v.IsNull() {
		return v.Fail("only null is implemented")
	}
	return nil
}

// read takes the options that the class names from its defaults, then from the config.
func (c *class) read(config jsontext.Value) (*options, error) {
	defaults, err := jsontext.Parse("defaults", "{"+c.defaults+"}", jsontext.Config)
	if err != nil {
		return nil, err
	}
	members, err := defaults.Members()
	if err != nil {
		return nil, err
	}
	o := &options{}
	for _, m := range members {
		read := readers[m.Key]
		if read == nil {
			continue
		}
		v := config.Get(m.Key)
		if !v.Exists() {
			v = m.Value
		}
		if err := read(o, v); err != nil {
			return nil, err
		}
	}
	if o.trained != nil && len(o.trained) != o.steps {
		return nil, fmt.Errorf("trained_betas: %d values, num_train_timesteps is %d", len(o.trained), o.steps)
	}
	return o, nil
}
