package model

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tintype/core/denoise"
	"tintype/core/pipeline"
	"tintype/core/sampler"
	"tintype/core/schedule"
	"tintype/internal/jsontext"
	"tintype/weights"
)

func parse(t *testing.T, text string) jsontext.Value {
	t.Helper()
	v, err := jsontext.Parse("scheduler", text, jsontext.Config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A checkpoint without a sampling contract is sampled as its scheduler's class and that class's pipeline would.
func TestDefaultsFollowTheSchedulerClass(t *testing.T) {
	for _, c := range []struct {
		config string
		want   pipeline.Defaults
		clip   bool
	}{
		{`{"_class_name": "DDPMScheduler"}`,
			pipeline.Defaults{Solver: sampler.KindDDPM, Grid: schedule.Leading, Steps: 1000, Guidance: 1}, true},
		{`{"_class_name": "DDPMScheduler", "num_train_timesteps": 200, "timestep_spacing": "trailing", "clip_sample": false}`,
			pipeline.Defaults{Solver: sampler.KindDDPM, Grid: schedule.Trailing, Steps: 200, Guidance: 1}, false},
		{`{"_class_name": "DDPMScheduler", "steps_offset": 1}`,
			pipeline.Defaults{Solver: sampler.KindDDPM, Grid: schedule.Leading, Steps: 999, Guidance: 1}, true},
		{`{"_class_name": "EulerDiscreteScheduler", "num_train_timesteps": 40}`,
			pipeline.Defaults{Solver: sampler.KindEuler, Grid: schedule.Linspace, Steps: 40, Guidance: 1}, false},
		{`{"_class_name": "DDIMScheduler"}`,
			pipeline.Defaults{Solver: sampler.KindDDIM, Grid: schedule.Leading, Steps: 50, Guidance: 1}, true},
		{`{"_class_name": "EulerDiscreteScheduler"}`,
			pipeline.Defaults{Solver: sampler.KindEuler, Grid: schedule.Linspace, Steps: 50, Guidance: 1}, false},
		{`{"_class_name": "HeunDiscreteScheduler", "use_karras_sigmas": true}`,
			pipeline.Defaults{Solver: sampler.KindHeun, Grid: schedule.Karras, Steps: 50, Guidance: 1}, false},
		{`{"_class_name": "DPMSolverMultistepScheduler", "timestep_spacing": "leading", "solver_order": 2}`,
			pipeline.Defaults{Solver: sampler.KindDPMpp2M, Grid: schedule.Leading, Steps: 50, Guidance: 1}, false},
	} {
		s, err := readScheduler(parse(t, c.config))
		if err != nil {
			t.Errorf("%s: %v", c.config, err)
			continue
		}
		if got := s.samplerDefaults(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.config, got, c.want)
		}
		if s.clip != c.clip {
			t.Errorf("%s: clips %t, want %t", c.config, s.clip, c.clip)
		}
	}
}

// Every class's config as diffusers saves it says the same as the class alone.
func TestSavedSchedulers(t *testing.T) {
	files, err := filepath.Glob("testdata/schedulers/*.json")
	if err != nil || len(files) != 5 {
		t.Fatalf("%d configs, want one of each class", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := readScheduler(parse(t, string(text)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		class := strings.TrimSuffix(filepath.Base(file), ".json")
		bare, err := readScheduler(parse(t, `{"_class_name": "`+class+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(saved, bare) {
			t.Errorf("%s:\n%+v, the class alone:\n%+v", file, saved, bare)
		}
	}
}

func TestSchedulerRefusesByName(t *testing.T) {
	for config, names := range map[string]string{
		`{}`: "_class_name",
		`{"_class_name": "UniPCMultistepScheduler"}`:                                              "UniPCMultistepScheduler",
		`{"_class_name": "DDPMScheduler", "beta_schedule": "sigmoid"}`:                            "beta_schedule",
		`{"_class_name": "DDPMScheduler", "prediction_type": "flow"}`:                             "prediction_type",
		`{"_class_name": "DDPMScheduler", "variance_type": "learned"}`:                            "variance_type",
		`{"_class_name": "DDPMScheduler", "thresholding": true}`:                                  "thresholding",
		`{"_class_name": "DDIMScheduler", "set_alpha_to_one": false}`:                             "set_alpha_to_one",
		`{"_class_name": "DPMSolverMultistepScheduler", "solver_order": 3}`:                       "solver_order",
		`{"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde"}`:                 "algorithm_type",
		`{"_class_name": "DPMSolverMultistepScheduler", "use_lu_lambdas": true}`:                  "use_lu_lambdas",
		`{"_class_name": "EulerDiscreteScheduler", "use_exponential_sigmas": true}`:               "use_exponential_sigmas",
		`{"_class_name": "DDPMScheduler", "num_train_timesteps": 3, "trained_betas": [0.1, 0.2]}`: "trained_betas",
		`{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -5.1}`:              "lambda_min_clipped: -5.1 is not implemented; implemented is -Infinity",
		`{"_class_name": "DDPMScheduler", "clip_sample_range": 0}`:                                "clip_sample_range",
		`{"_class_name": "DDPMScheduler", "beta_start": -Infinity}`:                               "beta_start",
		`{"_class_name": "DDPMScheduler", "clip_sample": "yes"}`:                                  "clip_sample",
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
	} {
		s, err := readScheduler(parse(t, c.config))
		if err != nil {
			t.Fatalf("%s: %v", c.config, err)
		}
		p, err := s.process()
		if err != nil {
			t.Fatalf("%s: %v", c.config, err)
		}
		if got := p.At(0).A; math.Abs(got*got-c.signal) > 1e-12 {
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

func TestContract(t *testing.T) {
	s, err := readScheduler(parse(t, `{"_class_name": "DDIMScheduler", "timestep_spacing": "trailing"}`))
	if err != nil {
		t.Fatal(err)
	}
	d := &weights.Description{
		Student:  &weights.Student{TrainedSteps: []int{4}, Timesteps: []int{999, 749, 499, 249}, Deterministic: true, Final: "x0"},
		Guidance: weights.Guidance{Baked: 1.5},
		Samplers: weights.Samplers{
			Default: &weights.Sampler{Name: "ddim", N: 4, Grid: "trailing"}, Allowed: []string{"ddim"},
			Forbidden: []weights.Forbidden{{Name: "*", Reason: "why"}, {Name: "heun", Reason: "because"}, {Name: "not-here", Reason: "x"}},
		},
	}
	c, err := contract(d, s)
	if err != nil {
		t.Fatal(err)
	}
	if want := (pipeline.Defaults{Solver: sampler.KindDDIM, Grid: schedule.Trailing, Steps: 4, Guidance: 1}); c.Defaults != want {
		t.Errorf("defaults %+v, want %+v", c.Defaults, want)
	}
	if len(c.Allowed) != 1 || c.Allowed[0] != sampler.KindDDIM || c.Reason != "why" || c.Forbidden[sampler.KindHeun] != "because" {
		t.Errorf("allowed %v, reason %q, forbidden %v", c.Allowed, c.Reason, c.Forbidden)
	}
	if !c.NoGuidance || c.BakedGuidance != 1.5 || !c.Deterministic || len(c.Times) != 4 || c.Times[1] != 749 {
		t.Errorf("contract %+v", c)
	}
	d.Samplers.Allowed = nil
	if c, err = contract(d, s); err != nil || len(c.Allowed) != 1 || c.Allowed[0] != sampler.KindDDIM {
		t.Errorf("everything forbidden and nothing allowed: %v allowed, %v; want the default alone", c.Allowed, err)
	}
	d.Samplers.Allowed = []string{"nonsense"}
	if _, err := contract(d, s); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("an unknown solver: %v", err)
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
			1.5, 0, denoise.PredictV, sampler.VarianceLarge, sampler.Midpoint},
		{`{"_class_name": "DDIMScheduler", "clip_sample": false, "steps_offset": 3, "prediction_type": "sample"}`,
			0, 3, denoise.PredictSample, sampler.VarianceSmall, sampler.Midpoint},
		{`{"_class_name": "DPMSolverMultistepScheduler", "solver_type": "heun"}`,
			0, 0, denoise.PredictEpsilon, sampler.VarianceSmall, sampler.HeunLike},
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
		variance, _ := m.Options.Get(sampler.Variance)
		correction, _ := m.Options.Get(sampler.Correction)
		if m.Clip != c.clip || m.Grid.Value(schedule.Offset) != float64(c.offset) || m.Reading.Prediction != c.prediction || variance != c.variance || correction != c.correction {
			t.Errorf("%s: clip %v, offset %v, prediction %v, variance %v, correction %v",
				c.config, m.Clip, m.Grid.Options, m.Reading.Prediction, variance, correction)
		}
	}
}
