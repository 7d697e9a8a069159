package kernel

import "math"

// Group normalisation (Wu and He 2018, arXiv 1803.08494, equations 1 to 4),
// over pictures [hw,c] whose channels fall into equal, consecutive groups:
//
//	μ_g  = mean of x over the pixels and channels of group g
//	σ²_g = mean of (x−μ_g)² over the same, from a second pass
//	y    = x·a + b,  a = γ/√(σ²_g+ε),  b = β − μ_g·a
//
// Order of the sums: per channel in float32, four pixels at a time, as
// s += (x0+x1)+(x2+x3), what is left one pixel at a time; then the channels of
// a group in ascending order, in float64. Lanes are channels, so the result
// does not depend on the vector length.

// GroupNorm normalises x [n,hw,c] into dst, in groups of c/groups channels;
// gamma, beta [c]. dst may be x. len(scratch) is at least 2·c; its content is
// lost.
func GroupNorm(dst, x, gamma, beta []float32, n, hw, c, groups int, eps float32, scratch []float32) {
	switch {
	case n < 0 || hw < 0 || c < 0 || groups < 1 || c%groups != 0:
		panic("kernel: GroupNorm: channels do not divide into groups")
	case len(dst) < n*hw*c || len(x) < n*hw*c:
		panic("kernel: GroupNorm: slice too short")
	case len(gamma) < c || len(beta) < c || len(scratch) < 2*c:
		panic("kernel: GroupNorm: gamma, beta or scratch too short")
	}
	if hw*c == 0 {
		return
	}
	sum, mean := scratch[:c], scratch[c:2*c]
	per := c / groups
	count := float64(hw * per)
	for i := range n {
		in, out := x[i*hw*c:(i+1)*hw*c], dst[i*hw*c:(i+1)*hw*c]
		channelSums(sum, in)
		for g := 0; g < c; g += per {
			mu := float32(total(sum[g:g+per]) / count)
			for j := g; j < g+per; j++ {
				mean[j] = mu
			}
		}
		channelSquares(sum, in, mean)
		for g := 0; g < c; g += per {
			rstd := float32(1 / math.Sqrt(total(sum[g:g+per])/count+float64(eps)))
			for j := g; j < g+per; j++ {
				a := gamma[j] * rstd
				sum[j], mean[j] = a, beta[j]-float32(mean[j]*a)
			}
		}
		affineRows(out, in, sum, mean, c)
	}
}

// total adds x in ascending order.
func total(x []float32) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v)
	}
	return s
}
