package oracle

import (
	"math"
	"testing"
)

// The density against its score, e = -s·∇log p, and the Jacobian against differences of the denoiser.
func TestMixtureDerivatives(t *testing.T) {
	const h = 1e-5
	for _, lambda := range []float64{-2, 0, 1.5} {
		l := AtLambda(lambda)
		x := []float64{0.3, -0.4}
		d := []float64{0, 0}
		Bimodal.Denoise(d, x, l)
		j := Bimodal.Jacobian(x, l)
		for k := range x {
			up, down := []float64{x[0], x[1]}, []float64{x[0], x[1]}
			up[k] += h
			down[k] -= h
			score := (Bimodal.LogProb(up, l) - Bimodal.LogProb(down, l)) / (2 * h)
			if want := -(x[k] - l.A*d[k]) / (l.S * l.S); math.Abs(score-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("score %v at lambda %v, want %v", score, lambda, want)
			}
			a, b := []float64{0, 0}, []float64{0, 0}
			Bimodal.Denoise(a, up, l)
			Bimodal.Denoise(b, down, l)
			for i := range a {
				if diff := (a[i] - b[i]) / (2 * h); math.Abs(diff-j[i][k]) > 1e-6*(1+math.Abs(diff)) {
					t.Errorf("∂D_%d/∂x_%d = %v at lambda %v, differences give %v", i, k, j[i][k], lambda, diff)
				}
			}
		}
	}
}
