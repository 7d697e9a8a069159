package solver_test

import (
	"math"
	"testing"

	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// Weak orders without a single draw: on Gaussian data the tape maps the start and the noises affinely to the result,
// whose mean and variance are then exact. Each row holds the weak order and the relative error of the variance at
// n = 128 as they were measured, independently of this code, when the formulas were chosen (0: not measured).
func TestWeakOrders(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	end := oracle.AtLambda(2.3)
	wantMean, wantVar := g.Marginal(end)
	for _, c := range []struct {
		name  string
		s     Solver
		order float64
		known float64
	}{
		{"ddpm", DDPM{}, 1, -3.4e-2},
		{"ddpm large", DDPM{VarianceLarge}, 1, 0},
		{"ddim", DDIM{}, 1, 0},
		{"ddim eta 0.5", DDIM{Eta: 0.5}, 1, 0},
		{"ddim eta 1", DDIM{Eta: 1}, 1, -3.4e-2},
		{"euler-a", EulerAncestral{1, 1}, 1, -3.4e-2},
		{"heun", Heun{}, 2, 0},
		{"heun, midpoint", Heun{Alpha: 0.5}, 3, 0}, // of order 2; on a Gaussian its second error cancels
		{"heun, ralston", Heun{Alpha: 2.0 / 3}, 2, 0},
		{"edm churn 10", Heun{Churn: Churn{10, 0, 1e6, 1}}, 2, 1.6e-3},
		{"dpm2 churn 10", DPM2{Churn: Churn{10, 0, 1e6, 1}}, 2, 0},
		{"euler churn 10", Euler{Churn: Churn{10, 0, 1e6, 1}}, 1, 0},
		{"dpmpp-2m", DPMpp2M{}, 2, 0},
		{"dpm2-a", DPM2Ancestral{1, 1}, 2, 6.3e-4},
		{"dpmpp-2s-a", DPMpp2SAncestral{1, 1}, 2, 6.1e-4},
		{"sde-dpmpp-1", SDEDPMpp{Estimates: 1, Eta: 1, SNoise: 1}, 1, -3.4e-2},
		{"sde-dpmpp-2m", SDEDPMpp{Estimates: 2, Eta: 1, SNoise: 1, Correction: HeunLike}, 2, 0},
		{"sde-dpmpp-2m midpoint", SDEDPMpp{Estimates: 2, Eta: 1, SNoise: 1}, 2, 3.0e-4},
		{"sde-dpmpp-2m eta 0.5", SDEDPMpp{Estimates: 2, Eta: 0.5, SNoise: 1, Correction: HeunLike}, 2, 0},
		{"sde-dpmpp-3m", SDEDPMpp{Estimates: 3, Eta: 1, SNoise: 1, Correction: HeunLike}, 2, 0},
		{"sde-dpmpp-3m, single", SDEDPMpp{Estimates: 3, Eta: 1, SNoise: 1, Correction: HeunLike, Third: ThirdSingle}, 2, 2.6e-4},
		{"sde-dpmpp-3m, sign", SDEDPMpp{Estimates: 3, Eta: 1, SNoise: 1, Correction: HeunLike, Third: ThirdSign}, 1, 1.2e-2},
		{"flow-a", FlowAncestral{1, 1}, 1, 0},
		{"flow-a eta 0.5", FlowAncestral{0.5, 1}, 1, 0},
		{"dpmpp-sde", DPMppSDE{Eta: 1, SNoise: 1}, 2, 1.7e-4},
		{"dpmpp-sde, independent", DPMppSDE{Eta: 1, SNoise: 1, Independent: true}, 1, 3.3e-2},
	} {
		var errs []float64
		last := 0.0
		for _, n := range []int{32, 64, 128} {
			mean, v := g.Push(compile(t, c.s, oracle.Uniform(-2.3, 2.3, n)))
			errs = append(errs, math.Abs(v-wantVar)/wantVar+math.Abs(mean-wantMean))
			last = v/wantVar - 1
			t.Logf("%-22s n=%3d: variance off by %+.2e, mean by %+.2e", c.name, n, last, mean-wantMean)
		}
		for i := 1; i < len(errs); i++ {
			if slope := math.Log2(errs[i-1] / errs[i]); slope < c.order-0.25 || slope > c.order+0.6 {
				t.Errorf("%s has weak order %.2f, want %v", c.name, slope, c.order)
			}
		}
		if c.known != 0 && math.Abs(math.Abs(last/c.known)-1) > 0.1 {
			t.Errorf("%s: variance off by %.2e at n=128, measured %.1e", c.name, last, c.known)
		}
	}
}

// Churn that grows with the number of steps is noise at every level alike: the weak order falls to 1.
func TestChurnInProportionToSteps(t *testing.T) {
	g := oracle.Gaussian{Mean: 0.4, Var: 0.25}
	_, want := g.Marginal(oracle.AtLambda(2.3))
	var errs []float64
	for _, n := range []int{64, 128, 256, 512} {
		s := Heun{Churn: Churn{0.3 * float64(n), 0, 1e6, 1}}
		_, v := g.Push(compile(t, s, oracle.Uniform(-2.3, 2.3, n)))
		errs = append(errs, math.Abs(v/want-1))
	}
	if slope := math.Log2(errs[2] / errs[3]); slope > 1.25 {
		t.Errorf("errors %v fall with order %.2f", errs, slope)
	}
}

// The network is asked about the raised noise, at its level: asked before, one step's slope belongs to less noise than
// it leads down from, and the variance is off the other way, and further.
func TestChurnAsksAfterTheNoise(t *testing.T) {
	g := oracle.Gaussian{Mean: 0, Var: 1}
	c := Churn{4, 0, 1e6, 1}
	levels := oracle.Uniform(-2.3, 2.3, 32)
	_, want := g.Marginal(levels[32])
	_, after := g.Push(compile(t, Euler{Churn: c}, levels))
	_, before := g.Push(compile(t, Euler{Churn: c, Before: true}, levels))
	t.Logf("variance off by %+.3f after, %+.3f before", after/want-1, before/want-1)
	if math.Abs(after/want-1) > math.Abs(before/want-1) {
		t.Errorf("variance %v after, %v before, want %v", after, before, want)
	}
	tape := compile(t, Euler{Churn: c}, levels)
	for i, op := range tape.Ops {
		if op.Kind == OpEval && i > 0 && !(tape.Levels[op.Level].Sigma() > levels[0].Sigma()) {
			t.Errorf("first asked at sigma %v, not above %v", tape.Levels[op.Level].Sigma(), levels[0].Sigma())
		} else if op.Kind == OpEval {
			break
		}
	}
}
