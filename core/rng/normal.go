package rng

import (
	"math"

	"tintype/core/exact"
)

// Normal fills dst with standard normal noise: dst[i] is the value of (seed, stream, first+i).
//
// Value k is number k mod 4 of block k/4 of Philox, with the key seed and the counter (block, stream), by two
// Box-Muller transforms in float64:
//
//	u = (w+½)/2³², v = w'/2³²;  z, z' = √(-2·ln u)·(cos 2πv, sin 2πv)
//
// (G. E. P. Box, M. E. Muller: A note on the generation of random normal deviates, 1958). The ½ keeps the logarithm
// finite and ends the tails at 6.76. Nothing is allocated; about 20 ns a value natively.
func Normal(dst []float32, seed uint64, stream uint32, first uint64) {
	key := [2]uint32{uint32(seed), uint32(seed >> 32)}
	var z [4]float32
	for i := 0; i < len(dst); {
		at := first + uint64(i)
		block := at / 4
		w := Philox([4]uint32{uint32(block), uint32(block >> 32), stream, 0}, key)
		z[0], z[1] = boxMuller(w[0], w[1])
		z[2], z[3] = boxMuller(w[2], w[3])
		i += copy(dst[i:], z[at%4:])
	}
}

func boxMuller(a, b uint32) (z0, z1 float32) {
	u := (float64(a) + 0.5) * 0x1p-32
	r := math.Sqrt(-2 * exact.Log(u))
	sin, cos := exact.Sincos(float64(b) * (2 * math.Pi * 0x1p-32))
	return float32(r * cos), float32(r * sin)
}
