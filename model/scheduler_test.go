package model

import (
	"math"
	"strings"
	"testing"

	"tintype/core/denoise"
	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/internal/strictjson"
	"tintype/weights"
)

func parse(t *testing.T, text string) strictjson.Value {
	t.Helper()
	v, err := strictjson.Parse("scheduler", text, strictjson.Config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A checkpoint without a sampling contract is sampled as its scheduler's class and that class's pipeline would.
func TestDefaultsFollowTheSchedulerClass(t *testing.T) {
	type want = pipeline.Defaults
	set := func(s solver.Setting, v int) solver.Options { return solver.Options{}.With(s, float64(v)) }
	for _, c := range []struct {
		class, config string
		want          want
		clip          bool
	}{
		{"DDPM", ``, want{Solver: solver.KindDDPM, Grid: schedule.Leading, Steps: 1000}, true},
		{"DDPM", `"num_train_timesteps": 200, "timestep_spacing": "trailing", "clip_sample": false`,
			want{Solver: solver.KindDDPM, Grid: schedule.Trailing, Steps: 200}, false},
		{"DDPM", `"steps_offset": 1`, want{Solver: solver.KindDDPM, Grid: schedule.Leading, Steps: 999}, true},
		{"DDPM", `"variance_type": "fixed_large"`, want{Solver: solver.KindDDPM, Grid: schedule.Leading, Steps: 1000,
			Options: set(solver.Variance, solver.VarianceLarge)}, true},
		{"DDPM", `"variance_type": "learned_range"`, want{Solver: solver.KindDDPMLearned, Grid: schedule.Leading, Steps: 1000}, true},
		{"ScoreSdeVe", ``, want{Solver: solver.KindPC, Grid: schedule.Exponential, Steps: 2000, Options: solver.Options{}.With(solver.SNR, 0.15)}, false},
		{"UnCLIP", ``, want{Solver: solver.KindDDPM, Grid: schedule.Linspace, Steps: 1000}, true},
		{"DDIM", ``, want{Solver: solver.KindDDIM, Grid: schedule.Leading, Steps: 50}, true},
		{"DDIMInverse", ``, want{Solver: solver.KindDDIM, Grid: schedule.Leading, Steps: 50}, true},
		{"PNDM", ``, want{Solver: solver.KindPRK, Grid: schedule.Leading, Steps: 50}, false},
		{"PNDM", `"skip_prk_steps": true, "steps_offset": 1`, want{Solver: solver.KindPLMS, Grid: schedule.Leading, Steps: 50}, false},
		{"EulerDiscrete", `"num_train_timesteps": 40`, want{Solver: solver.KindEuler, Grid: schedule.Linspace, Steps: 40}, false},
		{"EulerDiscrete", `"use_beta_sigmas": true`, want{Solver: solver.KindEuler, Grid: schedule.BetaSigmas, Steps: 50}, false},
		{"EulerAncestralDiscrete", ``, want{Solver: solver.KindEulerAncestral, Grid: schedule.Linspace, Steps: 50}, false},
		{"HeunDiscrete", `"use_karras_sigmas": true`, want{Solver: solver.KindHeun, Grid: schedule.Karras, Steps: 50}, false},
		{"KDPM2Discrete", ``, want{Solver: solver.KindDPM2, Grid: schedule.Linspace, Steps: 50}, false},
		{"KDPM2AncestralDiscrete", ``, want{Solver: solver.KindDPM2Ancestral, Grid: schedule.Linspace, Steps: 50}, false},
		{"LMSDiscrete", `"use_exponential_sigmas": true`, want{Solver: solver.KindLMS, Grid: schedule.Exponential, Steps: 50}, false},
		{"DPMSolverSDE", ``, want{Solver: solver.KindDPMppSDE, Grid: schedule.Linspace, Steps: 50}, false},
		{"DPMSolverMultistep", `"timestep_spacing": "leading"`, want{Solver: solver.KindDPMpp2M, Grid: schedule.LeadingOpen, Steps: 50}, false},
		{"DPMSolverMultistep", `"solver_type": "heun", "use_lu_lambdas": true`,
			want{Solver: solver.KindDPMpp2M, Grid: schedule.Exponential, Steps: 50, Options: set(solver.Correction, solver.HeunLike)}, false},
		{"DPMSolverMultistep", `"solver_order": 1`, want{Solver: solver.KindDDIM, Grid: schedule.LinspaceOpen, Steps: 50}, false},
		{"DPMSolverMultistep", `"solver_order": 3, "lower_order_final": false`, want{Solver: solver.KindDPMpp3M, Grid: schedule.LinspaceOpen, Steps: 50}, false},
		{"DPMSolverMultistep", `"algorithm_type": "dpmsolver", "solver_order": 3, "final_sigmas_type": "sigma_min"`,
			want{Solver: solver.KindDPMMultistep, Grid: schedule.LinspaceOpen, Steps: 50,
				Options: set(solver.Order, 3).With(solver.LastSteps, solver.LowerOrder)}, false},
		{"DPMSolverMultistep", `"algorithm_type": "sde-dpmsolver++"`,
			want{Solver: solver.KindSDEDPMpp2M, Grid: schedule.LinspaceOpen, Steps: 50, Options: set(solver.Correction, solver.Midpoint)}, false},
		{"DPMSolverMultistep", `"use_flow_sigmas": true, "prediction_type": "flow_prediction", "flow_shift": 3`,
			want{Solver: solver.KindDPMpp2M, Grid: schedule.Trailing, Steps: 50}, false},
		{"DPMSolverSinglestep", `"solver_order": 3`, want{Solver: solver.KindDPMpp3S, Grid: schedule.LinspaceOpen, Steps: 25}, false},
		{"DPMSolverSinglestep", `"algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min"`,
			want{Solver: solver.KindDPM2S, Grid: schedule.LinspaceOpen, Steps: 25}, false},
		{"DEISMultistep", ``, want{Solver: solver.KindDEIS, Grid: schedule.LinspaceOpen, Steps: 50,
			Options: set(solver.Order, 2).With(solver.LastSteps, solver.LowerOrder)}, false},
		{"UniPCMultistep", `"solver_type": "bh1", "solver_order": 3`, want{Solver: solver.KindUniPC, Grid: schedule.LinspaceOpen, Steps: 50,
			Options: set(solver.Order, 3).With(solver.Bh, solver.BH1)}, false},
		{"IPNDM", ``, want{Solver: solver.KindIPNDM, Grid: schedule.CrashSteps, Steps: 50}, false},
		{"LCM", ``, want{Solver: solver.KindLCM, Grid: schedule.DistilledSteps, Steps: 4}, false},
		{"TCD", ``, want{Solver: solver.KindTCD, Grid: schedule.DistilledSteps, Steps: 4}, false},
		{"CMStochasticIterative", ``, want{Solver: solver.KindCM, Grid: schedule.ConsistencySteps, Steps: 1}, true},
		{"SCM", ``, want{Solver: solver.KindSCM, Grid: schedule.Trailing, Steps: 2}, false},
		{"EDMEuler", ``, want{Solver: solver.KindEuler, Grid: schedule.Karras, Steps: 50}, false},
		{"EDMDPMSolverMultistep", `"sigma_schedule": "exponential"`, want{Solver: solver.KindDPMpp2M, Grid: schedule.Exponential, Steps: 50}, false},
		{"FlowMatchEulerDiscrete", `"shift": 3.0`, want{Solver: solver.KindEuler, Grid: schedule.Trailing, Steps: 28}, false},
		{"FlowMatchEulerDiscrete", `"stochastic_sampling": true`, want{Solver: solver.KindFlowStochastic, Grid: schedule.Trailing, Steps: 28}, false},
		{"FlowMatchHeunDiscrete", ``, want{Solver: solver.KindFlowHeun, Grid: schedule.Trailing, Steps: 28}, false},
		{"LTXEulerAncestralRF", `"eta": 0.5`, want{Solver: solver.KindFlowAncestral, Grid: schedule.Trailing, Steps: 30,
			Options: solver.Options{}.With(solver.Eta, 0.5)}, false},
	} {
		config := `{"_class_name": "` + c.class + `Scheduler"`
		if c.config != "" {
			config += ", " + c.config
		}
		s, err := readScheduler(parse(t, config+"}"))
		if err != nil {
			t.Errorf("%s: %v", config, err)
			continue
		}
		c.want.Guidance = 1
		if got := s.samplerDefaults(); got != c.want {
			t.Errorf("%s: %+v, want %+v", config, got, c.want)
		}
		if s.Clip != c.clip {
			t.Errorf("%s: clips %t, want %t", config, s.Clip, c.clip)
		}
	}
}

// Every class runs as it stands: its process, reading, grid and solver go together, in its own number of steps and in
// few, and the network is asked of numbers.
func TestEveryClassRuns(t *testing.T) {
	for i := range schedulerClasses {
		class := &schedulerClasses[i]
		m := &Model{}
		d := &weights.Description{Scheduler: parse(t, `{"_class_name": "`+class.name+`"}`), Guidance: weights.Guidance{AllowCFG: true}}
		if err := m.sampling(d); err != nil {
			t.Errorf("%s: %v", class.name, err)
			continue
		}
		param := m.Reading.Param()
		for _, n := range []int{4, m.Contract.Defaults.Steps} {
			o := m.Grid
			o.Options = o.For(m.Contract.Defaults.Grid.Knobs())
			levels, err := m.Contract.Defaults.Grid.Grid(o)(m.Process, n)
			if err != nil {
				t.Errorf("%s in %d steps: %v", class.name, n, err)
				continue
			}
			program, err := m.Contract.Defaults.Solver.Compile(m.Contract.Defaults.Options, m.Process, levels)
			if err != nil {
				t.Errorf("%s in %d steps: %v", class.name, n, err)
				continue
			}
			for _, l := range program.Asked() {
				pre, err := param(l)
				if sum := pre.In + pre.Skip + pre.Out + pre.Time; err != nil || math.IsNaN(sum) || math.IsInf(sum, 0) {
					t.Errorf("%s in %d steps at %v: %+v, %v", class.name, n, l, pre, err)
				}
			}
		}
	}
}

// What the network of a class is told, and how it is read.
func TestReadingsOfClasses(t *testing.T) {
	for class, want := range map[string]denoise.Reading{
		"DDIM":                   {},
		"LCM":                    {Boundary: 10},
		"TCD":                    {},
		"CMStochasticIterative":  {Prediction: denoise.PredictConsistency, Time: denoise.TimeLog250, Data: 0.5, Least: 0.002},
		"EDMEuler":               {Prediction: denoise.PredictEDM, Time: denoise.TimeQuarterLog, Data: 0.5},
		"FlowMatchEulerDiscrete": {Prediction: denoise.PredictFlow, Scale: 1000},
		"ScoreSdeVe":             {Prediction: denoise.PredictScore, Time: denoise.TimeSigma},
		"SCM":                    {Prediction: denoise.PredictTrig, Data: 0.5},
		"IPNDM":                  {Prediction: denoise.PredictV},
	} {
		s, err := readScheduler(parse(t, `{"_class_name": "`+class+`Scheduler"}`))
		if got := s.reading(); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", class, got, err, want)
		}
	}
	s, err := readScheduler(parse(t, `{"_class_name": "EDMDPMSolverMultistepScheduler", "prediction_type": "v_prediction", "sigma_data": 1}`))
	if got, want := s.reading(), (denoise.Reading{Prediction: denoise.PredictEDMV, Time: denoise.TimeQuarterLog, Data: 1}); err != nil || got != want {
		t.Errorf("EDM with v prediction: %+v, %v", got, err)
	}
	s, err = readScheduler(parse(t, `{"_class_name": "EulerDiscreteScheduler", "timestep_type": "continuous", "prediction_type": "v_prediction"}`))
	if got := s.reading(); err != nil || got.Time != denoise.TimeQuarterLog {
		t.Errorf("continuous times: %+v, %v", got, err)
	}
}

// set_alpha_to_one false and final_sigmas_type sigma_min end at the first trained level, where that is a step.
func TestWhereTheLastStepEnds(t *testing.T) {
	for config, want := range map[string]int{
		`{"_class_name": "DDIMScheduler"}`:                                                                            schedule.FinalClean,
		`{"_class_name": "DDIMScheduler", "set_alpha_to_one": false, "steps_offset": 1}`:                              schedule.FinalFirst,
		`{"_class_name": "DDIMScheduler", "set_alpha_to_one": false}`:                                                 schedule.FinalClean,
		`{"_class_name": "DDIMScheduler", "set_alpha_to_one": false, "timestep_spacing": "trailing"}`:                 schedule.FinalFirst,
		`{"_class_name": "PNDMScheduler"}`:                                                                            schedule.FinalClean,
		`{"_class_name": "PNDMScheduler", "steps_offset": 1}`:                                                         schedule.FinalFirst,
		`{"_class_name": "TCDScheduler"}`:                                                                             schedule.FinalFirst,
		`{"_class_name": "UniPCMultistepScheduler", "final_sigmas_type": "sigma_min", "use_karras_sigmas": true}`:     schedule.FinalFirst,
		`{"_class_name": "EulerDiscreteScheduler", "final_sigmas_type": "sigma_min"}`:                                 schedule.FinalClean,
		`{"_class_name": "EulerDiscreteScheduler", "final_sigmas_type": "sigma_min", "timestep_spacing": "trailing"}`: schedule.FinalFirst,
		`{"_class_name": "DPMSolverMultistepScheduler", "final_sigmas_type": "sigma_min"}`:                            schedule.FinalFirst,
		`{"_class_name": "LCMScheduler", "set_alpha_to_one": false}`:                                                  schedule.FinalClean,
	} {
		s, err := readScheduler(parse(t, config))
		if got := s.gridOptions().Whole(schedule.Final); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", config, got, err, want)
		}
	}
}

