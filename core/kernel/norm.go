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

// GroupNormAffine writes the a and b of one picture to gain and shift [ca+cb].
// The picture's channels are those of x [hw,ca] followed by those of y [hw,cb]
// (nil with cb = 0), in groups of equal size; gamma, beta [ca+cb].
func GroupNormAffine(gain, shift, gamma, beta, x, y []float32, hw, ca, cb, groups int, eps float32) {
	c := ca + cb
	switch {
	case hw < 0 || ca < 0 || cb < 0 || groups < 1 || c%groups != 0:
		panic("kernel: GroupNorm: channels do not divide into groups")
	case len(x) < hw*ca || len(y) < hw*cb:
		panic("kernel: GroupNorm: slice too short")
	case len(gamma) < c || len(beta) < c || len(gain) < c || len(shift) < c:
		panic("kernel: GroupNorm: gain, shift, gamma or beta too short")
	}
	if hw*c == 0 {
		return
	}
	normSlot.run(normJob{gain[:c], shift[:c], gamma, beta, x, y, hw, ca, cb, c / groups, eps}, groups, hw*c*workNorm)
}

// normJob is a GroupNormAffine by groups of per channels.
type normJob struct {
	gain, shift, gamma, beta, x, y []float32
	hw, ca, cb, per                int
	eps                            float32
}

var normSlot slot[normJob]

func (n normJob) share(from, to int) {
	per := n.per
	first, end := from*per, to*per
	sum, mean := n.gain[first:end], n.shift[first:end]
	count := float64(n.hw * per)
	// Channels [first, cut) lie in x, the others in y.
	cut := min(max(n.ca, first), end)
	inX, inY := cut-first, end-cut
	if inX > 0 {
		channelSums(sum[:inX], n.x[first:], n.hw, n.ca)
	}
	if inY > 0 {
		channelSums(sum[inX:], n.y[cut-n.ca:], n.hw, n.cb)
	}
	for g := 0; g < len(sum); g += per {
		mu := float32(total(sum[g:g+per]) / count)
		for j := g; j < g+per; j++ {
			mean[j] = mu
		}
	}
	if inX > 0 {
		channelSquares(sum[:inX], n.x[first:], mean[:inX], n.hw, n.ca)
	}
	if inY > 0 {
		channelSquares(sum[inX:], n.y[cut-n.ca:], mean[inX:], n.hw, n.cb)
	}
	for g := 0; g < len(sum); g += per {
		rstd := float32(1 / math.Sqrt(total(sum[g:g+per])/count+float64(n.eps)))
		for j := g; j < g+per; j++ {
			a := n.gamma[first+j] * rstd
			sum[j], mean[j] = a, n.beta[first+j]-float32(mean[j]*a)
		}
	}
}

// ScaleShift puts x·(1+scale) + shift behind an affine map: gain and bias
// become gain·(1+scale) and bias·(1+scale) + shift. The four lengths are equal.
func ScaleShift(gain, bias, scale, shift []float32) {
	if len(bias) != len(gain) || len(scale) != len(gain) || len(shift) != len(gain) {
		panic("kernel: ScaleShift: lengths differ")
	}
	for i, s := range scale {
		gain[i], bias[i] = gain[i]*(1+s), float32(bias[i]*(1+s))+shift[i]
	}
}

// GroupNorm normalises x [n,hw,c] into dst, in groups of c/groups channels;
// gamma, beta [c]. dst may be x. len(scratch) is at least 2·c; its content is
// lost.
func GroupNorm(dst, x, gamma, beta []float32, n, hw, c, groups int, eps float32, scratch []float32) {
	if n < 0 || hw < 0 || c < 0 || len(dst) < n*hw*c || len(x) < n*hw*c || len(scratch) < 2*c {
		panic("kernel: GroupNorm: slice too short")
	}
	for i := range n {
		in, out := x[i*hw*c:(i+1)*hw*c], dst[i*hw*c:(i+1)*hw*c]
		GroupNormAffine(scratch[:c], scratch[c:2*c], gamma, beta, in, nil, hw, c, 0, groups, eps)
		if hw*c > 0 {
			affineRows(out, in, scratch[:c], scratch[c:2*c], c)
		}
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
