// Package exact computes float64 exp, log, sin, cos and pow with the same bits on every machine.
//
// The functions of package math are assembly on some architectures and pure Go on others, and the compiler may
// fuse x*y+z where the hardware can, so their last bit differs between a browser and a native build. Here every
// product that meets a sum is wrapped in float64(a*b), which forbids fusing, and nothing is used but the four
// operations, math.FMA (correctly rounded everywhere, in software if need be) and the bits of a float.
//
// Errors against the true value, measured by the tests over the whole range: below 1 ulp, Expm1 below 1.25.
//
// Series are plain Taylor series on a reduced argument, long enough that what is cut off lies below 2^-58 of the
// result. They cost a few terms more than a minimax fit and need no table of fitted constants.
package exact

import "math"

const (
	ln2 = math.Ln2 // an untyped constant: exact to some 60 digits in the differences below

	// ln2 in two parts. The first has 32 bits, so that its product with an exponent is exact.
	ln2Hi = 0x1.62e42feep-1
	ln2Lo = ln2 - ln2Hi

	expMax = 709.782712893384  // exp of anything larger overflows
	expMin = -745.133219101942 // exp of anything smaller is zero
)

// pow2 returns 2^k for -1022 <= k <= 1023.
func pow2(k int) float64 { return math.Float64frombits(uint64(k+1023) << 52) }

// scale returns x*2^k for |k| <= 1100 and x of the order of one.
func scale(x float64, k int) float64 {
	switch {
	case k > 1023:
		return x * pow2(1023) * pow2(k-1023)
	case k < -1022:
		return x * pow2(k+1000) * pow2(-1000)
	}
	return x * pow2(k)
}

// twoSum returns a+b as a rounded sum and its exact error (Knuth).
func twoSum(a, b float64) (hi, lo float64) {
	hi = a + b
	t := hi - a
	return hi, (a - (hi - t)) + (b - t)
}

// twoProduct returns a*b as a rounded product and its exact error.
func twoProduct(a, b float64) (hi, lo float64) {
	hi = float64(a * b)
	return hi, math.FMA(a, b, -hi)
}
