package kernel

import (
	"math"
	"testing"
)

// TestGates holds each function to its definition in float64.
func TestGates(t *testing.T) {
	for name, c := range map[string]struct {
		fast      func(dst, x []float32)
		want      func(x float64) float64
		tolerance float64
	}{
		"GELU": {GELU, func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, 7e-7},
		"GELUTanh": {GELUTanh, func(x float64) float64 {
			return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}, 7e-7},
		"QuickGELU": {QuickGELU, func(x float64) float64 { return x / (1 + math.Exp(-1.702*x)) }, 7e-7},
		"ReLU":      {ReLU, func(x float64) float64 { return math.Max(x, 0) }, 0},
		"Tanh":      {Tanh, math.Tanh, 3e-7},
	} {
		worst := 0.0
		x, y := make([]float32, 1), make([]float32, 1)
		for v := -8.0; v <= 8; v += 1.0 / 1024 {
			x[0] = float32(v)
			c.fast(y, x)
			worst = max(worst, math.Abs(float64(y[0])-c.want(float64(x[0]))))
		}
		for _, v := range []float32{-1e4, -40, 40, 1e4, 1e18} { // far out it is what it tends to
			x[0] = v
			c.fast(y, x)
			if want := c.want(float64(v)); math.Abs(float64(y[0])-want) > 1e-6*math.Max(1, math.Abs(want)) {
				t.Errorf("%s(%v) = %v, want %v", name, v, y[0], want)
			}
		}
		if worst > c.tolerance {
			t.Errorf("%s: largest error %g", name, worst)
		}
	}
}

func TestLayerNorm(t *testing.T) {
	r := rng(3)
	for _, c := range []int{1, 2, 15, 16, 17, 40, 320} {
		const rows = 3
		x, gamma, beta, dst := r.floats(rows*c), r.floats(c), r.floats(c), make([]float32, rows*c)
		for i := range x {
			x[i] += 30 // far from 0, where a sum of squares would lose digits
		}
		for _, plain := range []bool{false, true} {
			g, b := gamma, beta
			if plain {
				g, b = nil, nil
			}
			LayerNorm(dst, x, g, b, rows, c, 1e-5)
			for row := range rows {
				mean, square := 0.0, 0.0
				for _, v := range x[row*c:][:c] {
					mean += float64(v) / float64(c)
				}
				for _, v := range x[row*c:][:c] {
					square += (float64(v) - mean) * (float64(v) - mean) / float64(c)
				}
				for j, v := range x[row*c:][:c] {
					want := (float64(v) - mean) / math.Sqrt(square+1e-5)
					if !plain {
						want = want*float64(gamma[j]) + float64(beta[j])
					}
					if have := float64(dst[row*c+j]); math.Abs(have-want) > 2e-5 {
						t.Fatalf("%d channels, row %d, %d: %v, want %v", c, row, j, have, want)
					}
				}
			}
		}
	}
}
