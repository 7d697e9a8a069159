package pipeline

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
)

// refused compiles and returns the clash.
func refused(t *testing.T, m *Model, s Spec) *Clash {
	t.Helper()
	_, err := Compile(m, s, nil)
	var c *Clash
	if !errors.As(err, &c) {
		t.Errorf("error %v is not a clash", err)
		return &Clash{}
	}
	if c.Problem == "" || c.Remedy == "" || !strings.Contains(c.Error(), c.Remedy) {
		t.Errorf("clash %q lacks problem or remedy", c)
	}
	return c
}

func TestClashes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *Model, s *Spec)
		want   Setting
	}{
		"no network":           {func(m *Model, s *Spec) { m.Network = nil }, SettingModel},
		"no process":           {func(m *Model, s *Spec) { m.Process = nil }, SettingModel},
		"no channels":          {func(m *Model, s *Spec) { m.C = 0 }, SettingModel},
		"two channels":         {func(m *Model, s *Spec) { m.C = 2 }, SettingModel},
		"four channels":        {func(m *Model, s *Spec) { m.C = 4 }, SettingModel},
		"huge input":           {func(m *Model, s *Spec) { m.H = 1 << 40 }, SettingModel},
		"unknown codec":        {func(m *Model, s *Spec) { m.Codec.Kind = 9 }, SettingModel},
		"codec without factor": {func(m *Model, s *Spec) { m.Codec = Codec{CodecPixelUnshuffle, 0} }, SettingModel},
		"codec and channels":   {func(m *Model, s *Spec) { m.Codec = Codec{CodecPixelUnshuffle, 2} }, SettingModel},
		"clip to NaN":          {func(m *Model, s *Spec) { m.Clip = math.NaN() }, SettingModel},
		"negative clip":        {func(m *Model, s *Spec) { m.Clip = -1 }, SettingModel},
		"no picture":           {func(m *Model, s *Spec) { s.Batch = 0 }, SettingBatch},
		"too many pictures":    {func(m *Model, s *Spec) { s.Batch = 1 << 30 }, SettingBatch},
		"too much memory":      {func(m *Model, s *Spec) { s.Batch, s.H, s.W = 100, 8192, 8192 }, SettingBatch},
		"negative size":        {func(m *Model, s *Spec) { s.H = -4 }, SettingSize},
		"huge size":            {func(m *Model, s *Spec) { s.W = 1 << 40 }, SettingSize},
		"size of the network":  {func(m *Model, s *Spec) { s.H = 5 }, SettingSize},
		"size of the codec":    {func(m *Model, s *Spec) { m.C, m.Codec = 4, Codec{CodecPixelUnshuffle, 2}; s.H = 9 }, SettingSize},
		"unknown solver":       {func(m *Model, s *Spec) { s.Solver = 200 }, SettingSolver},
		"unknown grid":         {func(m *Model, s *Spec) { s.Grid = 200 }, SettingGrid},
		"no steps":             {func(m *Model, s *Spec) { s.Steps = 0 }, SettingSteps},
		"too many steps":       {func(m *Model, s *Spec) { s.Steps = 1001 }, SettingSteps},
		"linspace in one":      {func(m *Model, s *Spec) { s.Grid, s.Steps = schedule.Linspace, 1 }, SettingGrid},
		"leading out of range": {func(m *Model, s *Spec) {
			s.Grid, s.Steps, s.GridOptions = schedule.Leading, 1000, s.GridOptions.With(schedule.Offset, 1)
		}, SettingGrid},
		"eta of euler":          {func(m *Model, s *Spec) { s.Solver, s.Options = solver.KindEuler, eta(0.5) }, SettingOption},
		"negative eta":          {func(m *Model, s *Spec) { s.Solver, s.Options = solver.KindDDIM, eta(-0.5) }, SettingOption},
		"eta above one":         {func(m *Model, s *Spec) { s.Solver, s.Options = solver.KindDDIM, eta(1.5) }, SettingOption},
		"eta NaN":               {func(m *Model, s *Spec) { s.Solver, s.Options = solver.KindDDIM, eta(math.NaN()) }, SettingOption},
		"guidance NaN":          {func(m *Model, s *Spec) { s.Guidance.Scale = math.NaN() }, SettingGuidance},
		"negative guidance":     {func(m *Model, s *Spec) { s.Guidance.Scale = -1 }, SettingGuidance},
		"infinite guidance":     {func(m *Model, s *Spec) { s.Guidance.Scale = math.Inf(1) }, SettingGuidance},
		"guidance, no label":    {func(m *Model, s *Spec) { m.Cond = nil }, SettingGuidance},
		"guidance, no null":     {func(m *Model, s *Spec) { m.Cond = testLabels(t, -1); s.Choice = []int{0} }, SettingGuidance},
		"cfg++ unguided":        {func(m *Model, s *Spec) { s.Solver, s.Guidance.Scale = solver.KindEulerCFGpp, 1 }, SettingGuidance},
		"cfg++, no null":        {func(m *Model, s *Spec) { m.Cond, s.Solver = testLabels(t, -1), solver.KindEulerCFGpp }, SettingSolver},
		"guidance rescale":      {func(m *Model, s *Spec) { s.Guidance.Rescale = 2 }, SettingGuidance},
		"threshold":             {func(m *Model, s *Spec) { s.Thresh = &Threshold{Quantile: 1.5} }, SettingThreshold},
		"threshold below 1":     {func(m *Model, s *Spec) { s.Thresh = &Threshold{Quantile: 0.9, Max: 0.5} }, SettingThreshold},
		"threshold NaN":         {func(m *Model, s *Spec) { m.Thresh = Threshold{Quantile: math.NaN()} }, SettingThreshold},
		"label, no labels":      {func(m *Model, s *Spec) { m.Cond, s.Guidance.Scale, s.Choice = nil, 1, []int{0} }, SettingChoice},
		"open, no null":         {func(m *Model, s *Spec) { m.Cond, s.Guidance.Scale = testLabels(t, -1), 1 }, SettingChoice},
		"label beyond the last": {func(m *Model, s *Spec) { s.Choice = []int{3} }, SettingChoice},
		"label -2":              {func(m *Model, s *Spec) { s.Choice = []int{-2} }, SettingChoice},
		"two labels":            {func(m *Model, s *Spec) { s.Choice = []int{0, 1} }, SettingChoice},
		"no label of one":       {func(m *Model, s *Spec) { s.Choice = []int{} }, SettingChoice},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := testModel(t)
			s := m.Defaults()
			c.change(m, &s)
			if got := refused(t, m, s); got.Setting != c.want {
				t.Errorf("%v: setting %v, want %v", got, got.Setting, c.want)
			}
		})
	}
}

