package solver

import (
	"math"

	"tintype/core/exact"
	"tintype/core/tape"
)

// Spectral multiplies each frequency of a picture by a weight, between two cosine transforms along both sides of each
// channel:
//
//	x~_k = Σ_n c_k·√(2/N)·cos(π(n + 1/2)k/N)·x_n,  c_0 = 1/√2, else 1
//
// (N. Ahmed et al., Discrete cosine transform, 1974; orthonormal, so that white noise stays white).
type Spectral struct {
	// Weight is that of the frequency with the eigenvalue w = π²·(i²/H² + j²/W²) of the heat equation.
	Weight func(w float64) float64
}

// Bind makes the tables of a shape.
func (o Spectral) Bind(s tape.Shape) func(dst, src []float32) {
	rows, cols := cosines(s.H), cosines(s.W)
	weight := make([]float32, s.H*s.W)
	for i := range s.H {
		for j := range s.W {
			u, v := math.Pi*float64(i)/float64(s.H), math.Pi*float64(j)/float64(s.W)
			weight[i*s.W+j] = float32(o.Weight(float64(u*u) + float64(v*v)))
		}
	}
	size := s.H * s.W * s.C
	plane, other := make([]float32, s.H*s.W), make([]float32, s.H*s.W)
	return func(dst, src []float32) {
		for at := 0; at < s.N*size; at += size {
			for c := range s.C {
				for i := range plane {
					plane[i] = src[at+i*s.C+c]
				}
				along(other, plane, cols, s.W, 1, s.H, s.W, false)
				along(plane, other, rows, s.H, s.W, s.W, 1, false)
				for i, w := range weight {
					plane[i] *= w
				}
				along(other, plane, rows, s.H, s.W, s.W, 1, true)
				along(plane, other, cols, s.W, 1, s.H, s.W, true)
				for i, v := range plane {
					dst[at+i*s.C+c] = v
				}
			}
		}
	}
}

// cosines is the orthonormal table of n places, [frequency][place].
func cosines(n int) []float32 {
	table := make([]float32, n*n)
	for k := range n {
		scale := math.Sqrt(2 / float64(n))
		if k == 0 {
			scale = math.Sqrt(1 / float64(n))
		}
		for i := range n {
			table[k*n+i] = float32(scale * exact.Cos(math.Pi*float64((2*i+1)*k)/float64(2*n)))
		}
	}
	return table
}

// along multiplies each of count lines of n values by the table, or by its transpose. step leads to the next value of a
// line, next to the next line. Each sum runs in the order of its values.
func along(dst, src, table []float32, n, step, count, next int, transposed bool) {
	across, down := n, 1
	if transposed {
		across, down = 1, n
	}
	for line := range count {
		at := line * next
		for k := range n {
			sum := float32(0)
			for i := range n {
				sum += float32(table[k*across+i*down] * src[at+i*step])
			}
			dst[at+k*step] = sum
		}
	}
}
