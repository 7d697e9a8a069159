package kernel

import "math"

// softmaxLanes is the number of partial sums of a softmax row: element j goes
// to partial sum j mod 16, and the sixteen fold by halves (i and i+8, then
// i and i+4, …). Vectors of 4, 8 and 16 lanes all divide it.
const softmaxLanes = 16

// SoftmaxRows computes, for each of rows rows of cols floats that start ld
// apart in both slices,
//
//	dst[j] = e^(scale·(x[j] − max)) / Σ_j e^(scale·(x[j] − max)),  max = max_j x[j]
//
// scale is positive. dst may be x; floats between the rows are left alone. A NaN
// in a row makes the row NaN.
func SoftmaxRows(dst, x []float32, rows, cols, ld int, scale float32) {
	checkMatrix("kernel: SoftmaxRows: dst too short", dst, ld, rows, cols)
	checkMatrix("kernel: SoftmaxRows: x too short", x, ld, rows, cols)
	if cols == 0 {
		return
	}
	softmaxSlot.run(softmaxJob{dst, x, cols, ld, scale}, rows, rows*cols*workExp)
}

// softmaxJob is a SoftmaxRows by rows.
type softmaxJob struct {
	dst, x   []float32
	cols, ld int
	scale    float32
}

var softmaxSlot slot[softmaxJob]

func (j softmaxJob) share(from, to int) {
	for i := from; i < to; i++ {
		softmaxRow(j.dst[i*j.ld:][:j.cols], j.x[i*j.ld:][:j.cols], j.scale)
	}
}

// softmaxLeast is where 2^s counts as 0, so that scores far apart, and -Inf, are
// none of pow2Generic's limits.
const softmaxLeast = -127

func softmaxRowGeneric(dst, x []float32, s float32) {
	top := softmaxTop(x, float32(math.Inf(-1)))
	var part [softmaxLanes]float32
	softmaxExp(dst, x, top, s*log2e, &part)
	scaleGeneric(dst, dst, 1/fold(&part))
}

// softmaxTop returns the largest of x and top.
func softmaxTop(x []float32, top float32) float32 {
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	return top
}

// softmaxExp writes 2^((x−top)·k) to dst and adds each to its partial sum, the
// first to part[0].
func softmaxExp(dst, x []float32, top, k float32, part *[softmaxLanes]float32) {
	for i, v := range x {
		s := (v - top) * k
		e := pow2Generic(s)
		if s < softmaxLeast {
			e = 0
		}
		dst[i] = e
		part[i%softmaxLanes] += e
	}
}

// fold adds the partial sums by halves.
func fold(part *[softmaxLanes]float32) float32 {
	for half := softmaxLanes / 2; half > 0; half /= 2 {
		for i := range half {
			part[i] += part[i+half]
		}
	}
	return part[0]
}
