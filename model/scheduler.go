package model

import (
	"errors"
	"math"

	"tintype/core/denoise"
	"tintype/internal/jsontext"
)

// schedulerConfig is a diffusers scheduler config with a type for each word. What a class's constructor has for the
// fields that a config leaves out is in schedulerClasses.
type schedulerConfig struct {
	class *schedulerClass

	steps      int // num_train_timesteps
	betaStart  float64
	betaEnd    float64
	betas      betaSchedule
	trained    []float64 // trained_betas, nil if there are none
	zeroSNR    bool      // rescale_betas_zero_snr
	lambdaMin  float64   // lambda_min_clipped
	flowSigmas bool      // the process is a flow, whatever the class
	sigmaMin   float64   // of EDM and consistency models
	sigmaMax   float64
	sigmaData  float64

	prediction denoise.Prediction
	boundary   float64 // timestep_scaling
	logTime    bool    // timestep_type continuous
	clip       bool
	clipRange  float64
	threshold  bool
	quantile   float64 // dynamic_thresholding_ratio
	thresholdM float64 // sample_max_value

	order          int // solver_order
	algorithm      algorithm
	largeVariance  bool // DDPM's fixed_large
	learned        bool // the network returns a variance, too: learned_range
	heunCorrection bool // DPM-Solver's solver_type heun
	bh1            bool // UniPC's
	lowerOrder     bool // lower_order_final
	skipPRK        bool
	stochastic     bool // a flow's stochastic_sampling
	sNoise, eta    float64
	snr            float64 // of the predictor-corrector
	corrections    int

	spacing      spacing
	sigmas       sigmaGrid
	offset       int
	finalFirst   bool // final_sigmas_type sigma_min
	finalTrained bool // set_alpha_to_one false
	rho          float64
	shift        float64
	terminal     float64 // shift_terminal
	original     int     // original_inference_steps

	numInferenceSteps int // what the class's pipeline asks for
}

type (
	betaSchedule uint8
	algorithm    uint8
	spacing      uint8
	sigmaGrid    uint8
)

const (
	betaLinear betaSchedule = iota
	betaScaledLinear
	betaCosine
	betaSigmoid
	betaLaplace
	betaExp
)

const (
	algorithmData    algorithm = iota // dpmsolver++
	algorithmNoise                    // dpmsolver
	algorithmSDEData                  // sde-dpmsolver++
)

const (
	spacingLinspace spacing = iota
	spacingLeading
	spacingTrailing
)

const (
	sigmasNone sigmaGrid = iota
	sigmasKarras
	sigmasExponential
	sigmasBeta
)

// readScheduler reads a scheduler config: without one nobody knows which process the network was trained on.
func readScheduler(root jsontext.Value) (schedulerConfig, error) {
	if !root.Exists() {
		return schedulerConfig{}, errors.New("scheduler: missing: a network cannot be sampled without its scheduler's config")
	}
	name, err := root.Get("_class_name").Text()
	if err != nil {
		return schedulerConfig{}, err
	}
	class, err := pick(classWords(), root.Get("_class_name"), name)
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
	if c.threshold && !(c.quantile > 0 && c.quantile <= 1 && c.thresholdM >= 1) {
		return c, root.Get("thresholding").Fail("expected a dynamic_thresholding_ratio of 0 to 1 and a sample_max_value of 1 or more beside it")
	}
	if c.trained != nil && len(c.trained) != c.steps {
		// Diffusers takes the table's length; a config that names both must agree.
		if root.Get("num_train_timesteps").Exists() {
			return c, root.Get("trained_betas").Fail("contradicts num_train_timesteps")
		}
		c.steps = len(c.trained)
	}
	if _, _, err := c.solver(); err != nil {
		return c, root.Fail(err.Error())
	}
	c.numInferenceSteps = c.defaultSteps()
	return c, nil
}

