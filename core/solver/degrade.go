package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/tape"
)

// The degraders of cold diffusion (A. Bansal et al., arXiv 2208.09392, section 5). All leave a picture alone at severity
// 0 and are linear.
type (
	// Heat blurs by the heat equation: frequencies fade as e^(-w·τ) with τ = (Width·t)²/2, Width in pixels.
	Heat struct{ Width float64 }
	// Pixelate takes the means of blocks, of up to Largest² pixels: a side of 2^round(t·log2 Largest).
	Pixelate struct{ Largest int }
	// Fade goes to grey, the 0 of pictures in -1..1.
	Fade struct{}
	// Mask greys a disc out, which grows from the centre to the corners; its edge is soft over a tenth of their distance.
	Mask struct{}
)

// At is the blur of a severity.
func (h Heat) At(t float64) tape.Operator {
	width := float64(h.Width * t)
	tau := 0.5 * float64(width*width)
	return Spectral{func(w float64) float64 { return exact.Exp(-float64(w * tau)) }}
}

// At is the grid of blocks of a severity.
func (p Pixelate) At(t float64) tape.Operator {
	octaves := 0
	for 2<<octaves <= p.Largest {
		octaves++
	}
	return blocks(1 << int(math.RoundToEven(t*float64(octaves))))
}

// At is the fading of a severity.
func (Fade) At(t float64) tape.Operator {
	return perPixel(func(float64) float64 { return 1 - t })
}

// At is the disc of a severity.
func (Mask) At(t float64) tape.Operator {
	const soft = 0.1
	return perPixel(func(r float64) float64 {
		return min(max((r-float64((1+soft)*t))/soft+1, 0), 1)
	})
}

// blocks is the side of the squares whose means stand for them; those at the right and lower edges may be smaller.
type blocks int

// Bind needs no tables.
func (side blocks) Bind(s tape.Shape) func(dst, src []float32) {
	b := int(side)
	return func(dst, src []float32) {
		for n := range s.N {
			for y := 0; y < s.H; y += b {
				for x := 0; x < s.W; x += b {
					for c := range s.C {
						flatten(dst, src, s, n, y, min(y+b, s.H), x, min(x+b, s.W), c)
					}
				}
			}
		}
	}
}

// flatten fills one block of a channel with its mean, summed in float64 row by row.
func flatten(dst, src []float32, s tape.Shape, n, top, bottom, left, right, c int) {
	sum := 0.0
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			sum += float64(src[((n*s.H+y)*s.W+x)*s.C+c])
		}
	}
	m := float32(sum / float64((bottom-top)*(right-left)))
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			dst[((n*s.H+y)*s.W+x)*s.C+c] = m
		}
	}
}

// perPixel multiplies each pixel by a weight of its distance from the centre, 1 at the corners.
type perPixel func(r float64) float64

// Bind makes the table of a shape.
func (f perPixel) Bind(s tape.Shape) func(dst, src []float32) {
	weight := make([]float32, s.H*s.W)
	for y := range s.H {
		for x := range s.W {
			u, v := float64(2*y+1)/float64(s.H)-1, float64(2*x+1)/float64(s.W)-1
			weight[y*s.W+x] = float32(f(math.Sqrt(0.5 * (float64(u*u) + float64(v*v)))))
		}
	}
	return func(dst, src []float32) {
		for at := range s.N * s.H * s.W {
			w := weight[at%len(weight)]
			for c := range s.C {
				dst[at*s.C+c] = w * src[at*s.C+c]
			}
		}
	}
}
