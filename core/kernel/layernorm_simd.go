//go:build goexperiment.simd && !purego

package kernel

import "simd"

func rowSum(x []float32) float32 {
	var part [softmaxLanes]float32
	q, p, w := base(part[:]), base(x), lanes()
	whole := len(x) / softmaxLanes * softmaxLanes // as in softmaxRow
	for i := 0; i < whole; i += w {
		l := i % softmaxLanes
		store(q, l, load(q, l).Add(load(p, i)))
	}
	scalarNext()
	rowSumTail(&part, x[whole:])
	return fold(&part)
}

func rowSquares(x []float32, mean float32) float32 {
	var part [softmaxLanes]float32
	m := simd.BroadcastFloat32s(mean)
	q, p, w := base(part[:]), base(x), lanes()
	whole := len(x) / softmaxLanes * softmaxLanes
	for i := 0; i < whole; i += w {
		l := i % softmaxLanes
		d := load(p, i).Sub(m)
		store(q, l, load(q, l).Add(d.Mul(d)))
	}
	scalarNext()
	rowSquaresTail(&part, x[whole:], mean)
	return fold(&part)
}

func rowNorm(dst, x []float32, mean, r float32) {
	m, s := simd.BroadcastFloat32s(mean), simd.BroadcastFloat32s(r)
	d, p, w, i := base(dst), base(x), lanes(), 0
	for ; i+w <= len(dst); i += w {
		store(d, i, load(p, i).Sub(m).Mul(s))
	}
	rowNormGeneric(dst[i:], x[i:], mean, r)
}
