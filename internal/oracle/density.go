package oracle

import (
	"math"

	"tintype/core/schedule"
)

// LogProb is the log density of x at a level.
func (m Mixture) LogProb(x []float64, l schedule.Level) float64 {
	logs, most := m.logs(x, l)
	sum := 0.0
	for _, v := range logs {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum)
}

// Jacobian is ∂D_i/∂x_j at row i, column j. D's response to x is the posterior covariance of x0: A/S²·Cov(x0 | x).
func (m Mixture) Jacobian(x []float64, l schedule.Level) [][]float64 {
	d := make([]float64, len(x))
	m.Denoise(d, x, l)
	total := m.LogProb(x, l)
	j := make([][]float64, len(x))
	for i := range j {
		j[i] = make([]float64, len(x))
	}
	mean := make([]float64, len(x))
	for k, w := range m.Weights {
		one := Mixture{[]float64{1}, m.Means[k : k+1], m.Vars[k : k+1]}
		r := w * math.Exp(one.LogProb(x, l)-total)
		one.Denoise(mean, x, l)
		for i := range x {
			c := l.A*l.A*m.Vars[k][i] + l.S*l.S
			j[i][i] += r * m.Vars[k][i] * l.A / c // within the component
			for h := range x {
				j[i][h] += r * l.A / (l.S * l.S) * (mean[i] - d[i]) * (mean[h] - d[h]) // between them
			}
		}
	}
	return j
}
