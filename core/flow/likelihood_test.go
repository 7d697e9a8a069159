package flow_test

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	. "tintype/core/flow"
	"tintype/core/schedule"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// mixture is the oracle as a Denoiser of one pair.
type mixture struct {
	fail error // returned by the call numbered at
	at   int
	call int
}

func (m *mixture) Denoise(dst, x []float32, l schedule.Level) error {
	if m.call++; m.fail != nil && m.call == m.at {
		return m.fail
	}
	in, out := []float64{float64(x[0]), float64(x[1])}, make([]float64, 2)
	oracle.Bimodal.Denoise(out, in, l)
	dst[0], dst[1] = float32(out[0]), float32(out[1])
	return nil
}

// pusher is the mixture with its derivative along a vector, tracer with the trace itself.
type pusher struct{ mixture }

func jacobian(x []float32, l schedule.Level) [][]float64 {
	return oracle.Bimodal.Jacobian([]float64{float64(x[0]), float64(x[1])}, l)
}

func (p *pusher) Push(dst, u, x []float32, l schedule.Level) error {
	for k, row := range jacobian(x, l) {
		dst[k] = 0
		for i, v := range row {
			dst[k] += u[i] * float32(v)
		}
	}
	return nil
}

type tracer struct{ mixture }

func (t *tracer) Trace(x []float32, l schedule.Level) (float64, error) {
	j := jacobian(x, l)
	return j[0][0] + j[1][1], nil
}

// The integrated density is the mixture's own, from the trace and from probes, of which two that differ in one sign
// have the exact mean.
func TestLikelihood(t *testing.T) {
	lo, hi := oracle.VP{}.AtLambda(2.3), oracle.VP{}.AtLambda(-10)
	s := Likelihood{Relative: 2e-7, Absolute: 2e-7, Probes: 2}
	probes := func(dst []float32, key uint32) { dst[0], dst[1] = 0.3, 0.5-float32(key) }
	for _, x := range [][]float32{{0.6, 0.55}, {-0.8, 0.3}, {0, 0}, {0.4, -1.2}, {1.5, 1.5}} {
		want := oracle.Bimodal.LogProb([]float64{float64(x[0]), float64(x[1])}, lo)
		got, evals, err := s.LogProb(&tracer{}, oracle.VP{}, x, lo, hi, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("log p(%v) = %.5f, exact %.5f, in %d evaluations", x, got, want, evals)
		if math.Abs(got-want) > 1e-4 {
			t.Errorf("log p(%v) = %.6f, want %.6f", x, got, want)
		}
		estimated, _, err := s.LogProb(&pusher{}, oracle.VP{}, x, lo, hi, probes)
		if err != nil || math.Abs(estimated-want) > 1e-4 {
			t.Errorf("log p(%v) = %.6f from probes, want %.6f (%v)", x, estimated, want, err)
		}
	}
}

// Differences of the estimates serve as well, as far as float32 holds them.
func TestLikelihoodByDifferences(t *testing.T) {
	lo, hi := oracle.VP{}.AtLambda(2.3), oracle.VP{}.AtLambda(-10)
	s := Likelihood{Relative: 1e-4, Absolute: 1e-4, Probes: 2}
	probes := func(dst []float32, key uint32) { dst[0], dst[1] = 0.3, 0.5-float32(key) }
	for _, x := range [][]float32{{0.6, 0.55}, {-0.8, 0.3}, {0.4, -1.2}} {
		want := oracle.Bimodal.LogProb([]float64{float64(x[0]), float64(x[1])}, lo)
		got, _, err := s.LogProb(denoise.NewDifferences(&mixture{}, 2, 0.01), oracle.VP{}, x, lo, hi, probes)
		if err != nil || math.Abs(got-want) > 3e-3 {
			t.Errorf("log p(%v) = %.5f, want %.5f (%v)", x, got, want, err)
		}
	}
}

// Hutchinson's estimate of one probe is not the density, but near it in the mean.
func TestLikelihoodOfOneProbe(t *testing.T) {
	lo, hi := oracle.VP{}.AtLambda(1), oracle.VP{}.AtLambda(-6)
	x := []float32{0.1, -0.1}
	want := oracle.Bimodal.LogProb([]float64{float64(x[0]), float64(x[1])}, lo)
	got := [2]float64{}
	for k := range got {
		var err error
		s := Likelihood{Relative: 1e-4, Absolute: 1e-4, Probes: 1}
		noise := func(dst []float32, _ uint32) { dst[0], dst[1] = 1, float32(1-2*k) }
		if got[k], _, err = s.LogProb(&pusher{}, oracle.VP{}, x, lo, hi, noise); err != nil {
			t.Fatal(err)
		}
	}
	if math.Abs(got[0]-want) < 1e-3 || math.Abs((got[0]+got[1])/2-want) > 2e-3 {
		t.Errorf("probes give %v, want %v in the mean only", got, want)
	}
}

func TestLikelihoodRefuses(t *testing.T) {
	lo, hi := oracle.VP{}.AtLambda(2), oracle.VP{}.AtLambda(-6)
	x := []float32{0, 0}
	s := Likelihood{Relative: 1e-3, Absolute: 1e-3}
	if _, _, err := s.LogProb(&mixture{}, oracle.VP{}, x, lo, hi, nil); !errors.Is(err, ErrNoGradient) {
		t.Errorf("without gradients: %v", err)
	}
	for name, c := range map[string][2]schedule.Level{
		"the clean picture": {schedule.Clean, hi}, "pure noise": {lo, {S: 1}}, "from noise to picture": {hi, lo},
	} {
		var refused *LevelsError
		if _, _, err := s.LogProb(&tracer{}, oracle.VP{}, x, c[0], c[1], nil); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("stop")
	if _, _, err := s.LogProb(&tracer{mixture{fail: stop, at: 5}}, oracle.VP{}, x, lo, hi, nil); err != stop {
		t.Errorf("stopped: %v", err)
	}
}
