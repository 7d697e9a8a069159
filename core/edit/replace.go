package edit

import (
	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// hookStreams is where the noise streams of hooks begin: a tape counts its own from 1.
const hookStreams = 1 << 31

// Replacement replaces, wherever x arrives at a level, what is known of it by the known picture with that level's
// noise:
//
//	x' = x + P·(A·y + S·z - x)
//
// (Y. Song et al., arXiv 2011.13456, appendix I.2; with time travel A. Lugmayr et al., RePaint, arXiv 2201.09865,
// algorithm 1). It is simple and biased: the unknown part never sees how it fits the known one at the same noise.
type Replacement struct {
	known *Measurement
	noise tape.Noise
	fixed bool      // the same z at every level
	z, p  []float32 // the batch's noise, and one picture
}

// NewReplacement makes the hook for pictures of the measurement's size, n of them. With fixed noise the known part
// follows one path from noise to picture; without, z is fresh at every level.
func NewReplacement(known *Measurement, noise tape.Noise, n int, fixed bool) *Replacement {
	return &Replacement{known, noise, fixed, make([]float32, n*known.len()), make([]float32, known.len())}
}

// Floats is the number of float32s that it holds.
func (r *Replacement) Floats() int { return len(r.z) + len(r.p) }

// Arrived is the hook. It allocates nothing.
func (r *Replacement) Arrived(x []float32, l schedule.Level, visit int) error {
	key := uint32(hookStreams)
	if !r.fixed {
		key += uint32(visit)
	}
	r.noise(r.z, key)
	a, s := float32(l.A), float32(l.S)
	per := r.known.len()
	for k := 0; k < len(x); k += per {
		z, x := r.z[k:][:per], x[k:][:per]
		for i, y := range r.known.y {
			z[i] = float32(a*y) + float32(s*z[i])
		}
		r.known.project(z, z)
		r.known.project(r.p, x)
		r.known.hold(x, z, r.p)
	}
	return nil
}

// Hard holds every estimate of another Denoiser to what is known (Y. Song et al., Consistency models,
// arXiv 2303.01469, algorithm 4):
//
//	D' = D + y - P·D
type Hard struct {
	den   denoise.Denoiser
	known *Measurement
	p     []float32
}

// NewHard makes the Denoiser of pictures of the measurement's size.
func NewHard(den denoise.Denoiser, known *Measurement) *Hard {
	return &Hard{den, known, make([]float32, known.len())}
}

// Floats is the number of float32s that it holds.
func (h *Hard) Floats() int { return len(h.p) }

// Denoise estimates and holds. It allocates nothing.
func (h *Hard) Denoise(dst, x []float32, l schedule.Level) error {
	if err := h.den.Denoise(dst, x, l); err != nil {
		return err
	}
	per := h.known.len()
	for k := 0; k < len(dst); k += per {
		h.known.project(h.p, dst[k:][:per])
		h.known.hold(dst[k:][:per], h.known.y, h.p)
	}
	return nil
}