func TestSchedulerRefusesByName(t *testing.T) {
	for config, names := range map[string]string{
		`{}`:                                   "_class_name",
		`{"_class_name": "SASolverScheduler"}`: "SASolverScheduler",
		`{"_class_name": "DDPMScheduler", "beta_schedule": "cubic"}`:                                            "beta_schedule",
		`{"_class_name": "DDPMScheduler", "prediction_type": "flow"}`:                                           "prediction_type",
		`{"_class_name": "DDPMScheduler", "variance_type": "learned"}`:                                          "variance_type",
		`{"_class_name": "DDPMScheduler", "variance_type": "fixed_large_log"}`:                                  "variance_type",
		`{"_class_name": "DDPMScheduler", "thresholding": true, "sample_max_value": 0.5}`:                       "thresholding",
		`{"_class_name": "DPMSolverMultistepScheduler", "solver_order": 4}`:                                     "solver_order",
		`{"_class_name": "UniPCMultistepScheduler", "solver_order": 9}`:                                         "order 9",
		`{"_class_name": "UniPCMultistepScheduler", "predict_x0": false}`:                                       "predict_x0",
		`{"_class_name": "EulerDiscreteScheduler", "interpolation_type": "log_linear"}`:                         "interpolation_type",
		`{"_class_name": "UniPCMultistepScheduler", "disable_corrector": [0]}`:                                  "disable_corrector",
		`{"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver"}`:                     "algorithm_type",
		`{"_class_name": "DPMSolverSinglestepScheduler", "algorithm_type": "sde-dpmsolver++"}`:                  "algorithm_type",
		`{"_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": true}`:                      "use_dynamic_shifting",
		`{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true, "use_beta_sigmas": true}`:         "contradicts",
		`{"_class_name": "DDPMScheduler", "num_train_timesteps": 3, "trained_betas": [0.1, 0.2]}`:               "trained_betas",
		`{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": "low"}`:                           "lambda_min_clipped",
		`{"_class_name": "DDPMScheduler", "clip_sample_range": 0}`:                                              "clip_sample_range",
		`{"_class_name": "CMStochasticIterativeScheduler", "num_train_timesteps": 1}`:                           "num_train_timesteps",
		`{"_class_name": "EDMEulerScheduler", "rho": 50}`:                                                       "scheduler.rho",
		`{"_class_name": "DDIMScheduler", "steps_offset": -1}`:                                                  "steps_offset",
		`{"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 0}`:                                        "scheduler.shift",
		`{"_class_name": "DPMSolverMultistepScheduler", "use_flow_sigmas": true, "flow_shift": 0}`:              "flow_shift",
		`{"_class_name": "LTXEulerAncestralRFScheduler", "eta": 2}`:                                             "scheduler.eta",
		`{"_class_name": "CMStochasticIterativeScheduler", "s_noise": 9}`:                                       "s_noise",
		`{"_class_name": "ScoreSdeVeScheduler", "correct_steps": 99}`:                                           "correct_steps",
		`{"_class_name": "LCMScheduler", "original_inference_steps": 0}`:                                        "original_inference_steps",
		`{"_class_name": "UnCLIPScheduler", "beta_schedule": "linear"}`:                                         "beta_schedule",
		`{"_class_name": "DEISMultistepScheduler", "algorithm_type": "sde-dpmsolver++"}`:                        "algorithm_type",
		`{"_class_name": "UniPCMultistepScheduler", "shift_terminal": 0.1}`:                                     "shift_terminal",
		`{"_class_name": "IPNDMScheduler", "trained_betas": [0.1], "num_train_timesteps": 1}`:                   "trained_betas",
		`{"_class_name": "EulerDiscreteScheduler", "sigma_min": 0, "use_karras_sigmas": true}`:                  "sigma_min",
		`{"_class_name": "EulerDiscreteScheduler", "sigma_min": 10, "sigma_max": 1, "use_karras_sigmas": true}`: "sigma_min",
		`{"_class_name": "ScoreSdeVeScheduler", "sampling_eps": 0.1}`:                                           "sampling_eps",
		`{"_class_name": "FlowMatchEulerDiscreteScheduler", "invert_sigmas": true}`:                             "invert_sigmas",
		`{"_class_name": "DDPMScheduler", "beta_start": -Infinity}`:                                             "beta_start",
		`{"_class_name": "DDPMScheduler", "clip_sample": "yes"}`:                                                "clip_sample",
		`{"_class_name": "DDIMScheduler", "set_alpha_to_one": "no"}`:                                            "set_alpha_to_one",
	} {
		_, err := readScheduler(parse(t, config))
		if err == nil || !strings.Contains(err.Error(), names) {
			t.Errorf("%s: error %v, want one that names %s", config, err, names)
		}
	}
}

