package denoise

import "tintype/core/schedule"

// Tracer is a Denoiser of one picture that knows how D answers to x: Trace is Σ_i ∂D_i/∂x_i.
type Tracer interface {
	Denoiser
	Trace(x []float32, l schedule.Level) (float64, error)
}

// Pusher is a Denoiser of one picture that can be differentiated: Push sets dst to (∂D/∂x)·u, how D changes in the
// direction u.
type Pusher interface {
	Denoiser
	Push(dst, u, x []float32, l schedule.Level) error
}

// Differences makes a Pusher of any Denoiser whose estimate is smooth, such as a network's without clipping:
//
//	(∂D/∂x)·u = (D(x + δu) - D(x - δu))/2δ + O(δ²),  δ = h·s
//
// in steps relative to the noise s of the level, which is the width that D changes over. Two evaluations each.
type Differences struct {
	Denoiser
	h        float64
	at, back []float32
}

// NewDifferences is for pictures of n values; u is about 1 in each. h = 0.01 leaves an error of 1e-4 of the derivative,
// and as much from float32.
func NewDifferences(den Denoiser, n int, h float64) *Differences {
	return &Differences{den, h, make([]float32, n), make([]float32, n)}
}

// Push evaluates twice.
func (d *Differences) Push(dst, u, x []float32, l schedule.Level) error {
	step := float32(d.h * l.S)
	for i, v := range x {
		d.at[i] = v - float32(step*u[i])
	}
	if err := d.Denoise(d.back, d.at, l); err != nil {
		return err
	}
	for i, v := range x {
		d.at[i] = v + float32(step*u[i])
	}
	if err := d.Denoise(dst, d.at, l); err != nil {
		return err
	}
	for i, v := range d.back {
		dst[i] = (dst[i] - v) / (2 * step)
	}
	return nil
}
