package guidance

import (
	"math"
	"slices"
	"testing"

	"tintype/core/denoise"
	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
	"tintype/internal/oracle"
)

// ideal is the exact denoiser and the exact classifier of labelled data in two dimensions, for many points at once.
type ideal struct {
	oracle.Labelled
	y int32
}

// points calls f for each point of x and writes what it gives.
func points(dst, x []float32, f func(dst, x []float64)) error {
	d, v := make([]float64, 2), make([]float64, 2)
	for i := 0; i < len(x); i += 2 {
		v[0], v[1] = float64(x[i]), float64(x[i+1])
		f(d, v)
		dst[i], dst[i+1] = float32(d[0]), float32(d[1])
	}
	return nil
}

func (m ideal) Denoise(dst, x []float32, l schedule.Level) error {
	return points(dst, x, func(d, v []float64) { m.Mixture.Denoise(d, v, l) })
}

func (m ideal) Gradient(dst, x []float32, l schedule.Level) error {
	return points(dst, x, func(d, v []float64) { m.LogProbGrad(d, v, l, m.y) })
}

// draw samples n points by DDPM with many steps.
func draw(t *testing.T, den denoise.Denoiser, n, steps int, seed uint64) []float32 {
	levels := append(oracle.Uniform(-4, 4, steps), schedule.Clean)
	compiled, err := solver.Compile(solver.DDPM{}, nil, levels)
	if err != nil {
		t.Fatal(err)
	}
	noise := func(dst []float32, key uint32) { rng.Normal(dst, seed, key, 0) }
	run := tape.NewRun(compiled, tape.Env{Denoiser: den, Noise: noise}, 2*n)
	for done := false; !done; {
		if done, err = run.Step(); err != nil {
			t.Fatal(err)
		}
	}
	return run.X()
}

// conditional compares points with p(x|y): z of each coordinate's mean and variance, the chi-square of the modes'
// shares, and the Kolmogorov-Smirnov distances of the coordinates, each as a multiple of its 99.9 % quantile or, for
// z, of 4.5. All are at most 1 for points of that distribution.
func conditional(x []float32, of oracle.Mixture) map[string]float64 {
	n := float64(len(x) / 2)
	result := map[string]float64{}
	for axis, name := range []string{"x", "y"} {
		values := make([]float64, 0, len(x)/2)
		for i := axis; i < len(x); i += 2 {
			values = append(values, float64(x[i]))
		}
		var mean, second, fourth float64 // of the mixture; the last two about its mean
		for k, w := range of.Weights {
			mean += w * of.Means[k][axis]
		}
		for k, w := range of.Weights {
			d, v := of.Means[k][axis]-mean, of.Vars[k][axis]
			second += w * (d*d + v)
			fourth += w * (d*d*d*d + 6*d*d*v + 3*v*v)
		}
		m, v := 0.0, 0.0
		for _, x := range values {
			m += x / n
			v += (x - mean) * (x - mean) / n
		}
		result["mean "+name] = math.Abs(m-mean) / math.Sqrt(second/n) / 4.5
		result["variance "+name] = math.Abs(v-second) / math.Sqrt((fourth-second*second)/n) / 4.5

		slices.Sort(values)
		worst := 0.0
		for i, x := range values {
			cdf := 0.0
			for k, w := range of.Weights {
				cdf += w / 2 * math.Erfc((of.Means[k][axis]-x)/math.Sqrt(2*of.Vars[k][axis]))
			}
			worst = max(worst, math.Abs(cdf-float64(i)/n), math.Abs(cdf-float64(i+1)/n))
		}
		result["distribution "+name] = worst * math.Sqrt(n) / 1.949
	}
	// Two modes, on opposite sides of the circle and far apart: the nearest is the point's own.
	first := 0.0
	for i := 0; i < len(x); i += 2 {
		if float64(x[i])*of.Means[0][0]+float64(x[i+1])*of.Means[0][1] > 0 {
			first++
		}
	}
	d := first - n*of.Weights[0]
	result["modes"] = d * d / (n * of.Weights[0] * of.Weights[1]) / 10.83
	return result
}

// Guidance by the exact classifier with scale 1 samples p(x|y), and more of it does not.
func TestClassifierGuidanceSamplesTheConditionalDistribution(t *testing.T) {
	const n, steps = 2048, 120
	m := oracle.Ring()
	x := draw(t, NewGradient(ideal{m, 3}, ideal{m, 3}, 2*n, 1), n, steps, 3)
	for name, v := range conditional(x, m.Given(3)) {
		if !(v <= 1) {
			t.Errorf("%s is %.2f times what chance allows", name, v)
		}
	}
	x = draw(t, NewGradient(ideal{m, 3}, ideal{m, 3}, 2*n, 1.5), n, steps, 0)
	result := conditional(x, m.Given(3))
	if worst := max(result["variance x"], result["variance y"], result["distribution x"], result["distribution y"]); worst <= 1 {
		t.Errorf("scale 1.5 passes for scale 1: %v", result)
	}
}
