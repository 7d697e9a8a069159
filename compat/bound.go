package compat

import (
	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Bound holds estimates of the clean picture to a range. The zero Bound lets everything through.
type Bound struct {
	Clip            float64 // largest |D|; 0: any
	Quantile, Limit float64 // of dynamic thresholding, which stands in the place of Clip; Quantile 0: off
}

// bound is the one that the options ask for.
func (o *options) bound() Bound {
	switch {
	case o.Threshold:
		return Bound{Quantile: o.ThresholdRatio, Limit: o.ThresholdMax}
	case o.Clip:
		return Bound{Clip: o.ClipRange}
	}
	return Bound{}
}

// bounded gives levels without signal a little, where the network predicts the noise and the estimate is bounded: the
// reference's estimate there is endless, so that the bound makes it the sign of x - ε.
func (o *options) bounded(levels []schedule.Level) {
	if o.Prediction != "epsilon" || o.bound() == (Bound{}) {
		return
	}
	for i := range levels {
		if levels[i].A == 0 {
			levels[i].A = 1. / (1 << 60)
		}
	}
}

// around puts the bound around a denoiser of pictures of per values each.
func (b Bound) around(den denoise.Denoiser, per int) denoise.Denoiser {
	switch {
	case b.Quantile > 0:
		return denoise.NewThreshold(den, per, b.Quantile, b.Limit)
	case b.Clip > 0:
		return &denoise.Clip{Denoiser: den, Limit: float32(b.Clip)}
	}
	return den
}

// Bounded puts the plan's bound around a denoiser of pictures of per values each.
func (p *Plan) Bounded(den denoise.Denoiser, per int) denoise.Denoiser {
	return p.Bound.around(den, per)
}

// Bind makes the bound an operation of a tape, for the schedulers that go on with the estimate before it, too.
func (b Bound) Bind(s tape.Shape) func(dst, src []float32) {
	den := b.around(itself{}, s.H*s.W*s.C)
	return func(dst, src []float32) { _ = den.Denoise(dst, src, schedule.Level{}) }
}

// itself estimates that a picture is clean.
type itself struct{}

func (itself) Denoise(dst, x []float32, _ schedule.Level) error {
	copy(dst, x)
	return nil
}
