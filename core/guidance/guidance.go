// Package guidance strengthens what a picture is conditioned on.
package guidance

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/limits"
	"tintype/core/schedule"
)

// Options says how classifier-free guidance is done. The zero Options with Scale 1 is no guidance.
type Options struct {
	Scale   float64 // g; 1 is the conditional estimate itself
	Rescale float64 // φ, 0 to 1: how much of the conditional estimate's contrast is given back
	// SigmaMin and SigmaMax bound the noise levels that are guided, both included; outside of them g = 1.
	// SigmaMax 0: no level is too noisy.
	SigmaMin, SigmaMax float64
}

// Bounded reports whether some noise levels may not be guided.
func (o Options) Bounded() bool { return o.SigmaMin != 0 || o.SigmaMax != 0 }

// On reports whether anything is guided.
func (o Options) On() bool { return Guided(o.Scale) }

// Guided reports whether a scale takes two evaluations, with the condition and without: every one but 1, 0.5 and 0 too.
func Guided(scale float64) bool { return scale != 1 }

// OptionError is a value that guidance cannot have.
type OptionError struct{ Problem, Remedy string }

func (e *OptionError) Error() string { return e.Problem + ": " + e.Remedy }

// Check returns an *OptionError for values out of range.
func (o Options) Check() error {
	switch {
	case !(o.Scale >= 0 && o.Scale <= limits.Guidance):
		return &OptionError{fmt.Sprintf("guidance %v", o.Scale), fmt.Sprintf("use 0 to %d; 1 is off", limits.Guidance)}
	case !(o.Rescale >= 0 && o.Rescale <= limits.Rescale):
		return &OptionError{fmt.Sprintf("guidance rescale %v", o.Rescale), "use 0 to 1; 0 is off"}
	case !(o.SigmaMin >= 0 && o.SigmaMax >= 0) || o.SigmaMax != 0 && o.SigmaMax < o.SigmaMin:
		return &OptionError{fmt.Sprintf("guidance from sigma %v to %v", o.SigmaMin, o.SigmaMax),
			"use two sigmas, the smaller one first; 0 bounds nothing"}
	}
	return nil
}

// guides reports whether a level is within the bounds.
func (o Options) guides(l schedule.Level) bool {
	// Compared without a division, so that a level without signal lies above every finite sigma.
	return l.S >= float64(o.SigmaMin*l.A) && (o.SigmaMax == 0 || l.S <= float64(o.SigmaMax*l.A))
}

// ClassifierFree is classifier-free guidance (J. Ho, T. Salimans, arXiv 2207.12598, eq. 6) on the estimates of the
// clean picture:
//
//	D = D_uncond + g·(D_cond - D_uncond)
//
// The weights sum to one and D is affine in the network's output, so this equals guidance of epsilon or of v. g = 1
// is the conditional estimate itself: there nothing of this package is needed, at half the work.
//
// g may be kept for a range of noise levels (T. Kynkäänniemi et al., arXiv 2404.07724). Rescale pulls the standard
// deviation of each guided picture back to that of its conditional one (S. Lin et al., arXiv 2305.08891, eq. 15, 16):
//
//	D' = φ·D·std(D_cond)/std(D) + (1-φ)·D
//
// The paper rescales what its network returns; here it is the estimate of the clean picture, so that epsilon, v and
// x0 networks are treated alike. A picture without contrast is left as it is.
type ClassifierFree struct {
	both, cond denoise.Denoiser
	options    Options
	per        int       // values of one picture
	x, d       []float32 // [2N,H,W,C]: the conditional rows, then the unconditional ones
}

// NewClassifierFree guides n pictures of per values each. both estimates 2n pictures at once: the conditional rows,
// then the unconditional ones. cond estimates the conditional rows alone, which is all that levels need that are not
// guided: without bounds of o it may be nil.
func NewClassifierFree(both, cond denoise.Denoiser, n, per int, o Options) *ClassifierFree {
	return &ClassifierFree{both, cond, o, per, make([]float32, 2*n*per), make([]float32, 2*n*per)}
}

// Floats is the number of float32s that it holds.
func (c *ClassifierFree) Floats() int { return len(c.x) + len(c.d) }

// Denoise estimates both halves in one call, or where nothing is guided the conditional one. It allocates nothing.
func (c *ClassifierFree) Denoise(dst, x []float32, l schedule.Level) error {
	if !c.options.guides(l) {
		return c.cond.Denoise(dst, x, l)
	}
	g, n := float32(c.options.Scale), len(x)
	copy(c.x[:n], x)
	copy(c.x[n:], x)
	if err := c.both.Denoise(c.d, c.x, l); err != nil {
		return err
	}
	cond, uncond := c.d[:n], c.d[n:]
	for i, u := range uncond {
		dst[i] = u + float32(g*(cond[i]-u))
	}
	if c.options.Rescale > 0 {
		for k := 0; k < n; k += c.per {
			rescale(dst[k:k+c.per], cond[k:k+c.per], c.options.Rescale)
		}
	}
	return nil
}

// Unconditional writes the unconditional half of the last estimate of both.
func (c *ClassifierFree) Unconditional(dst []float32) { copy(dst, c.d[len(c.d)/2:]) }

// rescale gives d back a part phi of the contrast of cond.
func rescale(d, cond []float32, phi float64) {
	have, want := deviation(d), deviation(cond)
	if !(have > 0) {
		return
	}
	f := float32(float64(phi*(want/have)) + (1 - phi))
	for i, v := range d {
		d[i] = f * v
	}
}

// deviation is the standard deviation of one picture, with n-1 in the denominator; its sums run in the order of the
// values, in float64.
func deviation(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	mean := sum / float64(len(x))
	sum = 0
	for _, v := range x {
		d := float64(v) - mean
		sum += float64(d * d)
	}
	return math.Sqrt(sum / float64(max(len(x)-1, 1)))
}
