package kernel

import "math"

// SiLU computes dst[i] = x·sigmoid(x) (Elfwing et al. 2017, arXiv 1702.03118,
// equation 3). The two lengths are equal; dst may be x.
//
// With e = e^−|x|, which never overflows, it is x/(1+e) for x >= 0 and
// x·e/(1+e) below, within 3 ulp. Large |x| give x and -0, NaN gives NaN, and so
// does -Inf, as in the definition.
func SiLU(dst, x []float32) {
	if len(x) != len(dst) {
		panic("kernel: SiLU: lengths differ")
	}
	silu(dst, x)
}

func siluGeneric(dst, x []float32) {
	for i, v := range x {
		e := expGeneric(math.Float32frombits(math.Float32bits(v) | 1<<31))
		num := v * e
		if v >= 0 {
			num = v
		}
		dst[i] = num / (1 + e)
	}
}
