//go:build goexperiment.simd && !purego

package kernel

import "simd"

// channelMoments is channelMomentsGeneric for whole vectors of channels, whose
// sums stay in registers over all pixels, and its loop for what channels are
// left.
func channelMoments(sum, square, x, first []float32, pixels, ld int) {
	p, f, sums, squares := base(x), base(first), base(sum), base(square)
	c, w, j, quads := len(sum), lanes(), 0, pixels/4*4
	for ; j+2*w <= c; j += 2 * w {
		var s0, s1, q0, q1 simd.Float32s
		f0, f1 := load(f, j), load(f, j+w)
		for at, end := j, j+quads*ld; at < end; at += 4 * ld {
			d0, d1 := load(p, at).Sub(f0), load(p, at+ld).Sub(f0)
			d2, d3 := load(p, at+2*ld).Sub(f0), load(p, at+3*ld).Sub(f0)
			s0 = s0.Add(d0.Add(d1).Add(d2.Add(d3)))
			q0 = q0.Add(d0.Mul(d0).Add(d1.Mul(d1)).Add(d2.Mul(d2).Add(d3.Mul(d3))))
			d0, d1 = load(p, at+w).Sub(f1), load(p, at+w+ld).Sub(f1)
			d2, d3 = load(p, at+w+2*ld).Sub(f1), load(p, at+w+3*ld).Sub(f1)
			s1 = s1.Add(d0.Add(d1).Add(d2.Add(d3)))
			q1 = q1.Add(d0.Mul(d0).Add(d1.Mul(d1)).Add(d2.Mul(d2).Add(d3.Mul(d3))))
		}
		store(sums, j, s0)
		store(sums, j+w, s1)
		store(squares, j, q0)
		store(squares, j+w, q1)
	}
	for ; j+w <= c; j += w {
		var s, q simd.Float32s
		f := load(f, j)
		for at, end := j, j+quads*ld; at < end; at += 4 * ld {
			d0, d1 := load(p, at).Sub(f), load(p, at+ld).Sub(f)
			d2, d3 := load(p, at+2*ld).Sub(f), load(p, at+3*ld).Sub(f)
			s = s.Add(d0.Add(d1).Add(d2.Add(d3)))
			q = q.Add(d0.Mul(d0).Add(d1.Mul(d1)).Add(d2.Mul(d2).Add(d3.Mul(d3))))
		}
		store(sums, j, s)
		store(squares, j, q)
	}
	channelMomentsOf(sum, square, x, first, quads, ld, j)
	channelMomentsRest(sum, square, x, first, quads, pixels, ld)
}
