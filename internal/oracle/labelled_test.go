package oracle

import (
	"math"
	"testing"

	"tintype/core/schedule"
)

var somewhere = [][]float64{{0.3, -0.2}, {-1.1, 0.4}, {2, 2}, {0, 0}}

func TestLogProbGradIsTheGradient(t *testing.T) {
	m := Ring()
	for _, l := range []schedule.Level{{A: 1, S: 0.05}, {A: 0.8, S: 0.6}, {A: 0.1, S: 1}} {
		for _, x := range somewhere {
			total := 0.0
			for y := range int32(4) {
				g, none := make([]float64, 2), make([]float64, 2)
				total += math.Exp(m.LogProbGrad(g, x, l, y))
				for i := range x {
					const h = 1e-5
					at := append([]float64(nil), x...)
					at[i] += h
					up := m.LogProbGrad(none, at, l, y)
					at[i] -= 2 * h
					want := (up - m.LogProbGrad(none, at, l, y)) / (2 * h)
					if math.Abs(g[i]-want) > 1e-5*(1+math.Abs(want)) {
						t.Errorf("class %d at %v, %v: gradient %v, differences give %v", y, x, l, g[i], want)
					}
				}
			}
			if math.Abs(total-1) > 1e-12 {
				t.Errorf("the classes' probabilities at %v sum to %v", x, total)
			}
		}
	}
}

// Bayes' rule for scores: D of p(x|y) is D of p(x) plus (S²/A)·∇ log p(y|x).
func TestClassifierTurnsTheDenoiserIntoTheConditionalOne(t *testing.T) {
	m := Ring()
	for _, l := range []schedule.Level{{A: 1, S: 0.05}, {A: 0.8, S: 0.6}, {A: 0.1, S: 1}} {
		for _, x := range somewhere {
			for y := range int32(4) {
				d, g, want := make([]float64, 2), make([]float64, 2), make([]float64, 2)
				m.Denoise(d, x, l)
				m.LogProbGrad(g, x, l, y)
				m.Given(y).Denoise(want, x, l)
				for i := range x {
					if got := d[i] + l.S*l.S/l.A*g[i]; math.Abs(got-want[i]) > 1e-10 {
						t.Errorf("class %d at %v, %v: %v, expected %v", y, x, l, got, want[i])
					}
				}
			}
		}
	}
}
