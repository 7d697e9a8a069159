package oracle

import (
	"math"

	"tintype/core/schedule"
)

// Labelled is a mixture whose components belong to classes: what an ideal classifier knows of a noisy value is exact.
type Labelled struct {
	Mixture
	labels []int32 // of each component
}

// Ring is eight narrow components on a circle, of unequal weights, each class on two opposite sides.
func Ring() Labelled {
	var m Labelled
	for k := range 8 {
		sin, cos := math.Sincos(float64(k) * math.Pi / 4)
		m.Weights = append(m.Weights, float64(k+1)/36)
		m.Means = append(m.Means, []float64{cos, sin})
		m.Vars = append(m.Vars, []float64{0.02, 0.03})
		m.labels = append(m.labels, int32(k%4))
	}
	return m
}

// Given is the distribution p(x0 | y).
func (m Labelled) Given(y int32) (of Mixture) {
	sum := 0.0
	for k, label := range m.labels {
		if label == y {
			of.Weights = append(of.Weights, m.Weights[k])
			of.Means = append(of.Means, m.Means[k])
			of.Vars = append(of.Vars, m.Vars[k])
			sum += m.Weights[k]
		}
	}
	for k := range of.Weights {
		of.Weights[k] /= sum
	}
	return of
}

// LogProbGrad writes the gradient of log p(y | x) with respect to the noisy x to dst and returns log p(y | x). With
// the density q_k of component k at x and its score g_k,
//
//	p(y|x) = Σ_{k in y} w_k·q_k / Σ_k w_k·q_k;  ∇ log p(y|x) = mean of g over k in y - mean of g over all k
//
// each mean weighted by w_k·q_k.
func (m Labelled) LogProbGrad(dst, x []float64, l schedule.Level, y int32) float64 {
	logs, most := m.logs(x, l)
	mostOfY := math.Inf(-1)
	for k, label := range m.labels {
		if label == y {
			mostOfY = max(mostOfY, logs[k])
		}
	}
	all, ofY := 0.0, 0.0
	for k, v := range logs {
		if all += math.Exp(v - most); m.labels[k] == y {
			ofY += math.Exp(v - mostOfY)
		}
	}
	clear(dst)
	for k, v := range logs {
		weight := -math.Exp(v-most) / all
		if m.labels[k] == y {
			weight += math.Exp(v-mostOfY) / ofY
		}
		for i, v := range x {
			c := l.A*l.A*m.Vars[k][i] + l.S*l.S
			dst[i] -= weight * (v - l.A*m.Means[k][i]) / c
		}
	}
	return mostOfY + math.Log(ofY) - most - math.Log(all)
}
