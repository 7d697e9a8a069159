// Package schedule says how much noise a picture carries at each step of a sampler: the process that was trained
// (how signal and noise rates follow the model's time) and the grid of levels that a sampler visits.
//
// Everything is float64 and allocated here; a sampler turns it into float32 coefficients once.
package schedule

import (
	"math"

	"tintype/core/exact"
)

// Level is one place on the way from noise to picture:
//
//	x = A·x0 + S·ε,  ε ~ N(0, I)
//
// with the signal rate A, the noise rate S and the model's time T, which is what the network is told (for a process
// in discrete steps the step's index, 0 the cleanest; between steps it may be fractional).
type Level struct{ T, A, S float64 }

// Clean is the level of the picture itself, the last of every grid. The network is never asked there.
var Clean = Level{T: 0, A: 1, S: 0}

// Sigma is the noise-to-signal ratio S/A; +Inf where there is no signal.
func (l Level) Sigma() float64 { return l.S / l.A }

// Lambda is half the log signal-to-noise ratio, ln(A/S) = -ln Sigma.
func (l Level) Lambda() float64 { return exact.Log(l.A / l.S) }

// Width is √(A² + S²), the deviation of unit-variance data at this level: 1 for a variance-preserving process.
func (l Level) Width() float64 { return math.Sqrt(float64(l.A*l.A) + float64(l.S*l.S)) }

// Below reports whether l carries strictly less noise, relative to its signal, than k. It needs no division, so it
// holds at A = 0 and S = 0 too.
func (l Level) Below(k Level) bool { return float64(l.S*k.A) < float64(k.S*l.A) }

// LostSigma is the sigma above which nothing is left of a picture. The usual processes end before it: linear betas from
// 0.0001 to 0.02 at 157. Cosine betas held below 1 end at 20,000.
const LostSigma = 200

// Lost reports a level that has some signal, but too little of it. A process that keeps its signal whole and only adds noise
// was given its largest sigma as the data need it: nothing of that is lost.
func (l Level) Lost() bool { return l.A > 0 && l.A < 1 && l.S > float64(LostSigma*l.A) }

// atLambda returns the variance-preserving level of a lambda: A² + S² = 1.
func atLambda(t, lambda float64) Level {
	sigma := exact.Exp(-lambda)
	if sigma > 1e150 { // its square is no number any more
		return Level{T: t, A: 1 / sigma, S: 1}
	}
	a := 1 / math.Sqrt(1+float64(sigma*sigma))
	return Level{T: t, A: a, S: float64(sigma * a)}
}
