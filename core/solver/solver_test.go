package solver_test

import (
	"fmt"
	"math"
	"testing"

	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

func compile(t testing.TB, s Solver, levels []schedule.Level) *Tape {
	t.Helper()
	tape, err := Compile(s, oracle.VP{}, levels)
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

// tape compiles a solver of the registry with those of the settings that it has; ok is false if it owns its loop.
func tape(t testing.TB, k Kind, o Options, p schedule.Process, levels []schedule.Level) (tape *Tape, ok bool) {
	t.Helper()
	program, err := prepare(k, o.For(k.Knobs()), p, levels)
	if err != nil {
		t.Fatalf("%v: %v", k, err)
	}
	tape, ok = program.(*Tape)
	return tape, ok
}

// bring is what the solver needs of a checkpoint: of the table, DDIM's.
func bring(k Kind, levels []schedule.Level) *Extras {
	info, _ := k.Info()
	e := &Extras{Degrader: Fade{}, SecondTime: true, Table: &Table{}}
	switch info.Needs {
	case NeedsVariance:
		e.Head = HeadVariance
	case NeedsSecondMoment:
		e.Head = HeadSecondMoment
	case NeedsError:
		e.Head = HeadError
	}
	for i := range 1000 {
		e.Squares = append(e.Squares, 0.3+float64(0.0006*float64(i)))
	}
	for i := 1; i < len(levels); i++ {
		from, to := levels[i-1], levels[i]
		x, d := make([]float64, i), make([]float64, i)
		x[i-1] = to.S / from.S
		d[i-1] = to.A - float64(x[i-1]*from.A)
		e.Table.X, e.Table.D, e.Table.Noise = append(e.Table.X, x), append(e.Table.D, d), append(e.Table.Noise, 0)
	}
	return e
}

// prepare compiles with it. A process that blurs has times from 0 to 1.
func prepare(k Kind, o Options, p schedule.Process, levels []schedule.Level) (Program, error) {
	if info, _ := k.Info(); info.Needs == NeedsBlur {
		p = &schedule.Blur{Process: p, Most: 1, Floor: 0.2}
		levels = append([]schedule.Level(nil), levels...)
		for i := range levels {
			levels[i].T /= 1000
		}
	}
	return bring(k, levels).Compile(k, o, p, levels)
}

var noisy = Options{}.With(Eta, 0.5)

func process(t testing.TB) *schedule.VPDiscrete {
	t.Helper()
	b, err := schedule.BetasLinear(1e-4, 0.02, 1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schedule.NewVPDiscrete(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func trailing(t testing.TB, n int) []schedule.Level {
	t.Helper()
	l, err := schedule.Trailing.Grid(schedule.GridOptions{})(process(t), n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var start = []float64{0.7, -1.1}

// fixedNoise is the same few numbers for the same stream.
func fixedNoise(dst []float64, key uint32) {
	for i := range dst {
		dst[i] = math.Sin(float64(key)*12.9898 + float64(i)*78.233 + 1)
	}
}

// result interprets a solver's tape on the mixture.
func result(t *testing.T, s Solver, levels []schedule.Level) []float64 {
	t.Helper()
	return oracle.Interpret(compile(t, s, levels), start, oracle.Bimodal.Denoise, fixedNoise)
}

func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

func TestIdentities(t *testing.T) {
	for _, n := range []int{1, 2, 5, 20, 50} {
		l := trailing(t, n)
		euler, ddim := compile(t, Euler{}, l), compile(t, DDIM{}, l)
		for i := range euler.Ops {
			if a, b := euler.Ops[i], ddim.Ops[i]; a != b {
				t.Fatalf("n=%d: operation %d of euler is %v, of ddim with eta 0 %v", n, i, a, b)
			}
		}
		want := result(t, DDPM{}, l)
		for name, s := range map[string]Solver{
			"ddim with eta 1": DDIM{Eta: 1},
			"euler-a":         EulerAncestral{1, 1},
			"sde-dpmpp-1":     SDEDPMpp{Estimates: 1, Eta: 1, SNoise: 1},
		} {
			near(t, fmt.Sprintf("%s and ddpm, n=%d", name, n), result(t, s, l), want, 1e-12)
		}
		for name, c := range map[string]struct{ a, b Solver }{
			"sde-dpmpp-1 and ddim without noise":      {SDEDPMpp{Estimates: 1}, DDIM{}},
			"sde-dpmpp-2m and dpmpp-2m without noise": {SDEDPMpp{Estimates: 2}, DPMpp2M{}},
			"the same, heun":                          {SDEDPMpp{Estimates: 2, Correction: HeunLike}, DPMpp2M{Correction: HeunLike}},
			"euler-a and euler without noise":         {EulerAncestral{}, Euler{}},
			"dpmpp-sde and dpmpp-2s-a without noise":  {DPMppSDE{}, DPMpp2SAncestral{}},
		} {
			near(t, fmt.Sprintf("%s, n=%d", name, n), result(t, c.a, l), result(t, c.b, l), 1e-12)
		}
	}
	one := trailing(t, 1)
	near(t, "heun and euler in one step", result(t, Heun{}, one), result(t, Euler{}, one), 0)
	near(t, "dpmpp-2m and ddim in one step", result(t, DPMpp2M{}, one), result(t, DDIM{}, one), 0)
}

// The deterministic solvers know only ratios of the rates: at equal lambdas, X = x/a ends the same in the
// coordinates of a variance-preserving, a variance-exploding and a flow process.
func TestCoordinatesDoNotMatter(t *testing.T) {
	vp := oracle.Rough(-2.3, 2.3, 12)
	ve, flow := make([]schedule.Level, len(vp)), make([]schedule.Level, len(vp))
	for i, l := range vp {
		s := l.Sigma()
		ve[i], flow[i] = schedule.Level{A: 1, S: s}, schedule.Level{A: 1 / (1 + s), S: s / (1 + s)}
	}
	solvers := []Solver{DDIM{Eta: 0.6}, Heun{Alpha: 0.5},
		EulerAncestral{0.7, 1.01}, DPM2Ancestral{0.7, 1.01}, DPMpp2SAncestral{0.7, 1.01}, DPMppSDE{Eta: 0.7, SNoise: 1.01},
		SDEDPMpp{Estimates: 1, Eta: 0.7, SNoise: 1.01}, SDEDPMpp{Estimates: 3, Eta: 0.7, SNoise: 1.01, Correction: HeunLike}}
	for _, s := range oracle.Deterministic() {
		if s.Name != "prk" { // its middle is one of time, which these levels have not
			solvers = append(solvers, s.Sampler)
		}
	}
	for _, s := range solvers {
		end := func(levels []schedule.Level) []float64 {
			x := []float64{start[0] * levels[0].A, start[1] * levels[0].A}
			x = oracle.Interpret(compile(t, s, levels), x, oracle.Bimodal.Denoise, fixedNoise)
			a := levels[len(levels)-1].A
			return []float64{x[0] / a, x[1] / a}
		}
		want := end(vp)
		near(t, fmt.Sprintf("%T in ve coordinates", s), end(ve), want, 1e-12)
		near(t, fmt.Sprintf("%T in flow coordinates", s), end(flow), want, 1e-12)
	}
}

// Each of DDPM's variances is exact, in any number of steps, for the data it belongs to: a single point, and data as
// wide as the noise.
func TestDDPMVariancesAreExact(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8, 50} {
		levels := append(oracle.Rough(-2.3, 2.3, n), schedule.Clean)[:n+1]
		for _, c := range []struct {
			v int
			g oracle.Gaussian
		}{{VarianceSmall, oracle.Gaussian{Mean: 0.3, Var: 0}}, {VarianceLarge, oracle.Gaussian{Mean: 0, Var: 1}}} {
			_, got := c.g.Push(compile(t, DDPM{c.v}, levels))
			_, want := c.g.Marginal(levels[n])
			if math.Abs(got/want-1) > 1e-12 {
				t.Errorf("variance %d on data of variance %v, n=%d: %v, want %v", c.v, c.g.Var, n, got, want)
			}
		}
	}
}

// DDIM of any eta keeps every marginal where D is exact: for a point, D is the point.
func TestDDIMKeepsMarginals(t *testing.T) {
	g := oracle.Gaussian{Mean: -0.2, Var: 0}
	for _, eta := range []float64{0, 0.3, 0.7, 1} {
		levels := oracle.Uniform(-2, 2, 7)
		mean, v := g.Push(compile(t, DDIM{eta}, levels))
		wantMean, want := g.Marginal(levels[7])
		if math.Abs(v/want-1) > 1e-12 || math.Abs(mean-wantMean) > 1e-12 {
			t.Errorf("eta %v: mean %v and variance %v, want %v and %v", eta, mean, v, wantMean, want)
		}
	}
}

// A noisy end must not stop a multistep solver from starting with order one from pure noise, nor Heun.
func TestPureNoiseAtTheStart(t *testing.T) {
	b, err := schedule.BetasScaledLinear(0.00085, 0.012, 1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schedule.NewVPDiscrete(schedule.ZeroTerminalSNR(b))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 60; n++ {
		levels, err := schedule.Trailing.Grid(schedule.GridOptions{})(p, n)
		if err != nil {
			t.Fatal(err)
		}
		if levels[0].A != 0 || levels[0].S != 1 {
			t.Fatalf("the first level is %v", levels[0])
		}
		for _, info := range Solvers() {
			tape, ok := tape(t, info.Kind, noisy, p, levels)
			if !ok {
				continue
			}
			x := oracle.Interpret(tape, start, oracle.Bimodal.Denoise, fixedNoise)
			if !(math.Abs(x[0]) < 3 && math.Abs(x[1]) < 3) {
				t.Errorf("%v in %d steps from pure noise ends at %v", info.Kind, n, x)
			}
		}
	}
}
