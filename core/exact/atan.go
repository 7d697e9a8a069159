package exact

import "math"

// Atan returns the arc tangent of x, in -π/2..π/2; below 2 ulp.
//
//	atan(x) = π/2 - atan(1/x) for x > 1
//	atan(x) = atan(k/8) + atan(z),  z = (x - k/8)/(1 + x·k/8), |z| <= 1/16,  k = ⌊8x + ½⌋
//	atan(z) = z - z³/3 + z⁵/5 - ... + z¹³/13
func Atan(x float64) float64 {
	y := math.Abs(x)
	inverse := y > 1
	if inverse {
		y = 1 / y
	}
	if y == y { // NaN has no place in the table
		c := math.Floor(8*y+0.5) / 8
		z := (y - c) / (1 + float64(y*c))
		w := float64(z * z)
		q := float64(w*(1.0/13)) - 1.0/11
		q = float64(w*q) + 1.0/9
		q = float64(w*q) - 1.0/7
		q = float64(w*q) + 1.0/5
		q = float64(w*q) - 1.0/3
		y = atanEighths[int(8*c)] + (z + float64(float64(z*w)*q))
	}
	if inverse {
		y = halfPiHi - (y - halfPiLo)
	}
	return math.Copysign(y, x)
}

// atanEighths is atan(k/8).
var atanEighths = [9]float64{
	0, 0.1243549945467614350313548491638710255732, 0.2449786631268641541720824812112758109141,
	0.3587706702705722203959200639264604997770, 0.4636476090008061162142562314612144020285,
	0.5585993153435624359715082164016612703464, 0.6435011087932843868028092287173226380415,
	0.7188299996216245054170141515259046539514, math.Pi / 4,
}
