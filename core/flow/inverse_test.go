package flow_test

import (
	"math"
	"testing"

	. "tintype/core/flow"
	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// there and back: the distance from a picture of the same after the inverse and DDIM.
func thereAndBack(t *testing.T, rounds int, levels []schedule.Level) float64 {
	t.Helper()
	up, err := Invert(Inverse{Rounds: rounds}, levels)
	if err != nil {
		t.Fatal(err)
	}
	if up.Steps != len(levels)-1 || up.NFE != rounds*up.Steps || up.DrawsNoise() {
		t.Errorf("%d steps and %d calls in %d rounds", up.Steps, up.NFE, rounds)
	}
	picture := []float64{0.65, 0.5}
	x := oracle.Interpret(up, picture, oracle.Bimodal.Denoise, nil)
	down, err := Compile(DDIM{}, nil, levels)
	if err != nil {
		t.Fatal(err)
	}
	x = oracle.Interpret(down, x, oracle.Bimodal.Denoise, nil)
	return math.Hypot(x[0]-picture[0], x[1]-picture[1])
}

// The usual inverse is off by what one step is, O(h); solved in rounds it is exact.
func TestInverse(t *testing.T) {
	var errs []float64
	for _, n := range []int{32, 64, 128} {
		levels := oracle.Uniform(-2.3, 2.3, n)
		errs = append(errs, thereAndBack(t, 1, levels))
		if err := thereAndBack(t, 30, levels); err > 1e-12 {
			t.Errorf("in %d steps of 30 rounds the picture is off by %.1e", n, err)
		}
	}
	for i := 1; i < len(errs); i++ {
		if order := math.Log2(errs[i-1] / errs[i]); order < 0.8 || order > 1.6 {
			t.Errorf("errors %.1e fall with order %.2f, want 1", errs, order)
		}
	}
}

// The way may begin at the picture itself and end in pure noise, of which nothing is left to ask.
func TestInverseToTheEnds(t *testing.T) {
	levels := append(oracle.Uniform(-3, 3, 40), schedule.Clean)
	if err := thereAndBack(t, 1, levels); !(err < 0.1) {
		t.Errorf("from the picture itself and back it is off by %.2e", err)
	}
	levels[0] = schedule.Level{T: 9, A: 0, S: 1}
	up, err := Invert(Inverse{Rounds: 1}, levels)
	if err != nil {
		t.Fatal(err)
	}
	x := oracle.Interpret(up, []float64{0.65, 0.5}, oracle.Bimodal.Denoise, nil)
	if !(math.Hypot(x[0], x[1]) < 5) {
		t.Errorf("ends in noise %v", x)
	}
	for _, op := range up.Ops {
		if op.Kind == OpEval && up.Levels[op.Level].A == 0 {
			t.Error("the network is asked where there is no signal")
		}
	}
	if _, err := Invert(Inverse{Rounds: 1}, []schedule.Level{schedule.Clean, levels[1]}); err == nil {
		t.Error("a grid from clean to noisy is inverted")
	}
}
