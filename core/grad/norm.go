package grad

import (
	"tintype/core/compile"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// NormSiLU is group normalisation followed by SiLU, over pictures [H,W,channels]. With the mean μ and the variance
// σ² of a group of channels (kernel.GroupNormAffine) and r = 1/√(σ²+ε):
//
//	n = r·(x − μ),  z = γ·n + β,  y = silu(z)
//	dz = dy·silu'(z),  dγ = Σ dz·n,  dβ = Σ dz                          over the pixels
//	dx = r·(γ·dz − mean(γ·dz) − n·mean(γ·dz·n))                         means over the group's pixels and channels
type NormSiLU struct {
	channels, groups int
	Gamma, Beta      *Weight // [channels]
	eps              float32
	ones, zeros      []float32 // the γ and β with which the kernel gives n
}

// NewNormSiLU loads name.weight [channels] and name.bias [channels]; groups divides channels.
func NewNormSiLU(l *compile.Loader, name string, channels, groups int, eps float32) (*NormSiLU, error) {
	n := &NormSiLU{channels: channels, groups: groups, eps: eps, ones: make([]float32, channels), zeros: make([]float32, channels)}
	for i := range n.ones {
		n.ones[i] = 1
	}
	var err error
	if n.Gamma, err = load(l, name+".weight", channels); err != nil {
		return nil, err
	}
	n.Beta, err = load(l, name+".bias", channels)
	return n, err
}

// Normed is what Forward returns and Backward reads: the result, and how it came about.
type Normed struct {
	x, Y  *tensor.Tensor // [N,H,W,channels]
	stats *tensor.Tensor // [N,1,1,4·channels]: r, −μ·r, and the gain and shift from x to z
}

// Forward appends the layer over x, which must live until Backward.
func (n *NormSiLU) Forward(p *compile.Plan, x *tensor.Tensor) Normed {
	d := Normed{x: x, Y: like(p, x), stats: p.New(x.N, 1, 1, 4*n.channels)}
	shape := kernel.Frame{H: x.H, W: x.W, C: x.C, Ph: x.H, Pw: x.W}
	each(p, compile.Op{Name: n.Gamma.Name, Kind: compile.OpNorm}, x.N, func(i int) {
		r, t, gain, shift := n.rows(d, i)
		scratch := picture(d.Y, i) // its content comes last
		kernel.GroupNormAffine(r, t, n.ones, n.zeros, picture(x, i), nil, x.H*x.W, n.channels, 0, n.groups, n.eps, scratch)
		for c, g := range n.Gamma.Value {
			gain[c], shift[c] = r[c]*g, float32(t[c]*g)+n.Beta.Value[c]
		}
		shape.Fill(picture(d.Y, i), picture(x, i), kernel.Norm{Gain: gain, Shift: shift}, 0, x.C, 0, x.H)
	})
	return d
}

// rows are the four rows of picture i's stats.
func (n *NormSiLU) rows(d Normed, i int) (r, t, gain, shift []float32) {
	s, c := picture(d.stats, i), n.channels
	return s[:c], s[c : 2*c], s[2*c : 3*c], s[3*c:]
}

// Backward appends the gradient at the input and returns it. The gradients of the weights are a by-product, added to
// Gamma.Grad and Beta.Grad where these are there.
func (n *NormSiLU) Backward(p *compile.Plan, d Normed, dy *tensor.Tensor) *tensor.Tensor {
	dx := like(p, d.x)
	sums := make([]float64, 2*n.channels)
	each(p, compile.Op{Name: n.Gamma.Name, Kind: compile.OpNorm}, dx.N, func(i int) {
		x, z := picture(d.x, i), picture(dx, i)
		r, t, gain, shift := n.rows(d, i)
		affine(z, x, gain, shift)
		kernel.SiLUGrad(z, z, picture(dy, i)) // now dz
		n.sum(sums, z, x, r, t)
		n.finish(z, x, r, t, sums, float64(dx.H*dx.W*n.channels/n.groups))
	})
	return dx
}

// affine computes z = x·gain + shift, channel by channel.
func affine(z, x, gain, shift []float32) {
	for c := len(gain); len(x) >= c; x, z = x[c:], z[c:] {
		row := z[:c]
		for j, v := range x[:c] {
			row[j] = float32(v*gain[j]) + shift[j]
		}
	}
}

// sum writes Σ dz and Σ dz·n of each channel to sums and adds them to the weights' gradients.
func (n *NormSiLU) sum(sums []float64, dz, x, r, t []float32) {
	clear(sums)
	c := n.channels
	plain, times := sums[:c], sums[c:]
	for ; len(x) >= c; x, dz = x[c:], dz[c:] {
		row := dz[:c]
		for j, v := range x[:c] {
			d := float64(row[j])
			plain[j] += d
			times[j] += float64(d * float64(float32(v*r[j])+t[j]))
		}
	}
	if n.Gamma.Grad != nil {
		for j := range c {
			n.Gamma.Grad[j] += float32(times[j])
			n.Beta.Grad[j] += float32(plain[j])
		}
	}
}

// finish turns dz into dx, given the sums and the number of values of a group.
func (n *NormSiLU) finish(dz, x, r, t []float32, sums []float64, count float64) {
	c, per := n.channels, n.channels/n.groups
	gamma := n.Gamma.Value
	for first := 0; first < c; first += per {
		plain, times := 0.0, 0.0
		for j := first; j < first+per; j++ {
			plain += float64(float64(gamma[j]) * sums[j])
			times += float64(float64(gamma[j]) * sums[c+j])
		}
		plain, times = plain/count, times/count
		// dx = r·γ·dz − r²·times·x − r·(plain − μ·r·times), one group's channels at a time
		scale := float64(r[first])
		slope := float32(-float64(scale * scale * times))
		shift := float32(-float64(scale * (plain + float64(float64(t[first])*times))))
		for at := first; at < len(x); at += c {
			for j := range per {
				dz[at+j] = float32(float32(r[first]*gamma[first+j])*dz[at+j]) + (float32(slope*x[at+j]) + shift)
			}
		}
	}
}
