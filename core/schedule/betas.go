package schedule

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/limits"
)

// BetasLinear runs from start to end in equal steps.
func BetasLinear(start, end float64, steps int) ([]float64, error) {
	return betas(steps, func(i int) float64 { return between(start, end, i, steps) })
}

// BetasScaledLinear runs from start to end in equal steps of √β, as latent diffusion does.
func BetasScaledLinear(start, end float64, steps int) ([]float64, error) {
	a, b := math.Sqrt(start), math.Sqrt(end)
	return betas(steps, func(i int) float64 {
		r := between(a, b, i, steps)
		return float64(r * r)
	})
}

// BetasSigmoid runs from start to end along the logistic curve between -6 and 6 (M. Xu et al., GeoDiff, arXiv
// 2203.02923).
func BetasSigmoid(start, end float64, steps int) ([]float64, error) {
	return betas(steps, func(i int) float64 {
		return start + float64((end-start)/(1+exact.Exp(-between(-6, 6, i, steps))))
	})
}

// BetasCosine follows a squared cosine (A. Nichol, P. Dhariwal, arXiv 2102.09672, eq. 17):
//
//	ᾱ(u) = cos²((u + 0.008)/1.008 · π/2)
//
// Diffusers' name for it is squaredcos_cap_v2.
func BetasCosine(steps int) ([]float64, error) {
	return betasOf(steps, func(u float64) float64 {
		c := exact.Cos((u + 0.008) / 1.008 * (math.Pi / 2))
		return float64(c * c)
	})
}

// BetasLaplace puts most steps where signal and noise balance (T. Hang et al., Improved noise schedule for diffusion
// training, arXiv 2407.03297), as diffusers has it:
//
//	ᾱ(u) = √(snr/(1 + snr)),  ln snr = -½·sign(½-u)·ln(1 - 2·|½-u| + 10⁻⁶)
func BetasLaplace(steps int) ([]float64, error) {
	return betasOf(steps, func(u float64) float64 {
		log := exact.Log(1 - 2*math.Abs(0.5-u) + 1e-6)
		return 1 / math.Sqrt(1+exact.Exp(0.5*math.Copysign(1, 0.5-u)*log))
	})
}

// BetasExp lets ᾱ fall exponentially: ᾱ(u) = e^(-12·u).
func BetasExp(steps int) ([]float64, error) {
	return betasOf(steps, func(u float64) float64 { return exact.Exp(-12 * u) })
}

// betasOf makes betas of what is left of the signal at each fraction u of the way, capped at 0.999:
//
//	β_i = min(1 - ᾱ((i+1)/T)/ᾱ(i/T), 0.999)
func betasOf(steps int, bar func(u float64) float64) ([]float64, error) {
	return betas(steps, func(i int) float64 {
		b := 1 - bar(float64(i+1)/float64(steps))/bar(float64(i)/float64(steps))
		if b > 0.999 {
			return 0.999
		}
		return b
	})
}

// ZeroTerminalSNR returns betas whose last step has no signal left, by shifting and scaling √ᾱ so that its last
// value is 0 and its first is kept (S. Lin et al., arXiv 2305.08891, algorithm 1).
func ZeroTerminalSNR(betas []float64) []float64 {
	root := make([]float64, len(betas))
	signal := 1.0
	for i, b := range betas {
		signal = float64(signal * (1 - b))
		root[i] = math.Sqrt(signal)
	}
	out := make([]float64, len(betas))
	before := 1.0
	first, last := root[0], root[len(root)-1]
	for i, r := range root {
		r = float64((r - last) * (first / (first - last)))
		out[i] = 1 - float64((r/before)*(r/before))
		before = r
	}
	return out
}

func betas(steps int, value func(i int) float64) ([]float64, error) {
	if steps < 1 || steps > limits.Steps {
		return nil, fmt.Errorf("schedule: %d training steps, expected 1 to %d", steps, limits.Steps)
	}
	b := make([]float64, steps)
	for i := range b {
		b[i] = value(i)
	}
	return b, nil
}

// between is point i of n from a to b, both included.
func between(a, b float64, i, n int) float64 {
	if n == 1 {
		return a
	}
	return a + float64((b-a)*(float64(i)/float64(n-1)))
}
