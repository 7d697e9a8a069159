package sampler

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
)

// recorded is one run of a reference scheduler; testdata/README.md says where they come from.
type recorded struct {
	Name      string
	Scheduler string
	Config    struct {
		Steps       int     `json:"num_train_timesteps"`
		BetaStart   float64 `json:"beta_start"`
		BetaEnd     float64 `json:"beta_end"`
		Beta        string  `json:"beta_schedule"`
		Prediction  string  `json:"prediction_type"`
		Spacing     string  `json:"timestep_spacing"`
		Offset      int     `json:"steps_offset"`
		Karras      bool    `json:"use_karras_sigmas"`
		Clip        bool    `json:"clip_sample"`
		ClipRange   float64 `json:"clip_sample_range"`
		Variance    string  `json:"variance_type"`
		Algorithm   string  `json:"algorithm_type"`
		SolverOrder int     `json:"solver_order"`
		SolverType  string  `json:"solver_type"`
		AlphaToOne  *bool   `json:"set_alpha_to_one"`
	}
	N         int
	Options   struct{ Eta float64 } `json:"step_options"`
	Timesteps []float64
	Steps     []struct {
		T         float64
		X, F, Out []float64
		Z         [][]float64
	}
}

func (r *recorded) betas(t *testing.T) []float64 {
	t.Helper()
	var betas []float64
	var err error
	switch c := &r.Config; c.Beta {
	case "linear":
		betas, err = schedule.BetasLinear(c.BetaStart, c.BetaEnd, c.Steps)
	case "scaled_linear":
		betas, err = schedule.BetasScaledLinear(c.BetaStart, c.BetaEnd, c.Steps)
	case "squaredcos_cap_v2":
		betas, err = schedule.BetasCosine(c.Steps)
	default:
		t.Fatalf("%s: betas %q", r.Name, c.Beta)
	}
	if err != nil {
		t.Fatal(err)
	}
	return betas
}

// levels are those of our grid on our table; if single, the rates come from a table multiplied up in float32, as the
// reference has it: at the clean end 1-ᾱ is then off by up to 6e-4.
func (r *recorded) levels(t *testing.T, single bool) []schedule.Level {
	t.Helper()
	betas := r.betas(t)
	p, err := schedule.NewVPDiscrete(betas)
	if err != nil {
		t.Fatal(err)
	}
	levels, err := r.grid(t)(p, r.N)
	if err != nil {
		t.Fatal(err)
	}
	if r.Config.AlphaToOne != nil && !*r.Config.AlphaToOne {
		levels[r.N] = p.At(0)
	}
	if !single || r.Config.Karras {
		return levels
	}
	bar := make([]float64, len(betas))
	product := float32(1)
	for i, b := range betas {
		product *= 1 - float32(b)
		bar[i] = float64(product)
	}
	for i, l := range levels {
		if l.S > 0 {
			b := bar[int(l.T)]
			levels[i].A, levels[i].S = math.Sqrt(b), math.Sqrt(float64(1-float32(b)))
		}
	}
	return levels
}

func (r *recorded) grid(t *testing.T) schedule.Grid {
	t.Helper()
	if r.Config.Karras {
		return schedule.Karras.Grid(schedule.GridOptions{})
	}
	for _, g := range schedule.Grids() {
		if g.Name == r.Config.Spacing {
			o := schedule.Options{}.With(schedule.Offset, float64(r.Config.Offset)).For(g.Knobs)
			return g.Kind.Grid(schedule.GridOptions{Options: o})
		}
	}
	t.Fatalf("%s: grid %q", r.Name, r.Config.Spacing)
	return nil
}

// solver returns our solver, the tolerance of one step relative to the largest value, and whether the reference's
// x is X = x/a.
func (r *recorded) solver(t *testing.T) (s Solver, oneStep float64, scaled bool) {
	t.Helper()
	switch c := &r.Config; r.Scheduler {
	case "DDPMScheduler":
		if c.Variance == "fixed_large" {
			return DDPM{VarianceLarge}, 2e-6, false
		}
		return DDPM{}, 2e-6, false
	case "DDIMScheduler":
		return DDIM{r.Options.Eta}, 2e-6, false
	case "EulerDiscreteScheduler":
		return Euler{}, 2e-6, true
	case "HeunDiscreteScheduler":
		return Heun{}, 2e-5, true
	case "DPMSolverMultistepScheduler":
		if c.Algorithm == "dpmsolver++" && c.SolverOrder == 2 {
			if c.SolverType == "heun" {
				return DPMpp2M{Correction: HeunLike}, 2e-5, false
			}
			return DPMpp2M{Correction: Midpoint}, 2e-5, false
		}
	}
	t.Fatalf("%s: no solver for it", r.Name)
	return nil, 0, false
}

