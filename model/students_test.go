package model

import (
	"math"
	"slices"
	"strings"
	"testing"

	"tintype/core/denoise"
	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/weights"
)

func distilled(method string) *weights.Student {
	return &weights.Student{Method: method, Final: "x0"}
}

// described is the description of a checkpoint with DDIM's scheduler on trailing.
func describedBy(t *testing.T, st *weights.Student) *weights.Description {
	return &weights.Description{
		Scheduler: parse(t, `{"_class_name": "DDIMScheduler", "timestep_spacing": "trailing", "prediction_type": "v_prediction"}`),
		Student:   st, Guidance: weights.Guidance{AllowCFG: true},
	}
}

func TestContract(t *testing.T) {
	d := describedBy(t, &weights.Student{Method: "progressive distillation", TrainedSteps: []int{4},
		Timesteps: []float64{999, 749, 499, 249}, Deterministic: true, Final: "x0"})
	d.Guidance = weights.Guidance{Baked: weights.Some(1.5)}
	d.Samplers = weights.Samplers{
		Default: &weights.Sampler{Name: "ddim", N: 4, Grid: "trailing"}, Allowed: []string{"ddim"},
		Forbidden: []weights.Forbidden{{Name: "*", Reason: "why"}, {Name: "heun", Reason: "because"}, {Name: "not-here", Reason: "x"}},
	}
	m := &Model{}
	if err := m.sampling(d); err != nil {
		t.Fatal(err)
	}
	c := &m.Contract
	if want := (pipeline.Defaults{Solver: solver.KindDDIM, Grid: schedule.Trailing, Steps: 4, Guidance: 1}); c.Defaults != want {
		t.Errorf("defaults %+v, want %+v", c.Defaults, want)
	}
	if len(c.Allowed) != 1 || c.Allowed[0] != solver.KindDDIM || c.Reason != "why" || c.Forbidden[solver.KindHeun] != "because" {
		t.Errorf("allowed %v, reason %q, forbidden %v", c.Allowed, c.Reason, c.Forbidden)
	}
	if !c.NoGuidance || c.BakedGuidance != 1.5 || !c.Deterministic || len(c.Times) != 4 || c.Times[1] != 749 {
		t.Errorf("contract %+v", c)
	}
	d.Student, d.Samplers.Allowed = nil, nil
	if err := m.sampling(d); err != nil || len(m.Contract.Allowed) != 1 || m.Contract.Allowed[0] != solver.KindDDIM {
		t.Errorf("everything forbidden and nothing allowed: %v allowed, %v; want the default alone", m.Contract.Allowed, err)
	}
	d.Samplers.Allowed = []string{"nonsense"}
	if err := m.sampling(d); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("an unknown solver: %v", err)
	}
}

