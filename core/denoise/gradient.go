package denoise

import "tintype/core/schedule"

// Tracer is a Denoiser of one picture that knows how D answers to x: Trace is Σ_i ∂D_i/∂x_i.
type Tracer interface {
	Denoiser
	Trace(x []float32, l schedule.Level) (float64, error)
}

// Puller is a Denoiser of one picture that can be differentiated: Pull sets dst to Σ_i u_i·∂D_i/∂x, the product of a
// vector and the Jacobian of D.
type Puller interface {
	Denoiser
	Pull(dst, u, x []float32, l schedule.Level) error
}
