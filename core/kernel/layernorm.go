package kernel

import "math"

// LayerNorm brings each of rows rows of c floats to mean 0 and variance 1 (Ba, Kiros
// and Hinton, arXiv 1607.06450, equation 3):
//
//	dst = (x − μ)·r·γ + β,  μ = mean of x,  r = 1/√(mean of (x − μ)² + ε)
//
// gamma and beta [c]; nil: 1 and 0. dst may be x. Both sums go into sixteen partial
// sums, as in softmax; μ and r are taken in float64.
func LayerNorm(dst, x, gamma, beta []float32, rows, c int, eps float32) {
	switch {
	case rows < 0 || c < 0 || len(dst) < rows*c || len(x) < rows*c:
		panic("kernel: LayerNorm: slice too short")
	case gamma != nil && (len(gamma) < c || len(beta) < c):
		panic("kernel: LayerNorm: gamma or beta too short")
	case c == 0:
		return
	}
	layerSlot.run(layerJob{dst, x, gamma, beta, c, eps}, rows, rows*c*workNorm)
}

type layerJob struct {
	dst, x, gamma, beta []float32
	c                   int
	eps                 float32
}

var layerSlot slot[layerJob]

func (j layerJob) share(from, to int) {
	c := j.c
	for i := from; i < to; i++ {
		x, dst := j.x[i*c:][:c], j.dst[i*c:][:c]
		mean := float32(float64(rowSum(x)) / float64(c))
		variance := float64(rowSquares(x, mean)) / float64(c)
		r := float32(1 / math.Sqrt(variance+float64(j.eps)))
		rowNorm(dst, x, mean, r)
		if j.gamma != nil {
			affineRows(dst, dst, j.gamma[:c], j.beta[:c], c)
		}
	}
}

func rowSumGeneric(x []float32) float32 {
	var part [softmaxLanes]float32
	rowSumTail(&part, x)
	return fold(&part)
}

// rowSumTail adds x to the partial sums, the first to part[0].
func rowSumTail(part *[softmaxLanes]float32, x []float32) {
	for i, v := range x {
		part[i%softmaxLanes] += v
	}
}

func rowSquaresGeneric(x []float32, mean float32) float32 {
	var part [softmaxLanes]float32
	rowSquaresTail(&part, x, mean)
	return fold(&part)
}

func rowSquaresTail(part *[softmaxLanes]float32, x []float32, mean float32) {
	for i, v := range x {
		d := v - mean
		part[i%softmaxLanes] += float32(d * d)
	}
}

func rowNormGeneric(dst, x []float32, mean, r float32) {
	for i, v := range x {
		dst[i] = (v - mean) * r
	}
}