// The method of distillation decides solver, grid, guidance and steps where the checkpoint says nothing else.
func TestMethodDecidesTheSampler(t *testing.T) {
	for _, c := range []struct {
		method string
		change func(d *weights.Description)
		solver solver.Kind
		grid   schedule.GridKind
		steps  int
		guided bool
	}{
		{"pd", func(d *weights.Description) { d.Student.TrainedSteps = []int{8} }, solver.KindDDIM, schedule.Trailing, 8, false},
		{"CD", func(d *weights.Description) {
			d.Process, d.Boundary = &weights.Process{Kind: "edm"}, &weights.Boundary{Kind: "cm"}
			d.TimeInput, d.Student.Timesteps = &weights.TimeInput{Kind: "log_sigma_250"}, []float64{0, 22}
		}, solver.KindCM, schedule.ConsistencySteps, 2, true},
		{"lcm", func(d *weights.Description) { d.Boundary = &weights.Boundary{Kind: "lcm"} }, solver.KindLCM, schedule.DistilledSteps, 4, true},
		{"tcd", func(d *weights.Description) { d.Student.Gamma, d.Student.Original = weights.Some(0.2), 100 }, solver.KindTCD, schedule.DistilledSteps, 4, true},
		{"turbo", func(d *weights.Description) {}, solver.KindEulerAncestral, schedule.Trailing, 4, false},
		{"Lightning", func(d *weights.Description) { d.Student.TrainedSteps = []int{2} }, solver.KindEuler, schedule.Trailing, 2, false},
		{"DMD2", func(d *weights.Description) { d.Student.Timesteps = []float64{999, 749, 499, 249} }, solver.KindLCM, schedule.Trailing, 4, true},
		{"reflow", func(d *weights.Description) {
			d.Process, d.Prediction = &weights.Process{Kind: "flow", Shift: weights.Some(3.0)}, "flow_prediction"
			d.TimeInput = &weights.TimeInput{Kind: "time", Scale: weights.Some(1000.0)}
		}, solver.KindEuler, schedule.Trailing, 50, true},
		{"scm", func(d *weights.Description) {
			d.Process, d.Prediction = &weights.Process{Kind: "trigflow"}, "trigflow"
			d.Student.Timesteps = []float64{1.57, 1.3}
		}, solver.KindSCM, schedule.Trailing, 2, true},
	} {
		d := describedBy(t, distilled(c.method))
		c.change(d)
		m := &Model{}
		if err := m.sampling(d); err != nil {
			t.Errorf("%s: %v", c.method, err)
			continue
		}
		k := &m.Contract
		if k.Defaults.Solver != c.solver || k.Defaults.Grid != c.grid || k.Defaults.Steps != c.steps || k.NoGuidance == c.guided {
			t.Errorf("%s: %+v, guidance refused %t", c.method, k.Defaults, k.NoGuidance)
		}
		if !k.Student || k.Reason == "" || !slices.Contains(k.Allowed, c.solver) || slices.Contains(k.Allowed, solver.KindUniPC) {
			t.Errorf("%s allows %v because %q", c.method, k.Allowed, k.Reason)
		}
		// Karras' grid and a multistep solver are refused with the reason.
		if err := m.CheckSolver(solver.KindUniPC); err == nil || !strings.Contains(err.Error(), k.Reason) {
			t.Errorf("%s with unipc: %v", c.method, err)
		}
		if c.grid != schedule.Karras && m.CheckGrid(schedule.Karras) == nil {
			t.Errorf("%s on karras is accepted", c.method)
		}
		if err := m.CheckGrid(c.grid); err != nil {
			t.Errorf("%s on its own grid: %v", c.method, err)
		}
	}
}