// replayed feeds the recorded outputs of the network to a run, in order, and compares x at every call.
type replayed struct {
	*recorded
	param  denoise.Param
	scaled bool
	pin    bool // continue from the recorded x
	call   int
	worst  float64 // |x - recorded|, relative to the largest recorded value
}

func (r *replayed) Denoise(dst, x []float32, l schedule.Level) error {
	if r.call == len(r.Steps) {
		return fmt.Errorf("more than the recorded %d calls", len(r.Steps))
	}
	step := &r.Steps[r.call]
	scale := 1.0
	if r.scaled {
		scale = l.A
	}
	r.compare(x, step.X, scale)
	p, err := r.param(l)
	if err != nil {
		return err
	}
	for i, f := range step.F {
		if r.pin {
			x[i] = float32(step.X[i] * scale)
		}
		dst[i] = float32(p.Skip*float64(x[i]) + p.Out*f)
	}
	r.call++
	return nil
}

func (r *replayed) compare(x []float32, want []float64, scale float64) {
	most, norm := 0.0, 0.0
	for i, w := range want {
		d := math.Abs(float64(x[i])/scale - w)
		if d != d {
			d = math.Inf(1)
		}
		most, norm = max(most, d), max(norm, math.Abs(w))
	}
	r.worst = max(r.worst, most/norm)
}