var schedulerFields = map[string]field[schedulerConfig]{
	"num_train_timesteps":    integer(func(c *schedulerConfig) *int { return &c.steps }),
	"beta_start":             number(func(c *schedulerConfig) *float64 { return &c.betaStart }),
	"beta_end":               number(func(c *schedulerConfig) *float64 { return &c.betaEnd }),
	"beta_schedule":          choice(betaSchedules, func(c *schedulerConfig) *betaSchedule { return &c.betas }),
	"trained_betas":          readTrainedBetas,
	"rescale_betas_zero_snr": boolean(func(c *schedulerConfig) *bool { return &c.zeroSNR }),
	"lambda_min_clipped":     readLambdaMin,
	"use_flow_sigmas":        boolean(func(c *schedulerConfig) *bool { return &c.flowSigmas }),
	"sigma_min":              orNull(func(c *schedulerConfig) *float64 { return &c.sigmaMin }),
	"sigma_max":              orNull(func(c *schedulerConfig) *float64 { return &c.sigmaMax }),
	"sigma_data":             number(func(c *schedulerConfig) *float64 { return &c.sigmaData }),

	"prediction_type":            choice(predictionTypes, func(c *schedulerConfig) *denoise.Prediction { return &c.prediction }),
	"timestep_scaling":           number(func(c *schedulerConfig) *float64 { return &c.boundary }),
	"timestep_type":              choice(timestepTypes, func(c *schedulerConfig) *bool { return &c.logTime }),
	"clip_sample":                boolean(func(c *schedulerConfig) *bool { return &c.clip }),
	"clip_denoised":              boolean(func(c *schedulerConfig) *bool { return &c.clip }),
	"clip_sample_range":          number(func(c *schedulerConfig) *float64 { return &c.clipRange }),
	"thresholding":               boolean(func(c *schedulerConfig) *bool { return &c.threshold }),
	"dynamic_thresholding_ratio": number(func(c *schedulerConfig) *float64 { return &c.quantile }),
	"sample_max_value":           number(func(c *schedulerConfig) *float64 { return &c.thresholdM }),

	"solver_order":        integer(func(c *schedulerConfig) *int { return &c.order }),
	"algorithm_type":      choice(algorithms, func(c *schedulerConfig) *algorithm { return &c.algorithm }),
	"variance_type":       readVarianceType,
	"snr":                 number(func(c *schedulerConfig) *float64 { return &c.snr }),
	"correct_steps":       integer(func(c *schedulerConfig) *int { return &c.corrections }),
	"solver_type":         readSolverType,
	"lower_order_final":   boolean(func(c *schedulerConfig) *bool { return &c.lowerOrder }),
	"skip_prk_steps":      boolean(func(c *schedulerConfig) *bool { return &c.skipPRK }),
	"stochastic_sampling": boolean(func(c *schedulerConfig) *bool { return &c.stochastic }),
	"s_noise":             number(func(c *schedulerConfig) *float64 { return &c.sNoise }),
	"eta":                 number(func(c *schedulerConfig) *float64 { return &c.eta }),

	"timestep_spacing":         choice(spacings, func(c *schedulerConfig) *spacing { return &c.spacing }),
	"use_karras_sigmas":        sigmas(sigmasKarras),
	"use_exponential_sigmas":   sigmas(sigmasExponential),
	"use_lu_lambdas":           sigmas(sigmasExponential), // the same grid: equal steps of lambda
	"use_beta_sigmas":          sigmas(sigmasBeta),
	"sigma_schedule":           choice(sigmaSchedules, func(c *schedulerConfig) *sigmaGrid { return &c.sigmas }),
	"steps_offset":             integer(func(c *schedulerConfig) *int { return &c.offset }),
	"final_sigmas_type":        choice(finals, func(c *schedulerConfig) *bool { return &c.finalFirst }),
	"set_alpha_to_one":         readAlphaToOne,
	"rho":                      number(func(c *schedulerConfig) *float64 { return &c.rho }),
	"shift":                    number(func(c *schedulerConfig) *float64 { return &c.shift }),
	"flow_shift":               number(func(c *schedulerConfig) *float64 { return &c.shift }),
	"shift_terminal":           orNull(func(c *schedulerConfig) *float64 { return &c.terminal }),
	"original_inference_steps": integer(func(c *schedulerConfig) *int { return &c.original }),

	// Fields with one value that is implemented.
	"use_dynamic_shifting": only("false"), // the shift would follow from the size of the picture
	"invert_sigmas":        only("false"),
	"predict_x0":           only("true"),
	"disable_corrector":    only("[]"),
	"solver_p":             only("null"),
	"predict_epsilon":      only("true"), // prediction_type before diffusers 0.10

	// Fields without an effect here.
	"interpolation_type": ignored[schedulerConfig], // of sigma between steps: always that of its log
	"euler_at_final":     ignored[schedulerConfig], // a step to the clean picture is of order 1 whatever it says
	"noise_sampler_seed": ignored[schedulerConfig], // the seed is the run's
	"base_shift":         ignored[schedulerConfig], // these act with dynamic shifting only, which is refused
	"max_shift":          ignored[schedulerConfig],
	"base_image_seq_len": ignored[schedulerConfig],
	"max_image_seq_len":  ignored[schedulerConfig],
	"time_shift_type":    ignored[schedulerConfig],
	"scale_factors":      only("null"),
	"upscale_mode":       ignored[schedulerConfig], // acts with scale factors only
	"tensor_format":      ignored[schedulerConfig], // of the first diffusers: numpy or torch
}