// What contradicts the method, or leaves out what it cannot do without, is refused by name.
func TestMethodsRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		change func(d *weights.Description)
		part   string
	}{
		"unknown method":       {"magic", func(d *weights.Description) {}, `student.method "magic"`},
		"pd without steps":     {"pd", func(d *weights.Description) {}, "student.trained_steps: missing"},
		"dmd without list":     {"dmd2", func(d *weights.Description) {}, "student.t_list: missing"},
		"rising list":          {"dmd2", func(d *weights.Description) { d.Student.Timesteps = []float64{249, 999} }, "student.t_list"},
		"lcm without boundary": {"lcm", func(d *weights.Description) {}, "needs the boundary lcm"},
		"cd without boundary":  {"cd", func(d *weights.Description) {}, "needs the boundary cm"},
		"scm of another net":   {"scm", func(d *weights.Description) {}, "needs the prediction trigflow"},
		"silent turbo":         {"turbo", func(d *weights.Description) { d.Student.Deterministic = true }, "student.deterministic"},
		"pd by heun": {"pd", func(d *weights.Description) {
			d.Student.TrainedSteps, d.Samplers.Default = []int{4}, &weights.Sampler{Name: "heun"}
		}, "samplers.default.name"},
		"pd on karras": {"pd", func(d *weights.Description) {
			d.Student.TrainedSteps, d.Samplers.Default = []int{4}, &weights.Sampler{Name: "ddim", Grid: "karras"}
		}, "samplers.default.grid"},
		"tcd that allows dpm": {"tcd", func(d *weights.Description) { d.Samplers.Allowed = []string{"tcd", "dpmpp-2m"} }, "samplers.allowed"},
		"no such process":     {"tcd", func(d *weights.Description) { d.Process = &weights.Process{Kind: "foam"} }, `process.kind "foam"`},
		"no such boundary":    {"tcd", func(d *weights.Description) { d.Boundary = &weights.Boundary{Kind: "x"} }, `boundary.kind "x"`},
		"no such prediction":  {"tcd", func(d *weights.Description) { d.Prediction = "x" }, `prediction "x"`},
		"no such time":        {"tcd", func(d *weights.Description) { d.TimeInput = &weights.TimeInput{Kind: "x"} }, `time_input.kind "x"`},
		"scale of a log": {"tcd", func(d *weights.Description) {
			d.TimeInput = &weights.TimeInput{Kind: "sigma", Scale: weights.Some(2.0)}
		}, "time_input.scale"},
		"betas and T": {"tcd", func(d *weights.Description) {
			d.Process = &weights.Process{Kind: "vp", Steps: 3, Betas: []float64{0.1}}
		}, "process.betas"},
		"no such variance":    {"tcd", func(d *weights.Description) { d.Variance = &weights.Variance{Kind: "x"} }, `variance.kind "x"`},
		"analytic of nothing": {"tcd", func(d *weights.Description) { d.Variance = &weights.Variance{Kind: "analytic"} }, "variance.squares: missing"},
		"costs of a few":      {"tcd", func(d *weights.Description) { d.Tables.Costs = [][]float64{{1}, {1, 1}, {1, 1, 1}} }, "tables.costs: 3 rows"},
		"an endless table": {"tcd", func(d *weights.Description) {
			d.Tables.GGDM = &weights.GGDM{X: [][]float64{{1}}, D: [][]float64{{math.Inf(1)}}, Noise: []float64{0}}
		}, "tables.ggdm: "},
		"a degrader of no width": {"tcd", func(d *weights.Description) { d.Degrader = &weights.Degrader{Kind: "heat"} }, "degrader: kind \"heat\""},
		"squares of a few":       {"tcd", func(d *weights.Description) { d.Variance = &weights.Variance{Squares: []float64{1}, Kind: "none"} }, "variance.squares: 1 values"},
		"bad table": {"tcd", func(d *weights.Description) {
			d.Process = &weights.Process{Kind: "vp", Betas: []float64{2}}
		}, "process: schedule: beta 0 is 2"},
		"bad scheduler": {"tcd", func(d *weights.Description) {
			d.Scheduler = parse(t, `{"_class_name": "DDIMScheduler", "num_train_timesteps": 0}`)
		}, "scheduler.num_train_timesteps: is 0"},
		"no such table": {"tcd", func(d *weights.Description) { d.Process = &weights.Process{Kind: "vp", Schedule: "x"} }, `process.schedule "x"`},
	} {
		d := describedBy(t, distilled(c.method))
		c.change(d)
		if err := (&Model{}).sampling(d); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: error %v, want one that says %s", name, err, c.part)
		}
	}
	// An unknown method is sampled by a contract that says everything.
	d := describedBy(t, distilled("magic"))
	d.Samplers = weights.Samplers{Default: &weights.Sampler{Name: "ddim", N: 3, Grid: "trailing"}, Allowed: []string{"ddim"}}
	if err := (&Model{}).sampling(d); err != nil {
		t.Errorf("an unknown method with its sampler: %v", err)
	}
}