// The rates at both ends of each table, from its definition.
func TestSchedulerProcess(t *testing.T) {
	cosine := func(u float64) float64 { c := math.Cos((u + 0.008) / 1.008 * math.Pi / 2); return c * c }
	for _, c := range []struct {
		config string
		signal float64 // ᾱ at time 0
	}{
		{`{"_class_name": "DDPMScheduler"}`, 1 - 0.0001},
		{`{"_class_name": "HeunDiscreteScheduler", "beta_schedule": "scaled_linear"}`, 1 - 0.00085},
		{`{"_class_name": "DDPMScheduler", "beta_schedule": "squaredcos_cap_v2"}`, cosine(0.001) / cosine(0)},
		{`{"_class_name": "DDPMScheduler", "trained_betas": [0.25, 0.5], "beta_start": 9}`, 0.75},
		{`{"_class_name": "DDPMScheduler", "beta_schedule": "sigmoid"}`, 1 - (0.0001 + 0.0199/(1+math.Exp(6)))},
		{`{"_class_name": "DDPMScheduler", "beta_schedule": "exp"}`, math.Exp(-0.012)},
	} {
		s, err := readScheduler(parse(t, c.config))
		if err != nil {
			t.Fatalf("%s: %v", c.config, err)
		}
		p, err := s.process()
		if err != nil {
			t.Fatalf("%s: %v", c.config, err)
		}
		if got := p.AtTime(0).A; math.Abs(got*got-c.signal) > 1e-12 {
			t.Errorf("%s: signal %v at time 0, want %v", c.config, got*got, c.signal)
		}
	}
}

