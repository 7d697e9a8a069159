package compat

import "math"

// The reference takes the logarithms of its sigmas with numpy, in float32. numpy's kernel of that is within 4 units in
// the last place, not correctly rounded, and a grid's times are cut to whole numbers after it: the largest sigma of a
// table comes out at the last time or just below it, by the last digit.
//
//	x = m·2^k, √½ <= m < √2;  log x = k·ln 2 + y·P(y)/Q(y), y = m - 1
//
// P and Q are the minimax polynomials of numpy's documentation of the kernel, each product fused with its sum.
var (
	logP = [...]float32{9.999999999999998702752e-01, 2.112677543073053063722e+00, 1.480000633576506585156e+00, 3.808837741388407920751e-01, 2.589979117907922693523e-02}
	logQ = [...]float32{1, 2.612677543073109236779e+00, 2.453006071784736363091e+00, 9.864942958519418960339e-01, 1.546476374983906719538e-01, 5.875095403124574342950e-03}
)

// log32 is numpy's log of a positive float32.
func log32(x float64) float64 {
	m, k := math.Frexp(x)
	if m < f32(math.Sqrt2/2) {
		m, k = 2*m, k-1
	}
	y := f32(m - 1)
	p := fused(polynomial(logP[:], y), y, 0)
	q := f32(p / polynomial(logQ[:], y))
	return fused(float64(k), f32(math.Ln2), q)
}

// polynomial is Horner's rule in float32, the constant first.
func polynomial(c []float32, x float64) float64 {
	v := float64(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		v = fused(v, x, float64(c[i]))
	}
	return v
}

// fused is a·b + c of float32, rounded once: the product of two float32 is exact in float64.
func fused(a, b, c float64) float64 { return f32(float64(a*b) + c) }