// Every kind of process that a checkpoint may describe, and its rates.
func TestDescribedProcesses(t *testing.T) {
	for kind, c := range map[string]struct {
		p    weights.Process
		want schedule.Level
	}{
		"vp":          {weights.Process{Betas: []float64{0.25, 0.5}}, schedule.Level{T: 0, A: math.Sqrt(0.75), S: 0.5}},
		"vp_linear":   {weights.Process{}, schedule.Level{T: 1, A: math.Exp(-(0.1 + 19.9/2) / 2), S: math.Sqrt(1 - math.Exp(-(0.1 + 19.9/2)))}},
		"sub_vp":      {weights.Process{BetaEnd: weights.Some(10.0)}, schedule.Level{T: 1, A: math.Exp(-(0.1 + 9.9/2) / 2), S: 1 - math.Exp(-(0.1 + 9.9/2))}},
		"cosine":      {weights.Process{}, schedule.Level{T: 0.5, A: math.Sqrt(0.5), S: math.Sqrt(0.5)}},
		"ve":          {weights.Process{SigmaMin: weights.Some(0.01), SigmaMax: weights.Some(50.0)}, schedule.Level{T: 1, A: 1, S: 50}},
		"edm":         {weights.Process{}, schedule.Level{T: 80, A: 1, S: 80}},
		"flow":        {weights.Process{}, schedule.Level{T: 0.25, A: 0.75, S: 0.25}},
		"trigflow":    {weights.Process{SigmaData: weights.Some(0.3)}, schedule.Level{T: math.Pi / 2, A: 0, S: 0.3}},
		"gamma_table": {weights.Process{Gamma: []float64{-10, 10}}, schedule.Level{T: 0.5, A: math.Sqrt(0.5), S: math.Sqrt(0.5)}},
	} {
		c.p.Kind = kind
		m := &Model{}
		if err := m.sampling(&weights.Description{Process: &c.p, Prediction: "sample", Guidance: weights.Guidance{AllowCFG: true}}); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if got := m.Process.AtTime(c.want.T); math.Abs(got.A-c.want.A) > 1e-12 || math.Abs(got.S-c.want.S) > 1e-12 {
			t.Errorf("%s at %v is %v, want %v", kind, c.want.T, got, c.want)
		}
		if m.Reading.Prediction != denoise.PredictSample || m.Contract.Defaults.Grid != schedule.Trailing {
			t.Errorf("%s: %+v, %+v", kind, m.Reading, m.Contract.Defaults)
		}
	}
	if err := (&Model{}).sampling(&weights.Description{Process: &weights.Process{Kind: "flow"}}); err == nil || !strings.Contains(err.Error(), "prediction: missing") {
		t.Errorf("a process without a prediction: %v", err)
	}
}

// What the checkpoint knows of the variance opens the solvers that need it.
func TestVarianceOpensSolvers(t *testing.T) {
	for name, c := range map[string]struct {
		d      weights.Description
		solver solver.Kind
	}{
		"table":         {weights.Description{Variance: &weights.Variance{Kind: "analytic", Squares: make([]float64, 1000)}}, solver.KindAnalytic},
		"second moment": {weights.Description{Variance: &weights.Variance{Kind: "second_moment"}}, solver.KindSN},
		"error":         {weights.Description{Variance: &weights.Variance{Kind: "error"}}, solver.KindNPR},
		"learned range": {weights.Description{Scheduler: parse(t, `{"_class_name": "DDPMScheduler", "variance_type": "learned_range"}`)}, solver.KindDDPMLearned},
	} {
		if !c.d.Scheduler.Exists() {
			c.d.Scheduler = parse(t, `{"_class_name": "DDPMScheduler"}`)
		}
		m, plain := &Model{}, &Model{}
		if err := m.sampling(&c.d); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := plain.sampling(&weights.Description{Scheduler: parse(t, `{"_class_name": "DDPMScheduler"}`)}); err != nil {
			t.Fatal(err)
		}
		if m.CheckSolver(c.solver) != nil || plain.CheckSolver(c.solver) == nil {
			t.Errorf("%s: %v, %v without it", name, m.CheckSolver(c.solver), plain.CheckSolver(c.solver))
		}
	}
}