// replay runs a case and returns the largest error at any call and at the end.
func replay(t *testing.T, c *recorded, levels []schedule.Level, pin bool) float64 {
	t.Helper()
	solver, _, scaled := c.solver(t)
	tape, err := Compile(solver, nil, levels)
	if err != nil {
		t.Fatal(err)
	}
	param := map[string]denoise.Prediction{"epsilon": denoise.PredictEpsilon, "v_prediction": denoise.PredictV,
		"sample": denoise.PredictSample}[c.Config.Prediction].Param()
	r := &replayed{recorded: c, param: param, scaled: scaled, pin: pin}
	var den denoise.Denoiser = r
	if c.Config.Clip {
		den = &denoise.Clip{Denoiser: r, Limit: float32(c.Config.ClipRange)}
	}
	noise := func(dst []float32, key uint32) {
		if key == 0 {
			return
		}
		for i, z := range c.Steps[r.call-1].Z[0] {
			dst[i] = float32(z)
		}
	}
	run := NewRun(tape, Env{Denoiser: den, Noise: noise}, len(c.Steps[0].X))
	scale := 1.0
	if scaled {
		scale = levels[0].A
	}
	for i, v := range c.Steps[0].X {
		run.X()[i] = float32(v * scale)
	}
	for done := false; !done; {
		if done, err = run.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if r.call != len(c.Steps) {
		t.Errorf("%d calls, recorded %d", r.call, len(c.Steps))
	}
	if scaled {
		scale = levels[len(levels)-1].A
	}
	r.compare(run.X(), c.Steps[len(c.Steps)-1].Out, scale)
	return r.worst
}

func readRecorded(t *testing.T, path string) []*recorded {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []*recorded
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		c := new(recorded)
		if err := json.Unmarshal(s.Bytes(), c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if s.Err() != nil || len(cases) == 0 {
		t.Fatal(s.Err(), len(cases))
	}
	return cases
}

// The solvers agree with the reference on its own float32 table: step by step from its x, and in a free run.
func TestParity(t *testing.T) {
	for _, c := range readRecorded(t, "testdata/agree.jsonl") {
		t.Run(c.Name, func(t *testing.T) {
			levels := c.levels(t, true)
			for i, want := range c.callTimes() {
				if got := levels[i].T; math.Abs(got-want) > 2e-3 || !c.Config.Karras && got != want {
					t.Errorf("time %d is %v, recorded %v", i, got, want)
				}
			}
			_, oneStep, _ := c.solver(t)
			if c.Config.Karras {
				oneStep = 2e-5 // the reference takes its sigmas from float32 powers
			}
			if e := replay(t, c, levels, true); !(e <= oneStep) {
				t.Errorf("one step is off by %.1e, tolerance %.0e", e, oneStep)
			}
			if e := replay(t, c, levels, false); !(e <= 1e-4) {
				t.Errorf("the run is off by %.1e, tolerance 1e-4", e)
			}
		})
	}
}

// callTimes lists the recorded times once each: Heun's second calls repeat them.
func (r *recorded) callTimes() []float64 {
	var times []float64
	for i, v := range r.Timesteps {
		if i == 0 || v != r.Timesteps[i-1] {
			times = append(times, v)
		}
	}
	return times
}

// On our float64 table the same runs agree to what the reference's float32 table has lost: up to 6e-4 of 1-ᾱ at the
// clean end.
func TestParityOnExactTable(t *testing.T) {
	for _, c := range readRecorded(t, "testdata/agree.jsonl") {
		if e := replay(t, c, c.levels(t, false), false); !(e <= 3e-4) {
			t.Errorf("%s: the run is off by %.1e", c.Name, e)
		}
	}
}

// differing finds a case in which the reference is known to do something else than its papers say.
func differing(t *testing.T, name string) *recorded {
	t.Helper()
	for _, c := range readRecorded(t, "testdata/differ.jsonl") {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no recorded case %s", name)
	return nil
}

// The reference's DDIM steps to t - T/n, which is not the next time of a linspace grid: the picture is told a wrong
// noise level from the second call on. Ours steps to the next level.
func TestPitfallDDIMStepsOffItsGrid(t *testing.T) {
	c := differing(t, "ddim-lin-linspace-n4")
	levels := c.levels(t, true)
	if e := replay(t, c, levels, true); !(e > 0.1) {
		t.Errorf("differs by %.1e from a reference that leaves the grid", e)
	}
	for i, l := range levels[:c.N] {
		if l.T != c.Timesteps[i] {
			t.Errorf("time %d is %v, recorded %v", i, l.T, c.Timesteps[i])
		}
	}
}

// The reference's DDPM with fixed_large adds noise of standard deviation 0.3 to the finished picture unless its last
// time is 0. Ours adds none in a step to the clean picture.
func TestPitfallDDPMNoiseInTheLastStep(t *testing.T) {
	c := differing(t, "ddpm-fixed_large-lin-trailing-n4")
	levels := c.levels(t, true)
	if e := replay(t, c, levels, false); !(e > 0.1) {
		t.Errorf("differs by %.1e from a reference that ends in noise", e)
	}
	last := &c.Steps[c.N-1]
	for i := range last.Z[0] {
		last.Out[i] -= last.Z[0][i] * math.Sqrt(1-float64(levels[c.N-1].A*levels[c.N-1].A))
	}
	if e := replay(t, c, levels, false); !(e <= 1e-4) {
		t.Errorf("without that noise the run is off by %.1e", e)
	}
}

// The reference's Euler keeps the fraction of a linspace time and interpolates sigma linearly there; ours takes the
// trained step. Rounding moves the levels by less than a step.
func TestPitfallEulerFractionalTimes(t *testing.T) {
	c := differing(t, "euler-sd-linspace-n8")
	levels := c.levels(t, true)
	if e := replay(t, c, levels, false); !(e > 1e-4 && e < 1e-2) {
		t.Errorf("differs by %.1e", e)
	}
	for i, l := range levels[:c.N] {
		if l.T != math.RoundToEven(c.Timesteps[i]) {
			t.Errorf("time %d is %v, recorded %v", i, l.T, c.Timesteps[i])
		}
	}
}

// Karras with one step is sigma_max to the clean picture; the reference begins at sigma_min, where nothing is left to
// be done.
func TestPitfallKarrasWithOneStep(t *testing.T) {
	c := differing(t, "euler-karras-n1")
	if got := c.levels(t, false)[0].T; got != 999 || c.Timesteps[0] != 0 {
		t.Errorf("begins at %v, recorded %v", got, c.Timesteps[0])
	}
}

// "leading" of the reference's multistep solvers divides by n+1, of the others by n. Ours is the same grid for every
// solver; on the times that the reference visited, given as a list, ours agrees.
func TestPitfallLeadingHasTwoMeanings(t *testing.T) {
	c := differing(t, "dpmm-dpmsolver++-2-midpoint-sd-leading-n4")
	if got := c.levels(t, true)[0].T; got != 750 || c.Timesteps[0] != 800 {
		t.Errorf("begins at %v, recorded %v", got, c.Timesteps[0])
	}
	p, err := schedule.NewVPDiscrete(c.betas(t))
	if err != nil {
		t.Fatal(err)
	}
	levels, err := schedule.List(c.Timesteps)(p, c.N)
	if err != nil {
		t.Fatal(err)
	}
	if e := replay(t, c, levels, false); !(e <= 1e-4) {
		t.Errorf("on the recorded times the run is off by %.1e", e)
	}
}