var (
	betaSchedules = []word[betaSchedule]{{"linear", betaLinear}, {"scaled_linear", betaScaledLinear}, {"squaredcos_cap_v2", betaCosine},
		{"sigmoid", betaSigmoid}, {"laplace", betaLaplace}, {"exp", betaExp}}
	predictionTypes = []word[denoise.Prediction]{{"epsilon", denoise.PredictEpsilon}, {"v_prediction", denoise.PredictV},
		{"sample", denoise.PredictSample}, {"flow_prediction", denoise.PredictFlow}, {"trigflow", denoise.PredictTrig}}
	timestepTypes = []word[bool]{{"discrete", false}, {"continuous", true}}
	varianceTypes = []word[[2]bool]{{"fixed_small", [2]bool{}}, {"fixed_small_log", [2]bool{}}, {"fixed_large", [2]bool{true, false}},
		{"learned_range", [2]bool{false, true}}, {"", [2]bool{}}}
	algorithms = []word[algorithm]{{"dpmsolver++", algorithmData}, {"dpmsolver", algorithmNoise}, {"sde-dpmsolver++", algorithmSDEData},
		{"deis", algorithmData}}
	solverTypes = []word[[2]bool]{{"midpoint", [2]bool{}}, {"heun", [2]bool{true, false}}, {"logrho", [2]bool{}},
		{"bh1", [2]bool{false, true}}, {"bh2", [2]bool{}}}
	spacings       = []word[spacing]{{"linspace", spacingLinspace}, {"leading", spacingLeading}, {"trailing", spacingTrailing}}
	sigmaSchedules = []word[sigmaGrid]{{"karras", sigmasKarras}, {"exponential", sigmasExponential}}
	finals         = []word[bool]{{"zero", false}, {"sigma_min", true}}
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

// sigmas is a flag that chooses a grid of sigmas.
func sigmas(g sigmaGrid) field[schedulerConfig] {
	return func(c *schedulerConfig, v jsontext.Value) error {
		on, err := v.Bool()
		if v.IsNull() || err != nil || !on {
			if v.IsNull() {
				err = nil
			}
			return err
		}
		if c.sigmas != sigmasNone && c.sigmas != g {
			return v.Fail("contradicts another grid of sigmas")
		}
		c.sigmas = g
		return nil
	}
}

// orNull is a number, or null, which leaves the class's.
func orNull(at func(*schedulerConfig) *float64) field[schedulerConfig] {
	return func(c *schedulerConfig, v jsontext.Value) (err error) {
		if !v.IsNull() {
			*at(c), err = v.Float()
		}
		return err
	}
}

func readVarianceType(c *schedulerConfig, v jsontext.Value) error {
	text, err := textOrNull(v)
	if err != nil {
		return err
	}
	kind, err := pick(varianceTypes, v, text)
	c.largeVariance, c.learned = kind[0], kind[1]
	return err
}

func readSolverType(c *schedulerConfig, v jsontext.Value) error {
	text, err := v.Text()
	if err != nil {
		return err
	}
	kind, err := pick(solverTypes, v, text)
	c.heunCorrection, c.bh1 = kind[0], kind[1]
	return err
}

// readLambdaMin reads a number, or -Infinity, which is none.
func readLambdaMin(c *schedulerConfig, v jsontext.Value) (err error) {
	if v.Compact() == "-Infinity" {
		c.lambdaMin = math.Inf(-1)
		return nil
	}
	c.lambdaMin, err = v.Float()
	return err
}

func readTrainedBetas(c *schedulerConfig, v jsontext.Value) (err error) {
	if !v.IsNull() {
		c.trained, err = v.Floats()
	}
	return err
}

func readAlphaToOne(c *schedulerConfig, v jsontext.Value) error {
	one, err := v.Bool()
	c.finalTrained = !one
	return err
}
