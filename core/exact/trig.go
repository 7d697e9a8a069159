package exact

import (
	"math"
	"math/bits"
)

// π/2 in three parts; the first two have 33 bits, so that their products with n < 2^20 are exact.
const (
	halfPi  = math.Pi / 2
	halfPi1 = 0x1.921fb544p+0
	halfPi2 = 0x1.0b4611a6p-34
	halfPi3 = halfPi - halfPi1 - halfPi2

	halfPiHi = 0x1.921fb54442d18p+0 // π/2 rounded to a float64, and what is left of it
	halfPiLo = halfPi - halfPiHi

	reduceMax = 1 << 20 // above it the reduction needs more bits of π than three parts hold
)

// Cos returns the cosine of x (radians). Cos(±Inf) = Cos(NaN) = NaN.
func Cos(x float64) float64 {
	_, c := Sincos(x)
	return c
}

// Sincos returns the sine and the cosine of x (radians). Both are NaN for ±Inf and NaN.
//
//	x = n·π/2 + r + c, |r| <= π/4, c the rounding error of r;  n mod 4 names the quadrant
func Sincos(x float64) (sin, cos float64) {
	if x != x || math.Abs(x) > math.MaxFloat64 {
		return math.NaN(), math.NaN()
	}
	n, r, c := reduceHalfPi(math.Abs(x))
	s, k := sinReduced(r, c), cosReduced(r, c)
	switch n & 3 {
	case 1:
		s, k = k, -s
	case 2:
		s, k = -s, -k
	case 3:
		s, k = -k, s
	}
	if math.Signbit(x) {
		s = -s
	}
	return s, k
}

// sinReduced returns sin(r+c) = r + (c·(1 - r²/2) - r³/3! + r⁵/5! - ... + r¹⁷/17!) for |r| <= π/4.
func sinReduced(r, c float64) float64 {
	z := float64(r * r)
	q := float64(z*(1.0/355687428096000)) - 1.0/1307674368000
	q = float64(z*q) + 1.0/6227020800
	q = float64(z*q) - 1.0/39916800
	q = float64(z*q) + 1.0/362880
	q = float64(z*q) - 1.0/5040
	q = float64(z*q) + 1.0/120
	q = float64(z*q) - 1.0/6
	return r + (float64(c*(1-float64(0.5*z))) + float64(float64(z*r)*q))
}

// cosReduced returns cos(r+c) = 1 - r²/2 + (r⁴/4! - ... + r¹⁶/16! - c·r) for |r| <= π/4.
func cosReduced(r, c float64) float64 {
	z := float64(r * r)
	q := float64(z*(-1.0/6402373705728000)) + 1.0/20922789888000
	q = float64(z*q) - 1.0/87178291200
	q = float64(z*q) + 1.0/479001600
	q = float64(z*q) - 1.0/3628800
	q = float64(z*q) + 1.0/40320
	q = float64(z*q) - 1.0/720
	q = float64(z*q) + 1.0/24
	h := float64(0.5 * z)
	w := 1 - h
	return w + (((1 - w) - h) + (float64(float64(z*z)*q) - float64(c*r)))
}

// reduceHalfPi splits x >= 0 as n·π/2 + r + c; n is given modulo 4.
func reduceHalfPi(x float64) (n int, r, c float64) {
	if x >= reduceMax {
		return reduceLarge(x)
	}
	k := math.Floor(float64(x*(1/halfPi)) + 0.5)
	a := x - float64(k*halfPi1) // exact: the product is, and the two are close
	b, bLo := twoSum(a, -float64(k*halfPi2))
	t := bLo - float64(k*halfPi3)
	r, c = twoSum(b, t)
	return int(k), r, c
}

// twoOverPi holds the first 1280 bits behind the binary point of 2/π; float64's largest exponent needs 1153.
var twoOverPi = [20]uint64{
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
	0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
}

// reduceLarge is reduceHalfPi for x >= 2^20 (M. Payne, R. Hanek: Radian reduction for trigonometric functions,
// SIGNUM Newsletter 18, 1983): x = m·2^e with an integer m, so the bits of 2/π above 2^(2-e) add whole turns and
// are left out; 192 bits from there on give x·2/π modulo 4 with an error below 2^-137.
func reduceLarge(x float64) (n int, r, c float64) {
	b := math.Float64bits(x)
	m := b&(1<<52-1) | 1<<52
	e := int(b>>52) - 1075

	w0, w1, w2 := piBits(e-2), piBits(e+62), piBits(e+126) // value·2^190, the top bit worth 2^1 after the factor 2^e
	_, p0 := bits.Mul64(w0, m)
	h1, p1 := bits.Mul64(w1, m)
	h2, p2 := bits.Mul64(w2, m)
	p1, carry := bits.Add64(p1, h2, 0)
	p0, _ = bits.Add64(p0, h1, carry)

	n = int(p0 >> 62)
	f0, f1, f2 := p0<<2|p1>>62, p1<<2|p2>>62, p2<<2 // the fraction of a quarter turn, as 0.f0f1f2
	negative := f0>>63 != 0
	if negative { // round to the nearest quarter: the fraction becomes f-1
		n++
		var borrow uint64
		f2, borrow = bits.Sub64(0, f2, 0)
		f1, borrow = bits.Sub64(0, f1, borrow)
		f0, _ = bits.Sub64(0, f0, borrow)
	}
	hi, lo := fraction(f0, f1, f2)
	r, c = twoProduct(hi, halfPiHi)
	c += float64(hi*halfPiLo) + float64(lo*halfPiHi)
	r, c = twoSum(r, c)
	if negative {
		return n, -r, -c
	}
	return n, r, c
}

// piBits returns 64 bits of 2/π from bit i behind the binary point on (0 is the bit worth 1/2); bits before it are 0.
func piBits(i int) uint64 {
	word := func(j int) uint64 {
		if j < 0 {
			return 0
		}
		return twoOverPi[j]
	}
	j, s := i>>6, uint(i&63)
	return word(j)<<s | word(j+1)>>(64-s)
}

// fraction returns 0.f0f1f2 as hi+lo without losing the leading bits of a small value.
func fraction(f0, f1, f2 uint64) (hi, lo float64) {
	unit := 0x1p-64
	if f0 == 0 { // at most 62 leading zeros occur for a float64 argument, so one shift by a word is enough
		f0, f1, f2 = f1, f2, 0
		unit = 0x1p-128
	}
	s := uint(bits.LeadingZeros64(f0))
	f0, f1 = f0<<s|f1>>(64-s), f1<<s|f2>>(64-s)
	unit *= pow2(-int(s))
	top := f0 &^ (1<<11 - 1) // 53 bits, exact as a float64
	hi = float64(top) * unit
	return hi, float64(f0-top)*unit + float64(float64(f1)*unit*0x1p-64)
}
