package sampler_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"testing"

	. "tintype/core/sampler"
	"tintype/core/schedule"
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

// eachTape compiles every solver on every grid of every process in 1 to 60 steps; a grid that refuses is left out.
func eachTape(t *testing.T, f func(process string, grid schedule.GridInfo, info Info, n int, tape *Tape)) {
	t.Helper()
	all := processes(t)
	for _, process := range []string{"linear", "scaled_linear", "cosine", "zero terminal"} {
		for _, grid := range schedule.Grids() {
			for n := 1; n <= 60; n++ {
				levels, err := grid.Kind.Grid(schedule.GridOptions{Offset: n % 2})(all[process], n)
				var refused *schedule.GridError
				if errors.As(err, &refused) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, info := range Solvers() {
					tape, err := Compile(info.Kind.Solver(Options{Eta: 0.3, Variance: Variance(n % 2), Correction: Correction(n % 2)}), levels)
					if err != nil {
						t.Fatalf("%s, %v, %v in %d steps: %v", process, grid.Kind, info.Kind, n, err)
					}
					f(process, grid, info, n, tape)
				}
			}
		}
	}
}

// TestTapeDigest pins every coefficient of every tape: a native build and a WebAssembly one must compile the same.
func TestTapeDigest(t *testing.T) {
	const want = "caffc3859864dbf6ad6d991e70a986552053bee918cdffc585e86de957e2a8c9"
	h := sha256.New()
	tapes := 0
	eachTape(t, func(_ string, _ schedule.GridInfo, _ Info, _ int, tape *Tape) {
		tapes++
		for i := range tape.Ops {
			op := &tape.Ops[i]
			level := tape.Levels[op.Level]
			if err := binary.Write(h, binary.LittleEndian, op); err != nil {
				t.Fatal(err)
			}
			if err := binary.Write(h, binary.LittleEndian, level); err != nil {
				t.Fatal(err)
			}
		}
	})
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest of %d tapes %s, want %s", tapes, got, want)
	}
}

func TestTapes(t *testing.T) {
	eachTape(t, func(process string, grid schedule.GridInfo, info Info, n int, tape *Tape) {
		fail := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s, %v, %v in %d steps: "+format, append([]any{process, grid.Kind, info.Kind, n}, args...)...)
		}
		nfe := info.Evals(n)
		if info.Kind == KindHeun && tape.Levels[0].A == 0 && n > 1 {
			nfe-- // there is no slope at pure noise to correct
		}
		if tape.NFE != nfe || tape.Steps != n {
			fail("%d calls and %d steps, want %d and %d", tape.NFE, tape.Steps, nfe, n)
		}
		evals, key := 0, uint32(0)
		for i := range tape.Ops {
			op := &tape.Ops[i]
			switch op.Kind {
			case OpEval:
				evals++
			case OpNoise:
				if key++; op.Key != key {
					fail("noise %d has stream %d", key, op.Key)
				}
			case OpLin:
				if op.Terms == 0 {
					fail("operation %d adds nothing", i)
				}
				for _, c := range op.Coef[:op.Terms] {
					// Heun's own correction from sigma 20,000 down to 0.01 is of this size.
					if c-c != 0 || math.Abs(c) > 2e6 {
						fail("operation %d has coefficient %v", i, c)
					}
				}
			}
		}
		if evals != tape.NFE {
			fail("%d evaluations on a tape of %d", evals, tape.NFE)
		}
		// The last operation before the last Emit makes the picture the estimate itself.
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
			if _, err := Compile(info.Kind.Solver(Options{}), levels); !errors.As(err, &refused) {
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
		if info.Line == "" || info.Source == "" || info.Cost == "" || info.Order < 1 {
			t.Errorf("%s is not described: %+v", info.Name, info)
		}
		if got, ok := info.Kind.Info(); !ok || got.Name != info.Name {
			t.Errorf("Info of %v is %v, %v", info.Kind, got.Name, ok)
		}
		noisy := false
		for _, op := range compile(t, info.Kind.Solver(Options{}), trailing(t, 4)).Ops {
			noisy = noisy || op.Kind == OpNoise
		}
		if noisy != info.Stochastic {
			t.Errorf("%s draws noise: %v, described as %v", info.Name, noisy, info.Stochastic)
		}
		same := compile(t, info.Kind.Solver(Options{}), trailing(t, 4)).Ops
		for j, op := range compile(t, info.Kind.Solver(Options{Eta: 1}), trailing(t, 4)).Ops {
			if op != same[j] {
				if !info.UsesEta {
					t.Errorf("%s changes with eta", info.Name)
				}
				break
			}
		}
	}
	none := Kind(len(Solvers()))
	if _, ok := none.Info(); ok || none.Solver(Options{}) != nil || none.String() != "unknown solver" {
		t.Error("a kind beyond the last is described")
	}
}

func TestHistory(t *testing.T) {
	var b Builder
	h := b.History(3)
	var pushed []Buf
	for i := range 8 {
		pushed = append(pushed, h.Push())
		for back := 0; back < 3 && back <= i; back++ {
			if got := h.At(back); got != pushed[i-back] {
				t.Errorf("after %d pushes, %d back is buffer %d, want %d", i+1, back, got, pushed[i-back])
			}
		}
	}
	if pushed[0] == pushed[1] || pushed[0] != pushed[3] {
		t.Errorf("pushes use buffers %v", pushed)
	}
}
