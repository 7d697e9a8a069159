package kernel

import "math"

// 2^s in float32: all that SiLU and softmax need, who multiply log₂e into what
// they multiply by anyway.
//
//	t = s + pow2Shift rounds s to the integer n, and holds n+127 in its low bits
//	f = s − (t − pow2Shift),  |f| <= 1/2, exact
//	2^s = 2ⁿ·2^f,  2^f ≈ 1 + c1·f + … + c5·f⁵, in pairs (Estrin)
//
// The c are a minimax fit of our own: 9.3e-8 relative before rounding. A shift
// makes the float32 2ⁿ of the low bits of t: no conversion to an integer, whose
// overflow differs between processors. Before it the bits are kept, as integers,
// which order as floats do, to those where the shift gives 0 and +Inf: 2^s is 0
// below -127.5 and +Inf from 127.5 on, up to |s| = 1e14. From there on, and for
// infinities and NaN, it is undefined or NaN.
//
// The largest error is 3 ulp (TestPow2), to which e^x adds the rounding of
// s = x·log₂e: 1.2e-7·|x| of the result.
const (
	log2e     = 1.4426950408889634
	pow2Shift = 3<<22 + 127
	pow2Zero  = 3 << 22     // t of n = -127
	pow2Inf   = 3<<22 + 255 // t of n = 128

	pow2C1 = 0.6931470036506653
	pow2C2 = 0.24022246897220612
	pow2C3 = 0.0555071085691452
	pow2C4 = 0.009671294130384922
	pow2C5 = 0.0013269569026306272
)

// pow2Generic returns 2^s.
func pow2Generic(s float32) float32 {
	t := s + pow2Shift
	f := s - (t - pow2Shift)
	g := f * f
	p := float32(pow2C5*f) + pow2C4
	p = float32(p*g) + (float32(pow2C3*f) + pow2C2)
	p = float32(p*g) + (float32(pow2C1*f) + 1)
	n := int32(math.Float32bits(t))
	n = min(max(n, int32(math.Float32bits(pow2Zero))), int32(math.Float32bits(pow2Inf)))
	return p * math.Float32frombits(uint32(n)<<23)
}
