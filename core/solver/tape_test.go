package solver_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash"
	"math"
	"os"
	"reflect"
	"testing"

	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
)

// processes are the tables that checkpoints use.
func processes(t testing.TB) map[string]*schedule.VPDiscrete {
	t.Helper()
	linear, err1 := schedule.BetasLinear(1e-4, 0.02, 1000)
	scaled, err2 := schedule.BetasScaledLinear(0.00085, 0.012, 1000)
	cosine, err3 := schedule.BetasCosine(1000)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	out := map[string]*schedule.VPDiscrete{}
	for name, b := range map[string][]float64{"linear": linear, "scaled_linear": scaled, "cosine": cosine,
		"zero terminal": schedule.ZeroTerminalSNR(scaled)} {
		p, err := schedule.NewVPDiscrete(b)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = p
	}
	return out
}

// eachTape compiles every solver on the first grids of every process, and on all grids of one, in 1 to 10 and some more
// steps, and on one pair in 1 to 60; a grid that refuses is left out.
func eachTape(t *testing.T, f func(process string, grid schedule.GridInfo, info Info, n int, tape *Tape)) {
	t.Helper()
	all := processes(t)
	for _, process := range []string{"linear", "scaled_linear", "cosine", "zero terminal"} {
		for _, grid := range schedule.Grids() {
			for n := 1; n <= 60; n++ {
				all60 := process == "linear" && grid.Kind == schedule.Trailing
				if n > 10 && n != 20 && n != 37 && n != 60 && !all60 || grid.Kind > schedule.Karras && process != "scaled_linear" {
					continue
				}
				o := schedule.Options{}.With(schedule.Offset, float64(n%2)).With(schedule.Begin, schedule.BeginOwn).For(grid.Knobs)
				levels, err := grid.Kind.Grid(schedule.GridOptions{Options: o})(all[process], n)
				var refused *schedule.GridError
				if errors.As(err, &refused) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, info := range Solvers() {
					if tape, ok := tape(t, info.Kind, varied(info, n), all[process], levels); ok {
						f(process, grid, info, n, tape)
					}
				}
			}
		}
	}
}

// varied takes the smallest and the largest value of every setting of a solver in turn.
func varied(info Info, n int) (o Options) {
	for i, knob := range info.Knobs {
		v := knob.Min
		if (n>>i)&1 == 1 {
			v = knob.Max
		}
		switch knob.Setting {
		case Eta:
			v = 0.3
		case Inner: // the number of evaluations is that of the default
			v = knob.Default
		case Opening: // see TestOpened
			v = OpeningOwn
		}
		o = o.With(knob.Setting, v)
	}
	return o
}

var update = flag.Bool("update", false, "write testdata/tapes.txt anew")

