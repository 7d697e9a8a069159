package solver_test

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// mixture is the oracle as a Denoiser of float32 pairs.
type mixture struct {
	fail error // returned by the call numbered at
	at   int
	call int
}

func (m *mixture) Denoise(dst, x []float32, l schedule.Level) error {
	m.call++
	if m.fail != nil && m.call == m.at {
		return m.fail
	}
	for i := 0; i < len(x); i += 2 {
		in, out := [2]float64{float64(x[i]), float64(x[i+1])}, [2]float64{}
		oracle.Bimodal.Denoise(out[:], in[:], l)
		dst[i], dst[i+1] = float32(out[0]), float32(out[1])
	}
	return nil
}

// Jump knows nothing of where the step ends.
func (m *mixture) Jump(dst, x []float32, from, to schedule.Level) error {
	return m.Denoise(dst, x, from)
}

// second is the oracle's second output, of a pair.
var second = []float32{oracle.Second, oracle.Second}

func noise32(dst []float32, key uint32) {
	z := make([]float64, len(dst))
	fixedNoise(z, key)
	for i := range dst {
		dst[i] = float32(z[i])
	}
}

func finish(t *testing.T, r *Run) {
	t.Helper()
	for done := false; !done; {
		var err error
		if done, err = r.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

// A run in float32 follows the tape in float64.
func TestRunFollowsItsTape(t *testing.T) {
	for _, info := range Solvers() {
		tape, ok := tape(t, info.Kind, noisy, process(t), trailing(t, 12))
		if !ok {
			continue
		}
		r := NewRun(tape, Env{Denoiser: &mixture{}, Noise: noise32, Second: second}, 2)
		finish(t, r)
		x := []float64{0, 0}
		fixedNoise(x, 0)
		want := oracle.Interpret(tape, x, oracle.Bimodal.Denoise, fixedNoise)
		near(t, info.Name, []float64{float64(r.X()[0]), float64(r.X()[1])}, want, 2e-5)
		if done, err := r.Step(); !done || err != nil {
			t.Errorf("%s: a step after the last gives %v, %v", info.Name, done, err)
		}
		p := r.Progress()
		if p.Step != tape.Steps || p.Steps != tape.Steps || p.Evals != tape.NFE || p.NFE != tape.NFE || p.Op != len(tape.Ops) || p.Ops != len(tape.Ops) {
			t.Errorf("%s: progress %+v", info.Name, p)
		}
		if r.Denoised()[0] != r.X()[0] {
			t.Errorf("%s: the result %v is not the last estimate %v", info.Name, r.X(), r.Denoised())
		}
		first := append([]float32(nil), r.X()...)
		r.Reset()
		if p := r.Progress(); p.Step != 0 || p.Evals != 0 || p.Op != 0 || p.Ops != len(tape.Ops) {
			t.Errorf("%s: progress after Reset %+v", info.Name, p)
		}
		finish(t, r)
		if r.X()[0] != first[0] || r.X()[1] != first[1] {
			t.Errorf("%s: again %v, first %v", info.Name, r.X(), first)
		}
	}
}

// An error of the denoiser's owner, such as a cancelled pass, passes as it is, and the step can be taken again.
func TestStepCanBeRetried(t *testing.T) {
	for _, info := range Solvers() {
		tape, ok := tape(t, info.Kind, noisy, process(t), trailing(t, 5))
		if !ok {
			continue
		}
		plain := NewRun(tape, Env{Denoiser: &mixture{}, Noise: noise32, Second: second}, 2)
		finish(t, plain)
		for at := 1; at <= tape.NFE; at++ {
			stop := errors.New("stop")
			r := NewRun(tape, Env{Denoiser: &mixture{fail: stop, at: at}, Noise: noise32, Second: second}, 2)
			stops := 0
			for done := false; !done; {
				var err error
				if done, err = r.Step(); err != nil {
					if err != stop {
						t.Fatalf("%s: error %v", info.Name, err)
					}
					stops++
				}
			}
			if stops != 1 || r.X()[0] != plain.X()[0] || r.X()[1] != plain.X()[1] {
				t.Errorf("%s stopped %d times at call %d ends at %v, want %v", info.Name, stops, at, r.X(), plain.X())
			}
		}
	}
}

type still struct{}

func (still) Jump(dst, x []float32, from, to schedule.Level) error {
	copy(dst, x)
	return nil
}

func (still) Denoise(dst, x []float32, l schedule.Level) error {
	copy(dst, x)
	return nil
}

func TestStepAllocatesNothing(t *testing.T) {
	fill := func(dst []float32, key uint32) {
		for i := range dst {
			dst[i] = float32(key)
		}
	}
	for _, info := range Solvers() {
		program, err := prepare(info.Kind, noisy.For(info.Knobs), process(t), trailing(t, 10))
		if err != nil {
			t.Fatal(err)
		}
		r := program.Start(Env{Denoiser: still{}, Noise: fill}, 64)
		if n := testing.AllocsPerRun(10, func() {
			r.Reset()
			for done := false; !done; {
				done, _ = r.Step()
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations in a run", info.Name, n)
		}
	}
}

// Solvers take every slope from the estimate they are given. With a clipped estimate DDIM's next x is made of the
// clipped picture and the noise that belongs to it, not of the network's unclipped noise.
func TestClippedEstimateDecidesTheSlope(t *testing.T) {
	levels := trailing(t, 5)
	from, to := levels[0], levels[1]
	r := NewRun(compile(t, DDIM{}, levels), Env{Denoiser: &denoise.Clip{Denoiser: constant(3), Limit: 1}, Noise: func(dst []float32, _ uint32) { dst[0] = 0.5 }}, 1)
	for r.Progress().Step == 0 {
		if _, err := r.Step(); err != nil {
			t.Fatal(err)
		}
	}
	e := (0.5 - from.A*1) / from.S
	if want := to.A*1 + to.S*e; math.Abs(float64(r.X()[0])-want) > 1e-6 {
		t.Errorf("x is %v, want %v", r.X()[0], want)
	}
}

type constant float32

func (c constant) Denoise(dst, x []float32, l schedule.Level) error {
	for i := range dst {
		dst[i] = float32(c)
	}
	return nil
}
