// Package guidance strengthens what a picture is conditioned on.
package guidance

import (
	"tintype/core/denoise"
	"tintype/core/schedule"
)

// ClassifierFree is classifier-free guidance (J. Ho, T. Salimans, arXiv 2207.12598, eq. 6) on the estimates of the
// clean picture:
//
//	D = D_uncond + g·(D_cond - D_uncond)
//
// The weights sum to one and D is affine in the network's output, so this equals guidance of epsilon or of v. g = 1
// is the conditional estimate itself: there nothing of this package is needed, at half the work.
type ClassifierFree struct {
	both  denoise.Denoiser
	scale float32
	x, d  []float32 // [2N,H,W,C]: the conditional rows, then the unconditional ones
}

// NewClassifierFree guides n values ([N,H,W,C] of them) with scale g. both estimates 2N pictures at once: the
// conditional rows, then the unconditional ones.
func NewClassifierFree(both denoise.Denoiser, n int, g float64) *ClassifierFree {
	return &ClassifierFree{both, float32(g), make([]float32, 2*n), make([]float32, 2*n)}
}

// Denoise estimates both halves in one call. It allocates nothing.
func (c *ClassifierFree) Denoise(dst, x []float32, l schedule.Level) error {
	n := len(x)
	copy(c.x[:n], x)
	copy(c.x[n:], x)
	if err := c.both.Denoise(c.d, c.x, l); err != nil {
		return err
	}
	cond, uncond := c.d[:n], c.d[n:]
	for i, u := range uncond {
		dst[i] = u + float32(c.scale*(cond[i]-u))
	}
	return nil
}