// TestTapeDigests pins every coefficient of every solver's tapes: a native build and a WebAssembly one must compile
// the same.
func TestTapeDigests(t *testing.T) {
	const file = "testdata/tapes.txt"
	sums := map[Kind]hash.Hash{}
	eachTape(t, func(_ string, _ schedule.GridInfo, info Info, _ int, tape *Tape) {
		if sums[info.Kind] == nil {
			sums[info.Kind] = sha256.New()
		}
		for i := range tape.Ops {
			for _, v := range []any{&tape.Ops[i], tape.Levels[tape.Ops[i].Level]} {
				if err := binary.Write(sums[info.Kind], binary.LittleEndian, v); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
	var got []byte
	for _, info := range Solvers() {
		if h := sums[info.Kind]; h != nil {
			got = fmt.Appendf(got, "%x %s\n", h.Sum(nil), info.Name)
		}
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("digests of the tapes are\n%swant\n%s", got, want)
	}
}

// saved is what a solver saves in a step from pure noise, where it has no slope.
func saved(info Info) int {
	switch info.Kind {
	case KindFlowHeun, KindALD, KindPC:
		return 0
	case KindPLMS:
		return 1
	case KindPRK:
		return 3
	}
	return info.Evals.In(6) - info.Evals.In(5) - 1
}

func TestTapes(t *testing.T) {
	eachTape(t, func(process string, grid schedule.GridInfo, info Info, n int, tape *Tape) {
		fail := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s, %v, %v in %d steps: "+format, append([]any{process, grid.Kind, info.Kind, n}, args...)...)
		}
		nfe, steps := info.Evals.In(n), n
		if tape.Levels[0].A == 0 && n > 1 {
			nfe -= saved(info)
		}
		if info.Kind == KindDPMFast {
			steps = tape.Steps
		}
		if tape.NFE != nfe || tape.Steps != steps {
			fail("%d calls and %d steps, want %d and %d", tape.NFE, tape.Steps, nfe, steps)
		}
		evals, key, lastEval, lastNoise := 0, uint32(0), 0, -1
		for i := range tape.Ops {
			op := &tape.Ops[i]
			switch op.Kind {
			case OpEval, OpJump:
				evals, lastEval = evals+1, i
			case OpNoise:
				lastNoise = i
				if key++; op.Key != key {
					fail("noise %d has stream %d", key, op.Key)
				}
			case OpLin:
				if op.Terms == 0 {
					fail("operation %d adds nothing", i)
				}
				for _, c := range op.Coef[:op.Terms] {
					// Heun's own correction from sigma 20,000, churned up, down to 0.01 is of this size.
					if c-c != 0 || math.Abs(c) > 3e6 {
						fail("operation %d has coefficient %v", i, c)
					}
				}
			}
		}
		if evals != tape.NFE {
			fail("%d evaluations on a tape of %d", evals, tape.NFE)
		}
		if lastNoise > lastEval {
			fail("draws noise for the clean picture")
		}
		// The last operation before the last Arrive makes the picture the estimate itself.
		last := tape.Ops[len(tape.Ops)-2]
		if last.Kind != OpLin || last.Terms != 1 || last.Coef[0] != 1 {
			fail("ends with %+v", last)
		}
	})
}

func TestCompileRefuses(t *testing.T) {
	ok := schedule.Level{T: 5, A: 0.6, S: 0.8}
	for name, levels := range map[string][]schedule.Level{
		"none":        nil,
		"one":         {ok},
		"h = 0":       {ok, ok, schedule.Clean},
		"going up":    {ok, {T: 9, A: 0.1, S: 0.9}},
		"NaN":         {{A: math.NaN(), S: 1}, schedule.Clean},
		"negative":    {{A: 1, S: -1}, schedule.Clean},
		"infinite":    {{A: 1, S: math.Inf(1)}, schedule.Clean},
		"nothing":     {{}, schedule.Clean},
		"clean twice": {ok, schedule.Clean, schedule.Clean},
	} {
		for _, info := range Solvers() {
			var refused *LevelsError
			if _, err := prepare(info.Kind, Options{}, process(t), levels); !errors.As(err, &refused) {
				t.Errorf("%v on levels with %s: error %v", info.Kind, name, err)
			}
		}
	}
}

func TestRegistry(t *testing.T) {
	seen := map[string]bool{}
	for i, info := range Solvers() {
		if info.Kind != Kind(i) || info.Kind.String() != info.Name || seen[info.Name] {
			t.Errorf("entry %d is %v, named %q", i, info.Kind, info.Name)
		}
		seen[info.Name] = true
		if info.Line == "" || info.Source == "" || info.Evals.String() == "" || info.Order < 0 {
			t.Errorf("%s is not described: %+v", info.Name, info)
		}
		if got, ok := info.Kind.Info(); !ok || got.Name != info.Name {
			t.Errorf("Info of %v is %v, %v", info.Kind, got.Name, ok)
		}
		if info.Formula == "" {
			t.Errorf("%s has no formula", info.Name)
		}
		program := func(o Options) Program {
			p, err := prepare(info.Kind, o, process(t), trailing(t, 4))
			if err != nil {
				t.Fatalf("%s: %v", info.Name, err)
			}
			return p
		}
		if got := program(Options{}).DrawsNoise(); got != info.Stochastic {
			t.Errorf("%s draws noise: %v, described as %v", info.Name, got, info.Stochastic)
		}
		most := Options{}
		for _, knob := range info.Knobs {
			most = most.With(knob.Setting, knob.Max)
		}
		most = Options{}.With(STMin, 0).For(info.Knobs).Over(most) // or there is no churn
		for _, knob := range info.Knobs {
			if knob.Setting == Opening {
				continue // of other levels: see TestOpened
			}
			lo, hi := most.With(knob.Setting, knob.Min), most.With(knob.Setting, knob.Max)
			if reflect.DeepEqual(program(lo), program(hi)) {
				t.Errorf("%s reads %v, and does the same at %v and at %v", info.Name, knob.Setting, knob.Min, knob.Max)
			}
		}
	}
	none := Kind(len(Solvers()))
	if _, ok := none.Info(); ok || none.String() != "unknown solver" {
		t.Error("a kind beyond the last is described")
	}
}

// A setting that a solver has not, or not with that value, is refused by name.
func TestOptionsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		kind Kind
		o    Options
		want Setting
	}{
		"eta of euler":       {KindEuler, Options{}.With(Eta, 0.5), Eta},
		"negative":           {KindDDIM, Options{}.With(Eta, -0.1), Eta},
		"too large":          {KindDDIM, Options{}.With(Eta, 1.1), Eta},
		"NaN":                {KindDDIM, Options{}.With(Eta, math.NaN()), Eta},
		"half a choice":      {KindDDPM, Options{}.With(Variance, 0.5), Variance},
		"choice of another":  {KindDDPM, Options{}.With(Correction, 0), Correction},
		"choice beyond last": {KindDPMpp2M, Options{}.With(Correction, 2), Correction},
	} {
		_, err := c.kind.Compile(c.o, process(t), trailing(t, 4))
		var refused *SettingError
		if !errors.As(err, &refused) || refused.Setting != c.want || refused.Remedy == "" {
			t.Errorf("%s: error %v", name, err)
		}
	}
	base := Options{}.With(Eta, 0.2).With(Variance, VarianceLarge)
	if got := (Options{}).With(Eta, 0.7).Over(base); got != base.With(Eta, 0.7) {
		t.Errorf("eta 0.7 over %v is %v", base, got)
	}
	if got := base.For(KindDDIM.Knobs()); got != (Options{}).With(Eta, 0.2) {
		t.Errorf("ddim keeps %v", got)
	}
}
