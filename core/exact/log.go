package exact

import "math"

// Log returns the natural logarithm of x.
//
//	x = 2ᵏ·(1+f), √½ <= 1+f < √2;  s = f/(2+f)
//	ln(1+f) = 2·atanh(s) = f - (f²/2 - s·(f²/2 + R)),  R = 2s²/3 + 2s⁴/5 + ...
//
// The second form of the series keeps f itself, which is exact, as the leading term.
//
// Log(0) = -Inf, Log(x < 0) = NaN, Log(+Inf) = +Inf, Log(NaN) = NaN.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	k, m := splitExponent(x)
	f := m - 1
	s := f / (2 + f)
	z := float64(s * s)
	h := float64(float64(0.5*f) * f)
	t := h - float64(s*(h+float64(z*atanhSeries(z))))
	return float64(k*ln2Hi) + (f - (t - float64(k*ln2Lo)))
}

// splitExponent returns k and m with x = 2ᵏ·m and √½ <= m < √2, for finite x > 0.
func splitExponent(x float64) (k, m float64) {
	e := 0
	if x < 0x1p-1022 {
		x *= 0x1p54
		e = -54
	}
	b := math.Float64bits(x)
	e += int(b>>52) - 1023
	m = math.Float64frombits(b&(1<<52-1) | 1023<<52)
	if m >= math.Sqrt2 {
		m *= 0.5
		e++
	}
	return float64(e), m
}

// atanhSeries returns 2/3 + 2z/5 + 2z²/7 + ... + 2z¹⁰/23 for z = s² <= 0.0295.
func atanhSeries(z float64) float64 {
	q := float64(z*(2.0/23)) + 2.0/21
	q = float64(z*q) + 2.0/19
	q = float64(z*q) + 2.0/17
	q = float64(z*q) + 2.0/15
	q = float64(z*q) + 2.0/13
	q = float64(z*q) + 2.0/11
	q = float64(z*q) + 2.0/9
	q = float64(z*q) + 2.0/7
	q = float64(z*q) + 2.0/5
	return float64(z*q) + 2.0/3
}

// logSum returns ln x as hi+lo, good to about 2^-66 of its value, for finite x > 0.
// s = f/(2+f), its cube and the sum are carried in pairs; the rest of the series is small enough for one float64.
func logSum(x float64) (hi, lo float64) {
	k, m := splitExponent(x)
	f := m - 1
	d, dLo := twoSum(m, 1)
	s := f / d
	sLo := (math.FMA(-s, d, f) - float64(s*dLo)) / d

	z, zLo := twoProduct(s, s)
	zLo += float64(2 * float64(s*sLo))
	cube, cubeLo := twoProduct(z, s)
	cubeLo += float64(z*sLo) + float64(zLo*s)
	third := cube / 3
	thirdLo := (math.FMA(-3, third, cube) + cubeLo) / 3

	// What follows 2s + 2s³/3 is s³·z·(2/5 + 2z/7 + ...), taken from the series without its first term.
	rest := float64(cube * (atanhSeries(z) - 2.0/3))

	a, aLo := twoSum(float64(k*ln2Hi), 2*s)
	b, bLo := twoSum(a, 2*third)
	tail := (aLo + bLo) + (float64(k*ln2Lo) + (float64(2*sLo) + (float64(2*thirdLo) + rest)))
	hi = b + tail
	return hi, tail - (hi - b)
}

// Pow returns xʸ = e^(y·ln x) for x >= 0, with the logarithm and the product carried in pairs.
//
// A negative or NaN x, or a NaN y, gives NaN, except that Pow(x, 0) = 1 and Pow(1, y) = 1 always.
// Pow(0, y) is 0 for y > 0 and +Inf for y < 0; Pow(+Inf, y) the other way round.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y || x < 0:
		return math.NaN()
	case y == 1:
		return x
	case x == 0 || x > math.MaxFloat64 || math.Abs(y) > math.MaxFloat64:
		return powLimit(x, y)
	}
	l, lLo := logSum(x)
	p, pLo := twoProduct(y, l)
	if math.Abs(p) > 800 { // far over or under the range; pLo may be NaN
		return powLimit(math.Inf(1), p)
	}
	return expSum(p, pLo+float64(y*lLo))
}

// powLimit returns xʸ where it is 0 or +Inf: at x = 0, x = +Inf, or y = ±Inf with x != 1.
func powLimit(x, y float64) float64 {
	if (x > 1) == (y > 0) {
		return math.Inf(1)
	}
	return 0
}
