// Package oracle holds what samplers are proved against without a network: data whose ideal denoiser is known, and an
// interpreter of tapes in float64.
package oracle

import (
	"math"

	"tintype/core/schedule"
	"tintype/core/tape"
)

// Denoise estimates the clean value of x at a level.
type Denoise func(dst, x []float64, l schedule.Level)

// Mixture is a mixture of Gaussians with diagonal covariances.
type Mixture struct {
	Weights     []float64
	Means, Vars [][]float64 // one row per component
}

// Bimodal is a mixture in two dimensions that no symmetry makes easy.
var Bimodal = Mixture{
	Weights: []float64{0.5, 0.3, 0.2},
	Means:   [][]float64{{-0.8, 0.3}, {0.7, 0.6}, {0.2, -0.9}},
	Vars:    [][]float64{{0.04, 0.09}, {0.06, 0.02}, {0.1, 0.05}},
}

// Denoise is E[x0 | x]: each component's posterior mean, weighted by its responsibility for x.
//
//	x | k ~ N(A·μ_k, A²·v_k + S²);  E[x0 | x, k] = μ_k + A·v_k/(A²·v_k + S²)·(x - A·μ_k)
func (m Mixture) Denoise(dst, x []float64, l schedule.Level) {
	logs, most := m.logs(x, l)
	sum := 0.0
	clear(dst)
	for k := range logs {
		r := math.Exp(logs[k] - most)
		sum += r
		for i, v := range x {
			c := l.A*l.A*m.Vars[k][i] + l.S*l.S
			dst[i] += r * (m.Means[k][i] + l.A*m.Vars[k][i]/c*(v-l.A*m.Means[k][i]))
		}
	}
	for i := range dst {
		dst[i] /= sum
	}
}

// logs is ln(w_k·q_k) of each component, q_k being its density at x, and the largest of them.
func (m Mixture) logs(x []float64, l schedule.Level) (logs []float64, most float64) {
	logs, most = make([]float64, len(m.Weights)), math.Inf(-1)
	for k, w := range m.Weights {
		logs[k] = math.Log(w)
		for i, v := range x {
			c := l.A*l.A*m.Vars[k][i] + l.S*l.S
			d := v - l.A*m.Means[k][i]
			logs[k] -= 0.5 * (d*d/c + math.Log(2*math.Pi*c))
		}
		most = max(most, logs[k])
	}
	return logs, most
}

// Gaussian is one value with mean Mean and variance Var. Its denoiser is affine, so a tape maps a start value and
// unit noises to an affine combination of them: the exact distribution of its result, without a single draw.
type Gaussian struct{ Mean, Var float64 }

// denoise acts on an affine value: x[0] is its constant, x[k] the coefficient of a unit noise.
func (g Gaussian) denoise(dst, x []float64, l schedule.Level) {
	gain := l.A * g.Var / (l.A*l.A*g.Var + l.S*l.S)
	for i, v := range x {
		dst[i] = gain * v
	}
	dst[0] += g.Mean * (1 - gain*l.A)
}

// Marginal is the mean and variance of the noisy value at a level.
func (g Gaussian) Marginal(l schedule.Level) (mean, variance float64) {
	return l.A * g.Mean, l.A*l.A*g.Var + l.S*l.S
}

// Push runs a tape on the exact marginal of its first level and returns the mean and variance of what comes out.
func (g Gaussian) Push(t *tape.Tape) (mean, variance float64) {
	noises := 0
	for i := range t.Ops {
		if t.Ops[i].Kind == tape.OpNoise {
			noises++
		}
	}
	x := make([]float64, 2+noises)
	m, v := g.Marginal(t.Levels[0])
	x[0], x[1] = m, math.Sqrt(v)
	x = Interpret(t, x, g.denoise, func(dst []float64, key uint32) {
		clear(dst)
		dst[1+key] = 1
	})
	for _, c := range x[1:] {
		variance += c * c
	}
	return x[0], variance
}

// WeakError is how far mean and variance of what a tape makes are from those of its last level.
func (g Gaussian) WeakError(t *tape.Tape) float64 {
	end := schedule.Level{}
	for i := range t.Ops {
		if t.Ops[i].Kind == tape.OpArrive {
			end = t.Levels[t.Ops[i].Level]
		}
	}
	mean, variance := g.Push(t)
	wantMean, wantVar := g.Marginal(end)
	return math.Abs(variance-wantVar)/wantVar + math.Abs(mean-wantMean)
}

// Flow integrates the probability-flow ODE from one level to another by n steps of the classical Runge-Kutta method
// in lambda, where it reads d(x/A)/dλ = D - x/A.
func Flow(x []float64, from, to schedule.Level, den Denoise, n int) []float64 {
	d := len(x)
	y, arg, out := make([]float64, d), make([]float64, d), make([]float64, d)
	for i, v := range x {
		y[i] = v / from.A
	}
	slope := func(k, y []float64, lambda float64) {
		l := AtLambda(lambda)
		for i, v := range y {
			arg[i] = v * l.A
		}
		den(k, arg, l)
		for i := range k {
			k[i] -= y[i]
		}
	}
	k := [4][]float64{make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)}
	h := (to.Lambda() - from.Lambda()) / float64(n)
	for s := range n {
		at := from.Lambda() + h*float64(s)
		slope(k[0], y, at)
		for j, f := range []float64{0.5, 0.5, 1} {
			for i := range out {
				out[i] = y[i] + f*h*k[j][i]
			}
			slope(k[j+1], out, at+f*h)
		}
		for i := range y {
			y[i] += h / 6 * (k[0][i] + 2*k[1][i] + 2*k[2][i] + k[3][i])
		}
	}
	for i := range y {
		y[i] *= to.A
	}
	return y
}

// VP is the variance-preserving process in continuous time -lambda, over more noise and less of it than any test visits.
type VP struct{}

// AtTime is the level of lambda -t.
func (VP) AtTime(t float64) schedule.Level { return VP{}.AtLambda(-t) }

// AtLambda is the level of a lambda.
func (VP) AtLambda(lambda float64) schedule.Level {
	l := AtLambda(lambda)
	l.T = -lambda
	return l
}

// Range is lambda -10 to 10.
func (VP) Range() (hi, lo schedule.Level) { return VP{}.AtLambda(-10), VP{}.AtLambda(10) }

// AtLambda is the variance-preserving level of a lambda.
func AtLambda(lambda float64) schedule.Level {
	sigma := math.Exp(-lambda)
	a := 1 / math.Sqrt(1+sigma*sigma)
	return schedule.Level{A: a, S: sigma * a}
}
