package main

import (
	"math"

	"tintype/core/grad"
)

// adamW is the optimiser of D. P. Kingma, J. Ba, arXiv 1412.6980, algorithm 1, with the weight decay of I. Loshchilov,
// F. Hutter, arXiv 1711.05101, algorithm 2:
//
//	m ← β₁m + (1-β₁)g,  v ← β₂v + (1-β₂)g²,  w ← w - η·(m̂/(√v̂ + ε) + decay·w),  m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ)
//
// Biases and norms do not decay.
type adamW struct {
	weights []*grad.Weight
	m, v    [][]float32
	step    int
	decay   float64
}

const beta1, beta2, adamEps = 0.9, 0.99, 1e-8

func newAdamW(weights []*grad.Weight, decay float64) *adamW {
	a := &adamW{weights: weights, decay: decay}
	for _, w := range weights {
		a.m = append(a.m, make([]float32, len(w.Value)))
		a.v = append(a.v, make([]float32, len(w.Value)))
	}
	return a
}

// update takes one step with the learning rate eta along the gradients in the weights.
func (a *adamW) update(eta float64) {
	a.step++
	b1, b2 := 1-math.Pow(beta1, float64(a.step)), 1-math.Pow(beta2, float64(a.step))
	for i, w := range a.weights {
		decay := 0.0
		if len(w.Shape) > 1 {
			decay = a.decay
		}
		m, v := a.m[i], a.v[i]
		for j, g := range w.Grad {
			m[j] = float32(beta1*m[j]) + float32((1-beta1)*g)
			v[j] = float32(beta2*v[j]) + float32((1-beta2)*float32(g*g))
			x := float64(w.Value[j])
			w.Value[j] = float32(x - float64(eta*(float64(m[j])/b1/(math.Sqrt(float64(v[j])/b2)+adamEps)+float64(decay*x))))
		}
	}
}
