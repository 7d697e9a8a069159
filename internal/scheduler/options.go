package scheduler

import (
	"math"
	"strings"
)

// Word is the value of an option that has a few.
type Word string

// Options holds the options of every class, each with its type. What a class has no option for is as neutral says.
type Options struct {
	Steps                        int // num_train_timesteps
	BetaStart, BetaEnd           float64
	Betas                        Word      // beta_schedule
	Trained                      []float64 // trained_betas, nil if there are none
	ZeroSNR                      bool      // rescale_betas_zero_snr
	LambdaMin                    float64   // lambda_min_clipped
	Prediction                   Word      // prediction_type
	TimestepType                 Word
	Clip                         bool    // clip_sample, clip_denoised
	ClipRange                    float64 // clip_sample_range
	Threshold                    bool    // thresholding
	ThresholdRatio, ThresholdMax float64 // dynamic_thresholding_ratio, sample_max_value

	Spacing                     Word // timestep_spacing
	Offset                      int  // steps_offset
	Interpolation               Word // interpolation_type
	Karras, Exponential, Beta   bool // use_..._sigmas
	Lu                          bool // use_lu_lambdas
	SigmaMin, SigmaMax          float64
	SigmaData, Rho              float64
	SigmaSchedule               Word
	Final                       Word // final_sigmas_type
	AlphaToOne                  bool // set_alpha_to_one
	OriginalSteps               int  // original_inference_steps
	SamplingEps                 float64
	Flow                        bool    // use_flow_sigmas
	FlowShift, Shift            float64 // flow_shift, shift
	ShiftTerminal               float64
	DynamicShift                bool // use_dynamic_shifting
	TimeShift                   Word // time_shift_type
	Invert                      bool // invert_sigmas
	Variance                    Word // variance_type, "" is null
	Order                       int  // solver_order
	Algorithm, Solver           Word // algorithm_type, solver_type
	LowerOrderFinal, EulerFinal bool
	PredictX0                   bool
	Uncorrected                 []int // disable_corrector
	SkipPRK                     bool
	Stochastic                  bool // stochastic_sampling
	TimestepScaling             float64
	Eta, NoiseScale, SNR        float64 // eta, s_noise, snr
	Corrections                 int     // correct_steps
}

// neutral is what stands for an option that a class lacks: NaN is null.
func neutral() Options {
	null := math.NaN()
	return Options{LambdaMin: math.Inf(-1), SigmaMin: null, SigmaMax: null, ShiftTerminal: null, Shift: 1, FlowShift: 1,
		ClipRange: 1, AlphaToOne: true, Rho: 7, NoiseScale: 1, PredictX0: true}
}

// option is the name of an option, a pointer to where its value goes, of its type, and which words there are, separated
// by spaces. A nil pointer is that of an option which changes nothing in a run here: what only a pipeline reads, or the
// seed of another's noise.
type option struct {
	name  string
	to    any
	words string
}

// onlyNull is an option of which nothing but null is implemented.
type onlyNull struct{}

// all lists the options.
func (o *Options) all() []option {
	return []option{
		{"num_train_timesteps", &o.Steps, ""},
		{"beta_start", &o.BetaStart, ""},
		{"beta_end", &o.BetaEnd, ""},
		{"beta_schedule", &o.Betas, "linear scaled_linear squaredcos_cap_v2 sigmoid laplace exp"},
		{"trained_betas", &o.Trained, ""},
		{"rescale_betas_zero_snr", &o.ZeroSNR, ""},
		{"lambda_min_clipped", &o.LambdaMin, ""},
		{"prediction_type", &o.Prediction, "epsilon v_prediction sample flow_prediction trigflow original_sample"},
		{"timestep_type", &o.TimestepType, "discrete continuous"},
		{"clip_sample", &o.Clip, ""},
		{"clip_denoised", &o.Clip, ""},
		{"clip_sample_range", &o.ClipRange, ""},
		{"thresholding", &o.Threshold, ""},
		{"dynamic_thresholding_ratio", &o.ThresholdRatio, ""},
		{"sample_max_value", &o.ThresholdMax, ""},
		{"original_inference_steps", &o.OriginalSteps, ""},
		{"timestep_scaling", &o.TimestepScaling, ""},
		{"eta", &o.Eta, ""},
		{"s_noise", &o.NoiseScale, ""},
		{"snr", &o.SNR, ""},
		{"correct_steps", &o.Corrections, ""},
		{"sampling_eps", &o.SamplingEps, ""},
		{"timestep_spacing", &o.Spacing, "linspace leading trailing"},
		{"steps_offset", &o.Offset, ""},
		{"interpolation_type", &o.Interpolation, "linear log_linear"},
		{"use_karras_sigmas", &o.Karras, ""},
		{"use_exponential_sigmas", &o.Exponential, ""},
		{"use_beta_sigmas", &o.Beta, ""},
		{"use_lu_lambdas", &o.Lu, ""},
		{"use_flow_sigmas", &o.Flow, ""},
		{"sigma_min", &o.SigmaMin, ""},
		{"sigma_max", &o.SigmaMax, ""},
		{"sigma_data", &o.SigmaData, ""},
		{"sigma_schedule", &o.SigmaSchedule, "karras exponential"},
		{"rho", &o.Rho, ""},
		{"final_sigmas_type", &o.Final, "zero sigma_min"},
		{"set_alpha_to_one", &o.AlphaToOne, ""},
		{"shift", &o.Shift, ""},
		{"flow_shift", &o.FlowShift, ""},
		{"shift_terminal", &o.ShiftTerminal, ""},
		{"use_dynamic_shifting", &o.DynamicShift, ""},
		{"time_shift_type", &o.TimeShift, "exponential linear"},
		{"invert_sigmas", &o.Invert, ""},
		{"variance_type", &o.Variance, "fixed_small fixed_small_log fixed_large fixed_large_log learned learned_range"},
		{"solver_order", &o.Order, ""},
		{"algorithm_type", &o.Algorithm, "dpmsolver++ dpmsolver sde-dpmsolver++ sde-dpmsolver deis"},
		{"solver_type", &o.Solver, "midpoint heun logrho bh1 bh2"},
		{"lower_order_final", &o.LowerOrderFinal, ""},
		{"euler_at_final", &o.EulerFinal, ""},
		{"predict_x0", &o.PredictX0, ""},
		{"disable_corrector", &o.Uncorrected, ""},
		{"skip_prk_steps", &o.SkipPRK, ""},
		{"stochastic_sampling", &o.Stochastic, ""},
		{"solver_p", onlyNull{}, ""},
		{"scale_factors", onlyNull{}, ""},
		{"noise_sampler_seed", nil, ""},
		{"base_shift", nil, ""},
		{"max_shift", nil, ""},
		{"base_image_seq_len", nil, ""},
		{"max_image_seq_len", nil, ""},
		{"upscale_mode", nil, ""},
	}
}

// Words are those of an option that has a few.
func Words(name string) []string {
	for _, o := range new(Options).all() {
		if o.name == name {
			return strings.Fields(o.words)
		}
	}
	return nil
}
