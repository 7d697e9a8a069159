package kernel

import "math"

// Group normalisation (Wu and He 2018, arXiv 1803.08494, equations 1 to 4),
// over pictures [hw,c] whose channels fall into equal, consecutive groups:
//
//	μ_g  = mean of x over the pixels and channels of group g
//	σ²_g = mean of (x−μ_g)² over the same
//	y    = x·a + b,  a = γ/√(σ²_g+ε),  b = β − μ_g·a
//
// One pass over x gives, for every channel j with the value f_j in the first
// pixel, S_j = Σ (x−f_j) and Q_j = Σ (x−f_j)²; with n pixels
//
//	μ_g  = mean of f_j + S_j/n over the group's channels
//	σ²_g = mean of Q_j/n + 2·(f_j−μ_g)·S_j/n + (f_j−μ_g)² over the same
//
// f_j keeps digits where a channel's mean is far from 0: Q is then no larger
// than what it measures.
//
// Order of the sums: per channel in float32, pixels by fours, as (a+b)+(c+d), and
// what is left one by one; in blocks of pixels,
// whose number depends on n alone, then block by block; then the channels of a
// group in ascending order, in float64. Lanes are channels, so the result
// depends neither on the vector length nor on the threads, which share blocks.

// A block is normPixels pixels, or as many more as make normBlocks of them.
const (
	normPixels = 128
	normBlocks = 32
)

// normCut returns how many pixels a block has and how many blocks there are.
func normCut(hw int) (pixels, blocks int) {
	pixels = max(normPixels, (hw+normBlocks-1)/normBlocks)
	return pixels, (hw + pixels - 1) / pixels
}

// NormScratch is the length of GroupNormAffine's scratch.
func NormScratch(hw, c int) int {
	_, blocks := normCut(hw)
	return max(blocks-1, 0) * 2 * c
}

// GroupNormAffine writes the a and b of one picture to gain and shift [ca+cb].
// The picture's channels are those of x [hw,ca] followed by those of y [hw,cb]
// (nil with cb = 0), in groups of equal size; gamma, beta [ca+cb]. scratch holds
// NormScratch(hw, ca+cb) floats; its content is lost.
func GroupNormAffine(gain, shift, gamma, beta, x, y []float32, hw, ca, cb, groups int, eps float32, scratch []float32) {
	c := ca + cb
	switch {
	case hw < 0 || ca < 0 || cb < 0 || groups < 1 || c%groups != 0:
		panic("kernel: GroupNorm: channels do not divide into groups")
	case len(x) < hw*ca || len(y) < hw*cb || len(scratch) < NormScratch(hw, c):
		panic("kernel: GroupNorm: slice too short")
	case len(gamma) < c || len(beta) < c || len(gain) < c || len(shift) < c:
		panic("kernel: GroupNorm: gain, shift, gamma or beta too short")
	}
	if hw*c == 0 {
		return
	}
	gain, shift = gain[:c], shift[:c]
	pixels, blocks := normCut(hw)
	job := normJob{gain, shift, scratch, x, y, hw, ca, cb, pixels}
	normSlot.run(job, blocks, hw*c*workNorm)
	for b := 1; b < blocks; b++ {
		row := scratch[(b-1)*2*c:]
		add(gain, gain, row[:c])
		add(shift, shift, row[c:2*c])
	}
	scalarNext()
	per := c / groups
	for g := 0; g < c; g += per {
		job.group(gamma, beta, g, per, eps)
	}
}

// normJob computes S and Q by blocks of pixels: those of the first block go to
// gain and shift, those of each other to 2c floats of scratch.
type normJob struct {
	gain, shift, scratch, x, y []float32
	hw, ca, cb, pixels         int
}

var normSlot slot[normJob]

func (n normJob) share(from, to int) {
	c := n.ca + n.cb
	for b := from; b < to; b++ {
		sum, square := n.gain, n.shift
		if b > 0 {
			row := n.scratch[(b-1)*2*c:]
			sum, square = row[:c], row[c:2*c]
		}
		first := b * n.pixels
		pixels := min(n.pixels, n.hw-first)
		if n.ca > 0 {
			channelMoments(sum[:n.ca], square[:n.ca], n.x[first*n.ca:], n.x[:n.ca], pixels, n.ca)
		}
		if n.cb > 0 {
			channelMoments(sum[n.ca:], square[n.ca:], n.y[first*n.cb:], n.y[:n.cb], pixels, n.cb)
		}
	}
}

// group replaces the S and Q of channels [from, from+per), one group, by
// their a and b.
func (n *normJob) group(gamma, beta []float32, from, per int, eps float32) {
	each, count := 1/float64(n.hw), float64(per)
	mean, variance := 0.0, 0.0
	for j := from; j < from+per; j++ {
		mean += float64(n.first(j)) + float64(float64(n.gain[j])*each)
	}
	mean /= count
	for j := from; j < from+per; j++ {
		d := float64(n.first(j)) - mean
		variance += float64(float64(n.shift[j])*each) + float64(d*(d+float64(2*float64(n.gain[j])*each)))
	}
	variance /= count
	if variance < 0 {
		variance = 0 // a rounding of equal values
	}
	mu, rstd := float32(mean), float32(1/math.Sqrt(variance+float64(eps)))
	for j := from; j < from+per; j++ {
		a := gamma[j] * rstd
		n.gain[j], n.shift[j] = a, beta[j]-float32(mu*a)
	}
}

// first is the value of channel j in the first pixel.
func (n *normJob) first(j int) float32 {
	if j < n.ca {
		return n.x[j]
	}
	return n.y[j-n.ca]
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
// gamma, beta [c]. dst may be x. scratch holds 2·c + NormScratch(hw, c) floats;
// its content is lost.
func GroupNorm(dst, x, gamma, beta []float32, n, hw, c, groups int, eps float32, scratch []float32) {
	if n < 0 || hw < 0 || c < 0 || len(dst) < n*hw*c || len(x) < n*hw*c || len(scratch) < 2*c {
		panic("kernel: GroupNorm: slice too short")
	}
	gain, shift := scratch[:c], scratch[c:2*c]
	for i := range n {
		in, out := x[i*hw*c:(i+1)*hw*c], dst[i*hw*c:(i+1)*hw*c]
		GroupNormAffine(gain, shift, gamma, beta, in, nil, hw, c, 0, groups, eps, scratch[2*c:])
		if hw*c > 0 {
			affineSlot.run(affineJob{out, in, gain, shift}, hw, hw*c*workAdd)
		}
	}
}

// affineJob computes x·gain + shift by pixels.
type affineJob struct{ dst, x, gain, shift []float32 }

var affineSlot slot[affineJob]

func (j affineJob) share(from, to int) {
	p, q := from*len(j.gain), to*len(j.gain)
	affineRows(j.dst[p:q], j.x[p:q], j.gain, j.shift, len(j.gain))
}
