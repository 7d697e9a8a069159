package compat

import "tintype/core/tape"

// slope emits e = (x - a·D)/s as the reference computes it, a difference and then a quotient, each rounded. At a sigma
// of 20000 the last digit of e moves the next picture by as much as the picture is large. difference is a buffer of
// its own.
func slope(b *tape.Builder, e, difference, x, d tape.Buf, a, s float64) {
	b.Lin(difference, tape.Term{Coef: 1, Src: x}, tape.Term{Coef: -a, Src: d})
	b.Apply(e, difference, quotient(s))
}

// quotient divides by a number: to multiply by its inverse would round twice.
type quotient float32

// Bind makes the division.
func (q quotient) Bind(tape.Shape) func(dst, src []float32) {
	return func(dst, src []float32) {
		for i, v := range src {
			dst[i] = v / float32(q)
		}
	}
}
