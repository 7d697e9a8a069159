package model

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/limits"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/internal/scheduler"
	"tintype/internal/strictjson"
)

// schedulerConfig is a scheduler's config with what its class says beside its options.
type schedulerConfig struct {
	class *schedulerClass
	scheduler.Options
	prediction        denoise.Prediction
	numInferenceSteps int // what the class's pipeline asks for
}

// readScheduler reads a scheduler config: without one nobody knows which process the network was trained on.
func readScheduler(root strictjson.Value) (schedulerConfig, error) {
	if !root.Exists() {
		return schedulerConfig{}, errors.New("scheduler: missing: a network cannot be sampled without its scheduler's config")
	}
	config, err := scheduler.Read(root)
	if err != nil {
		return schedulerConfig{}, err
	}
	c := schedulerConfig{class: classNamed(config.Name), Options: config.Options}
	c.complete()
	// Each finds what it is about, and the reader is told of one: the grid before the solver, since the solver walks on it.
	for _, check := range []func(*schedulerConfig, strictjson.Value) error{checkBounds, checkGrid, checkSolver} {
		if err := check(&c, root); err != nil {
			return c, err
		}
	}
	if err := c.checkSettings(); err != nil {
		return c, asOption(root, err)
	}
	c.numInferenceSteps = c.defaultSteps()
	return c, nil
}

// complete puts in what follows from the class and the options together.
func (c *schedulerConfig) complete() {
	c.prediction = c.class.prediction
	if p, ok := predictionTypes[string(c.Prediction)]; ok {
		c.prediction = p
	}
	if c.Spacing == "" {
		c.Spacing = c.class.spacing
	}
	if c.class.grid == consistencyGrid {
		c.OriginalSteps = c.Steps // a consistency model is trained on the whole of its grid
	}
}

var predictionTypes = map[string]denoise.Prediction{
	"epsilon": denoise.PredictEpsilon, "v_prediction": denoise.PredictV, "sample": denoise.PredictSample, "original_sample": denoise.PredictSample,
	"flow_prediction": denoise.PredictFlow, "trigflow": denoise.PredictTrig,
}

// checkBounds refuses bounds of the estimate that bound nothing.
func checkBounds(c *schedulerConfig, root strictjson.Value) error {
	if c.Clip && !(c.ClipRange > 0) {
		return root.Get("clip_sample_range").Fail("expected a number above 0 beside clip_sample")
	}
	if c.Threshold && !(c.ThresholdRatio > 0 && c.ThresholdRatio <= 1 && c.ThresholdMax >= 1) {
		return root.Get("thresholding").Fail("expected a dynamic_thresholding_ratio of 0 to 1 and a sample_max_value of 1 or more beside it")
	}
	return nil
}

// checkGrid refuses what the grids here do not do.
func checkGrid(c *schedulerConfig, root strictjson.Value) error {
	count := 0
	for _, o := range []struct {
		on   bool
		name string
	}{{c.Karras, "use_karras_sigmas"}, {c.Exponential, "use_exponential_sigmas"}, {c.Beta, "use_beta_sigmas"}} {
		if o.on {
			count++
		}
		if count > 1 {
			return root.Get(o.name).Fail("contradicts another grid of sigmas")
		}
	}
	switch {
	case c.Steps < 1 || c.Steps > limits.Steps:
		return root.Get("num_train_timesteps").Fail(fmt.Sprintf("is %d, expected 1 to %d", c.Steps, limits.Steps))
	case c.class.grid == schedule.DistilledSteps && c.OriginalSteps < 1:
		return root.Get("original_inference_steps").Fail(fmt.Sprintf("is %d, expected 1 or more", c.OriginalSteps))
	// A table's sigmas come from its betas, so that leftover bounds of another class say nothing.
	case count == 0 && c.class.kind == processTable: // no grid of sigmas reads the bounds
	case c.SigmaMin <= 0:
		return root.Get("sigma_min").Fail("expected a number above 0")
	case c.SigmaMax <= 0:
		return root.Get("sigma_max").Fail("expected a number above 0")
	case c.SigmaMin >= c.SigmaMax:
		return root.Get("sigma_min").Fail("expected less than sigma_max")
	}
	switch {
	case c.DynamicShift && c.isFlow():
		return root.Get("use_dynamic_shifting").Fail("true is not implemented: the shift would follow from the size of the picture")
	case c.ShiftTerminal > 0 && !c.isFlow():
		return root.Get("shift_terminal").Fail("contradicts a process that is no flow")
	case c.class.name == "UnCLIPScheduler" && c.Betas != "squaredcos_cap_v2":
		return root.Get("beta_schedule").Fail("is not one of the class, which has squaredcos_cap_v2")
	case c.Invert:
		return root.Get("invert_sigmas").Fail("true is not implemented")
	case c.class.kind == processVE && !(c.SamplingEps >= 0 && c.SamplingEps*float64(c.Steps-1) < 1):
		return root.Get("sampling_eps").Fail("is not implemented; implemented is less than a trained step, where the walk ends at sigma_min")
	case c.class.kind == processCosine && c.Trained != nil:
		return root.Get("trained_betas").Fail("is not implemented for this class")
	}
	return nil
}