func TestZeroTerminalSNR(t *testing.T) {
	s, err := readScheduler(parse(t, `{"_class_name": "DDIMScheduler", "rescale_betas_zero_snr": true, "prediction_type": "v_prediction"}`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.process()
	if err != nil {
		t.Fatal(err)
	}
	if hi, _ := p.Range(); hi.A != 0 || hi.S != 1 {
		t.Errorf("last level %+v, want no signal", hi)
	}
	if s.prediction != denoise.PredictV {
		t.Errorf("prediction %v", s.prediction)
	}
}

func TestLambdaMinClipsTheProcess(t *testing.T) {
	s, err := readScheduler(parse(t, `{"_class_name": "DPMSolverMultistepScheduler", "beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1}`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.process()
	if err != nil {
		t.Fatal(err)
	}
	if hi, _ := p.Range(); hi.Lambda() < -5.1 || hi.Lambda() > -5.0 {
		t.Errorf("the process begins at lambda %v, want -5.1", hi.Lambda())
	}
}

func TestNoSchedulerIsRefused(t *testing.T) {
	_, err := readScheduler(parse(t, `{}`).Get("scheduler"))
	if err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("error %v, want one that says it is missing", err)
	}
}

// What a scheduler's config says arrives in the model that is sampled.
func TestSchedulerReachesTheModel(t *testing.T) {
	for _, c := range []struct {
		config     string
		clip       float64
		offset     int
		prediction denoise.Prediction
		variance   float64
		correction float64
	}{
		{`{"_class_name": "DDPMScheduler", "clip_sample_range": 1.5, "variance_type": "fixed_large", "prediction_type": "v_prediction"}`,
			1.5, 0, denoise.PredictV, solver.VarianceLarge, solver.Midpoint},
		{`{"_class_name": "DDIMScheduler", "clip_sample": false, "steps_offset": 3, "prediction_type": "sample"}`,
			0, 3, denoise.PredictSample, solver.VarianceSmall, solver.Midpoint},
		{`{"_class_name": "DPMSolverMultistepScheduler", "solver_type": "heun"}`,
			0, 0, denoise.PredictEpsilon, solver.VarianceSmall, solver.HeunLike},
	} {
		checkpoint, err := weights.OpenDirectory("../core/arch/testdata/ddpm")
		if err != nil {
			t.Fatal(err)
		}
		defer checkpoint.Close()
		checkpoint.SetMetadata("scheduler", c.config)
		m, err := Load(checkpoint)
		if err != nil {
			t.Fatalf("%s: %v", c.config, err)
		}
		variance, _ := m.Options.Get(solver.Variance)
		correction, _ := m.Options.Get(solver.Correction)
		if m.Clip != c.clip || m.Grid.Value(schedule.Offset) != float64(c.offset) || m.Reading.Prediction != c.prediction || variance != c.variance || correction != c.correction {
			t.Errorf("%s: clip %v, offset %v, prediction %v, variance %v, correction %v",
				c.config, m.Clip, m.Grid.Options, m.Reading.Prediction, variance, correction)
		}
	}
}
