package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Churn raises the noise of a level before the step from it, so that a solver of the probability flow samples as one
// of the SDE does. In X = x/a:
//
//	γ = min(s_churn/n, √2 - 1) where s_tmin <= σ_S <= s_tmax, else 0
//	σ^ = (1 + γ)·σ_S;  X^ = X + s_noise·√(σ^² - σ_S²)·z
//
// T. Karras et al., arXiv 2206.00364, algorithm 2, lines 4 to 6. The network is asked about X^, at σ^; nothing is raised
// where there is no signal. The zero Churn raises nothing.
type Churn struct {
	Amount   float64 // s_churn, of the whole run
	Min, Max float64 // s_tmin, s_tmax
	SNoise   float64
}

// churnKnobs are the settings of a Churn.
var churnKnobs = []Knob{knob(SChurn, 0, 0, 100), knob(STMin, 0, 0, 1e6), knob(STMax, 1e6, 0, 1e6), knob(SNoise, 1, 0, 2)}

func churn(o Options) Churn {
	return Churn{o.Value(SChurn), o.Value(STMin), o.Value(STMax), o.Value(SNoise)}
}

// gamma is γ for a step from a level, of n.
func (c Churn) gamma(from schedule.Level, n int) float64 {
	if from.A == 0 {
		return 0
	}
	if sigma := from.Sigma(); !(c.Amount > 0 && sigma >= c.Min && sigma <= c.Max) {
		return 0
	}
	return min(c.Amount/float64(n), math.Sqrt2-1)
}

// raise emits the step up from level i and returns the level that X is at then.
func (c Churn) raise(b *Draft, z tape.Buf, i int) int {
	from := b.At(i)
	g := c.gamma(from, b.steps)
	if g == 0 {
		return i
	}
	up := b.Of(from.Lambda() - exact.Log(1+g))
	b.Renoise(z, float64(up.A*float64(from.Sigma()*math.Sqrt(float64(g*(2+g))))), c.SNoise, tape.Term{Coef: up.A / from.A, Src: tape.X})
	return b.Level(up)
}