// checkSolver refuses what the solvers here do not do.
func checkSolver(c *schedulerConfig, root strictjson.Value) error {
	switch {
	case c.class.solver == solver.KindDEIS && (c.Algorithm == "sde-dpmsolver++" || c.Algorithm == "sde-dpmsolver"):
		return root.Get("algorithm_type").Fail(strictjson.Quote(string(c.Algorithm)) + " is not one of the class, which has deis")
	case c.Algorithm == "sde-dpmsolver":
		return root.Get("algorithm_type").Fail(`"sde-dpmsolver" is not implemented; implemented are dpmsolver++, dpmsolver, sde-dpmsolver++`)
	case c.class.ancestral && (c.Variance == "fixed_large_log" || c.Variance == "learned"):
		return root.Get("variance_type").Fail(strictjson.Quote(string(c.Variance)) +
			" is not implemented; implemented are fixed_small, fixed_small_log, fixed_large, learned_range")
	case c.Interpolation == "log_linear" && c.class.kind == processTable && !c.Karras && !c.Exponential && !c.Beta:
		return root.Get("interpolation_type").Fail(`"log_linear" is not implemented; implemented is linear`)
	case !c.PredictX0: // UniPC on the predicted noise has other coefficients
		return root.Get("predict_x0").Fail("false is not implemented")
	case len(c.Uncorrected) > 0:
		return root.Get("disable_corrector").Fail("is not implemented; implemented is []")
	}
	return nil
}

// checkSettings finds values that the solver or the grid of the config does not take.
func (c *schedulerConfig) checkSettings() error {
	if _, _, err := c.solver(); err != nil {
		return err
	}
	grid := c.gridKind()
	_, err := c.gridOptions().For(grid.Knobs()).Fill(grid.String(), grid.Knobs())
	return err
}

// asOption makes the error of a setting one of the option that it was read from.
func asOption(root strictjson.Value, err error) error {
	option := ""
	var asked *solver.SettingError
	var grid *schedule.SettingError
	// The person wrote an option into a file, and does not know the name that the setting has here.
	if errors.As(err, &asked) {
		option = map[solver.Setting]string{solver.Order: "solver_order", solver.SNoise: "s_noise", solver.SNR: "snr",
			solver.Inner: "correct_steps", solver.Eta: "eta"}[asked.Setting]
	} else if errors.As(err, &grid) {
		option = map[schedule.Setting]string{schedule.Offset: "steps_offset", schedule.Rho: "rho", schedule.Shift: "shift",
			schedule.Terminal: "shift_terminal", schedule.Original: "original_inference_steps", schedule.SigmaMin: "sigma_min",
			schedule.SigmaMax: "sigma_max"}[grid.Setting]
	}
	for _, name := range []string{option, "flow_" + option, "num_train_timesteps"} { // a shift, and a consistency model's grid
		if v := root.Get(name); option != "" && v.Exists() {
			return v.Fail(err.Error())
		}
	}
	return root.Fail(err.Error())
}

// isFlow says whether the process is a flow, whatever the class.
func (c *schedulerConfig) isFlow() bool { return c.class.kind == processFlow || c.Flow }

// learned says whether the network returns a variance, too.
func (c *schedulerConfig) learned() bool {
	return c.Variance == "learned" || c.Variance == "learned_range"
}

// orZero is a number of the config, 0 for null.
func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
