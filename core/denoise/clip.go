package denoise

import "tintype/core/schedule"

// Clip holds the estimate of another Denoiser to [-Limit, Limit], as diffusers' clip_sample does. It belongs outside
// of guidance, which may push an estimate out of range. Solvers take every slope from the clipped estimate, never
// from the network's own output.
type Clip struct {
	Denoiser
	Limit float32
}

// Denoise estimates and clips. A NaN stays one: both comparisons are false for it, on every machine alike.
func (c *Clip) Denoise(dst, x []float32, l schedule.Level) error {
	if err := c.Denoiser.Denoise(dst, x, l); err != nil {
		return err
	}
	for i, v := range dst {
		if v > c.Limit {
			dst[i] = c.Limit
		}
		if v < -c.Limit {
			dst[i] = -c.Limit
		}
	}
	return nil
}
