package guidance

import (
	"fmt"

	"tintype/core/denoise"
	"tintype/core/schedule"
)

// Objective is a number that guidance raises, as seen from a noisy picture: log p(y | x) of a classifier (P. Dhariwal,
// A. Nichol, arXiv 2105.05233), or the product f(x)·g(y) of a picture's and a text's embedding (A. Nichol et al.,
// arXiv 2112.10741, eq. 5). It must know noise: x is the sampler's picture at level l, not an estimate of the clean one.
type Objective interface {
	// Gradient writes the gradient with respect to x to dst, both [N,H,W,C], picture by picture.
	Gradient(dst, x []float32, l schedule.Level) error
}

// ObjectiveFunc is an Objective made of its method.
type ObjectiveFunc func(dst, x []float32, l schedule.Level) error

// Gradient calls f.
func (f ObjectiveFunc) Gradient(dst, x []float32, l schedule.Level) error { return f(dst, x, l) }

// Gradient guides by the gradient of an Objective L (Dhariwal and Nichol, algorithm 2, as a shift of the estimate):
//
//	D ← D + scale·(S²/A)·∇L(x)
//
// As D = (x + S²·score)/A, this adds scale·∇L to the score, whatever the solver. With L = log p(y|x) and scale 1 the
// score is that of p(x|y), by Bayes' rule; more sharpens p(y|x). In DDPM's step the mean moves by
// scale·(a_T/a_S)·β·∇L, β = 1-(a_S/a_T)² being the step's variance: their algorithm 1 up to the factor a_T/a_S.
//
// At a level without signal (A = 0) nothing is known of the picture, and nothing is added.
type Gradient struct {
	denoise.Denoiser
	objective Objective
	scale     float64
	g         []float32
}

// NewGradient guides n values ([N,H,W,C] of them). It stands outside of classifier-free guidance and inside of
// clipping.
func NewGradient(den denoise.Denoiser, o Objective, n int, scale float64) *Gradient {
	return &Gradient{den, o, scale, make([]float32, n)}
}

// Floats is the number of float32s that it holds.
func (c *Gradient) Floats() int { return len(c.g) }

// Denoise estimates and adds the gradient. It allocates nothing.
func (c *Gradient) Denoise(dst, x []float32, l schedule.Level) error {
	if err := c.Denoiser.Denoise(dst, x, l); err != nil || l.A == 0 {
		return err
	}
	if err := c.objective.Gradient(c.g, x, l); err != nil {
		return err
	}
	weight := float32(c.scale * (float64(l.S*l.S) / l.A))
	bad := float32(0)
	for i, g := range c.g {
		bad += g - g // 0 for every finite value, NaN for the rest
		dst[i] += float32(weight * g)
	}
	if bad != 0 {
		return errGradient
	}
	return nil
}

var errGradient = fmt.Errorf("gradient of the guidance: %w", denoise.ErrNotFinite)
