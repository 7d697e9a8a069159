package kernel

import "math"

// SiLU computes dst[i] = x·sigmoid(x) (Elfwing et al. 2017, arXiv 1702.03118,
// equation 3). The two lengths are equal; dst may be x.
//
// It is x/(1+2^(−x·log₂e)), with a relative error of 3e-7 + 1.2e-7·|x|. Large |x|
// give x and -0 up to 1e14; from there on, and for infinities and NaN, it is
// undefined or NaN.
func SiLU(dst, x []float32) {
	if len(x) != len(dst) {
		panic("kernel: SiLU: lengths differ")
	}
	siluSlot.run(siluJob{dst, x}, blocks(dst), len(dst)*workExp)
}

type siluJob struct{ dst, x []float32 }

var siluSlot slot[siluJob]

func (j siluJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	silu(j.dst[p:q], j.x[p:q])
}

func siluGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] = siluOf(v)
	}
}

func siluOf(v float32) float32 { return v / (1 + pow2Generic(v*-log2e)) }

// affineSiLUGeneric computes dst = silu(x·a + b) of pixels of len(a) > 0
// channels, which lie ld floats apart in dst and next to each other in x.
func affineSiLUGeneric(dst, x, a, b []float32, ld, pixels int) {
	affineSiLUTail(dst, x, a, b, ld, pixels, 0)
}

// affineSiLUTail is affineSiLUGeneric from channel from on.
func affineSiLUTail(dst, x, a, b []float32, ld, pixels, from int) {
	c := len(a)
	for p := range pixels {
		for j := from; j < c; j++ {
			dst[p*ld+j] = siluOf(float32(x[p*c+j]*a[j]) + b[j])
		}
	}
}

// SiLUGrad computes dst[i] = dy[i]·silu'(x[i]), the gradient that reaches the
// input of SiLU when dy is the gradient at its output:
//
//	silu'(x) = s + x·s·(1−s),  s = sigmoid(x),  s·(1−s) = e/(1+e)²,  e = e^−|x|
//
// The three lengths are equal; dst may be x or dy. Finite x only.
func SiLUGrad(dst, x, dy []float32) {
	if len(x) != len(dst) || len(dy) != len(dst) {
		panic("kernel: SiLUGrad: lengths differ")
	}
	siluGradSlot.run(siluGradJob{dst, x, dy}, blocks(dst), len(dst)*workExp)
}

type siluGradJob struct{ dst, x, dy []float32 }

var siluGradSlot slot[siluGradJob]

func (j siluGradJob) share(from, to int) {
	p, q := within(j.dst, from, to)
	siluGrad(j.dst[p:q], j.x[p:q], j.dy[p:q])
}

func siluGradGeneric(dst, x, dy []float32) {
	for i, v := range x {
		e := pow2Generic(math.Float32frombits(math.Float32bits(v)&^(1<<31)) * -log2e)
		q := 1 / (1 + e)
		r := e * q
		s := r
		if v >= 0 {
			s = q
		}
		dst[i] = dy[i] * (float32(v*float32(r*q)) + s)
	}
}
