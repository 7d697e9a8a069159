package kernel

import "math"

// e^x for x <= 0 in float32: all that SiLU and softmax need, and without
// overflow to guard against.
//
//	n = round(x·log₂e),  r = x − n·ln 2 in two steps (Cody and Waite 1980)
//	e^x = 2ⁿ·e^r,        e^r ≈ 1 + r + r²·(c2 + c3·r + … + c6·r⁴),  |r| <= 0.3466
//
// The c are a minimax fit of our own, with 1 and r kept exact: 3.1e-9 relative
// before rounding. Adding expShift rounds x·log₂e to the integer n and leaves
// n+127 in the low bits, where a shift makes the float32 2ⁿ of it: no
// conversion to an integer, whose overflow differs between processors. Below
// expMin the result is 0 (the true value is under 1.7e-38); NaN stays NaN.
// The largest error is 0.98 ulp (TestExp).
const (
	expMin   = -87
	expShift = 3<<22 + 127
	log2e    = 1.4426950408889634
	ln2Hi    = 0.693359375 // ln 2 to 10 bits: n·ln2Hi is exact
	ln2Lo    = -2.12194440054690583e-4

	expC2 = 0.49999993448719876
	expC3 = 0.16666520645556634
	expC4 = 0.04166838788407908
	expC5 = 0.008368715199374136
	expC6 = 0.0013814602046321408
)

// expGeneric returns e^x for x <= 0.
func expGeneric(x float32) float32 {
	t := float32(x*log2e) + expShift
	n := t - expShift
	r := x - float32(n*ln2Hi)
	r = r - float32(n*ln2Lo)
	p := float32(expC6*r) + expC5
	p = float32(p*r) + expC4
	p = float32(p*r) + expC3
	p = float32(p*r) + expC2
	p = float32(float32(p*r)*r) + r
	y := float32((p + 1) * math.Float32frombits(math.Float32bits(t)<<23))
	if x < expMin {
		return 0
	}
	return y
}