func TestEpsilonAndZeroTerminalClash(t *testing.T) {
	b, err := schedule.BetasLinear(1e-4, 0.02, 1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schedule.NewVPDiscrete(schedule.ZeroTerminalSNR(b))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := testModel(t)
	m.Process, m.Reading.Prediction = p, denoise.PredictEpsilon
	c := refused(t, m, m.Defaults())
	var signal *denoise.NoSignalError
	if c.Setting != SettingGrid || !errors.As(c, &signal) {
		t.Errorf("epsilon from pure noise: %v", c)
	}
	m.Reading.Prediction = denoise.PredictV
	finish(t, mustCompile(t, m, m.Defaults()))
	m.Reading.Prediction = denoise.PredictEpsilon
	s := m.Defaults()
	s.Grid = schedule.Leading // the remedy named
	finish(t, mustCompile(t, m, s))
}

// student is the contract of a model distilled to four steps.
func student(t *testing.T) *Model {
	m, _ := testModel(t)
	m.Contract = Contract{
		Defaults: Defaults{Solver: solver.KindDDIM, Grid: schedule.Trailing, Steps: 4, Guidance: 1},
		Allowed:  []solver.Kind{solver.KindDDIM, solver.KindDDPM}, Reason: "a map between its own steps",
		TrainedSteps: []int{4}, Times: []float64{999, 749, 499, 249}, Deterministic: true, NoGuidance: true, BakedGuidance: 1.5,
	}
	return m
}

func TestStudentContract(t *testing.T) {
	m := student(t)
	r := mustCompile(t, m, m.Defaults())
	finish(t, r)
	for name, c := range map[string]struct {
		change func(m *Model, s *Spec)
		want   Setting
		says   string
	}{
		"other solver":    {func(m *Model, s *Spec) { s.Solver = solver.KindHeun }, SettingSolver, "a map between its own steps"},
		"noisy solver":    {func(m *Model, s *Spec) { s.Solver = solver.KindDDPM }, SettingSolver, "noise"},
		"forbidden":       {func(m *Model, s *Spec) { m.Contract.Forbidden = map[solver.Kind]string{solver.KindDDIM: "because"} }, SettingSolver, "because"},
		"other grid":      {func(m *Model, s *Spec) { s.Grid = schedule.Karras }, SettingGrid, "trailing"},
		"other steps":     {func(m *Model, s *Spec) { s.Steps = 5 }, SettingSteps, "exactly 4 steps"},
		"noise":           {func(m *Model, s *Spec) { s.Options = eta(0.5) }, SettingOption, "without"},
		"guidance":        {func(m *Model, s *Spec) { s.Guidance.Scale = 2 }, SettingGuidance, "1.5 is already folded"},
		"list, no number": {func(m *Model, s *Spec) { m.Contract.TrainedSteps = nil; s.Steps = 3 }, SettingSteps, "use 4"},
	} {
		t.Run(name, func(t *testing.T) {
			m := student(t)
			s := m.Defaults()
			c.change(m, &s)
			got := refused(t, m, s)
			if got.Setting != c.want || !strings.Contains(got.Error(), c.says) {
				t.Errorf("%v: setting %v, want %v saying %q", got, got.Setting, c.want, c.says)
			}
		})
	}
	if m.CheckSolver(solver.KindDDIM) != nil || m.CheckGrid(schedule.Trailing) != nil || m.CheckGuidance() == nil {
		t.Error("the single checks disagree with the contract")
	}
}

// A list of times is what the run visits, also where no grid has it.
func TestTimesOfTheContract(t *testing.T) {
	m := student(t)
	m.Contract.Times = []float64{999, 700, 300, 10}
	p, err := check(m, ptr(m.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range m.Contract.Times {
		if got := p.solver.Asked()[i].T; got != want {
			t.Errorf("time %d is %v, want %v", i, got, want)
		}
	}
	m.Contract.Times[2] = 800 // above the one before
	if c := refused(t, m, m.Defaults()); c.Setting != SettingGrid {
		t.Errorf("times that rise: %v", c)
	}
}

func ptr(s Spec) *Spec { return &s }

// Every combination runs without a NaN or is refused by a clash.
func TestEveryCombination(t *testing.T) {
	scaled, err := schedule.BetasScaledLinear(0.00085, 0.012, 1000)
	if err != nil {
		t.Fatal(err)
	}
	zero, err := schedule.NewVPDiscrete(schedule.ZeroTerminalSNR(scaled))
	if err != nil {
		t.Fatal(err)
	}
	ran, clashes := 0, 0
	for _, process := range []schedule.Process{testProcess(t), zero} {
		for _, prediction := range denoise.Predictions() {
			for _, info := range solver.Solvers() {
				for _, grid := range schedule.Grids() {
					for _, n := range []int{1, 2, 3, 4, 5, 7, 20, 37, 60} {
						other := prediction > denoise.PredictSample && (grid.Kind != schedule.Trailing || n > 5)
						if runtime.GOOS == "js" && n > 5 { // what is longer takes minutes there, and is no other case
							continue
						}
						if other || grid.Kind > schedule.Karras && (prediction != denoise.PredictV || n != 1 && n != 3 && n != 7) {
							continue
						}
						m, _ := testModel(t)
						m.Process, m.Reading.Prediction = process, prediction
						if n%2 == 1 {
							bring(m, info, n)
						}
						s := m.Defaults()
						s.Solver, s.Grid, s.Steps, s.Guidance.Scale = info.Kind, grid.Kind, n, float64(1+n%2)
						if n%7 == 0 {
							s.Options = eta(1).For(info.Knobs)
						}
						r, err := Compile(m, s, nil)
						if err != nil {
							var c *Clash
							if !errors.As(err, &c) {
								t.Fatal(err)
							}
							clashes++
							continue
						}
						finish(t, r)
						bytesOf(t, r, 0, ViewX)
						ran++
					}
				}
			}
		}
	}
	t.Logf("%d ran, %d were refused", ran, clashes)
	if ran < 4000 || clashes == 0 {
		t.Errorf("%d ran, %d were refused", ran, clashes)
	}
}

func TestSettingNames(t *testing.T) {
	seen := map[string]bool{}
	for s := range settings {
		if n := s.String(); n == "" || seen[n] {
			t.Errorf("setting %d is named %q", s, n)
		}
		seen[s.String()] = true
	}
	if Setting(99).String() != "unknown setting" || CodecKind(9).String() != "unknown codec" {
		t.Error("a setting or codec beyond the last has a name")
	}
}

// A default eta does not follow into a solver that has none, where it would be refused.
func TestSpecUseDropsAnEtaThatTheSolverHasNot(t *testing.T) {
	s := Spec{Solver: solver.KindDDIM, Options: eta(0.5)}
	if s.Use(solver.KindDDIM); s.Options != eta(0.5) {
		t.Errorf("ddim: options %v, want eta 0.5", s.Options)
	}
	if s.Use(solver.KindHeun); s.Options != (solver.Options{}) || s.Solver != solver.KindHeun {
		t.Errorf("heun: solver %v with %v, want no settings", s.Solver, s.Options)
	}
}

func eta(v float64) solver.Options { return solver.Options{}.With(solver.Eta, v) }
