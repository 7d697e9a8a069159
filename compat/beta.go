package compat

import "tintype/core/exact"

// betaQuantile is the inverse of the distribution function of Beta(0.6, 0.6): the x with I_x(0.6, 0.6) = p.
func betaQuantile(p float64) float64 {
	if !(p > 0) {
		return 0
	}
	if !(p < 1) {
		return 1
	}
	if p > 0.5 { // symmetric, and small x keep more digits
		return 1 - betaQuantile(1-p)
	}
	lo, hi := 0.0, 0.5
	for range 200 {
		mid := lo + 0.5*(hi-lo)
		if mid == lo || mid == hi {
			break
		}
		if betaDistribution(mid) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// betaDistribution is I_x(a, a) for a = 0.6 and x <= 1/2, by the series of the incomplete beta function
// (Abramowitz and Stegun, 26.5.4 with 6.6.8):
//
//	I_x(a, b) = x^a/(a·B(a, b)) · Σ_k (1-b)_k/k! · a/(a+k) · x^k
func betaDistribution(x float64) float64 {
	const (
		a         = 0.6
		logOfBeta = 0.8818418061417858 // ln B(0.6, 0.6) = 2 lnΓ(0.6) - lnΓ(1.2)
	)
	sum, term := 0.0, 1.0
	for k := 0.0; k < 200 && term > 1e-18; k++ {
		sum += term * a / (a + k)
		term *= (1 - a + k) / (k + 1) * x
	}
	return exact.Exp(float64(a*exact.Log(x))-logOfBeta-exact.Log(a)) * sum
}
