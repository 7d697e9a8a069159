// Package rng draws the sampler's noise: a value is a function of (seed, stream, index) and of nothing else, so that
// neither batch size, nor order, nor the number of threads can change a picture.
package rng

import "math/bits"

// Philox is the counter-based generator Philox4x32-10: ten rounds, each two 32x32 bit multiplications whose high
// halves are mixed with the other words and a key that a Weyl sequence advances.
//
//	(c0,c1,c2,c3) <- (hi(M1·c2)^c1^k0, lo(M1·c2), hi(M0·c0)^c3^k1, lo(M0·c0));  (k0,k1) += (W0,W1)
//
// J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11, section 3.3.
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	const (
		m0, m1 = 0xd2511f53, 0xcd9e8d57
		w0, w1 = 0x9e3779b9, 0xbb67ae85 // golden ratio, √3 - 1
		rounds = 10
	)
	c0, c1, c2, c3 := counter[0], counter[1], counter[2], counter[3]
	k0, k1 := key[0], key[1]
	for range rounds {
		hi0, lo0 := bits.Mul32(m0, c0)
		hi1, lo1 := bits.Mul32(m1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += w0
		k1 += w1
	}
	return [4]uint32{c0, c1, c2, c3}
}
