package exact

import "math"

// Exp returns eˣ.
//
//	x = k·ln2 + r, |r| <= ln2/2;  eˣ = 2ᵏ·(1 + expm1(r))
//
// Exp(-Inf) = 0, Exp(+Inf) = +Inf, Exp(NaN) = NaN; it overflows to +Inf and underflows, gradually, to 0.
func Exp(x float64) float64 { return expSum(x, 0) }

// expSum returns e^(hi+lo) for a lo of at most a few ulps of hi.
func expSum(hi, lo float64) float64 {
	switch {
	case hi != hi:
		return hi
	case hi > expMax:
		return math.Inf(1)
	case hi < expMin:
		return 0
	}
	k, r, c := reduceLn2(hi)
	r, c = twoSum(r, c+lo) // lo may be far above an ulp of r, and c enters to first order only
	return scale(1+expm1Reduced(r, c), k)
}

// Expm1 returns eˣ - 1 without the cancellation near x = 0.
//
//	eˣ - 1 = 2ᵏ·expm1(r) + (2ᵏ - 1)
//
// Expm1(±0) = ±0, Expm1(-Inf) = -1, Expm1(+Inf) = +Inf, Expm1(NaN) = NaN.
func Expm1(x float64) float64 {
	switch {
	case x == 0 || x != x:
		return x
	case x > expMax:
		return math.Inf(1)
	case x < -40: // e^-40 is below half an ulp of 1
		return -1
	}
	k, r, c := reduceLn2(x)
	p := expm1Reduced(r, c)
	switch {
	case k == 0:
		return p
	case k > 1000: // the 1 is long lost, and 2ᵏ may not be a float64
		return scale(1+p, k)
	}
	b := pow2(k)
	hi, lo := twoSum(b, -1)
	return hi + (float64(b*p) + lo)
}

// reduceLn2 splits x = k·ln2 + r + c with |r| <= ln2/2 and c the rounding error of r.
func reduceLn2(x float64) (k int, r, c float64) {
	n := math.Floor(float64(x*(1/ln2)) + 0.5)
	hi := x - float64(n*ln2Hi) // both exact: n has at most 11 bits
	lo := float64(n * ln2Lo)
	r = hi - lo
	return int(n), r, (hi - r) - lo
}

// expm1Reduced returns e^(r+c) - 1 = r + (c·(1+r) + r²/2! + r³/3! + ... + r¹⁴/14!) for |r| <= ln2/2.
func expm1Reduced(r, c float64) float64 {
	q := float64(r*(1.0/87178291200)) + 1.0/6227020800
	q = float64(r*q) + 1.0/479001600
	q = float64(r*q) + 1.0/39916800
	q = float64(r*q) + 1.0/3628800
	q = float64(r*q) + 1.0/362880
	q = float64(r*q) + 1.0/40320
	q = float64(r*q) + 1.0/5040
	q = float64(r*q) + 1.0/720
	q = float64(r*q) + 1.0/120
	q = float64(r*q) + 1.0/24
	q = float64(r*q) + 1.0/6
	r2 := float64(r * r)
	return r + (float64(0.5*r2) + (float64(float64(r2*r)*q) + (c + float64(c*r))))
}
