package nn

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// GroupNorm normalises each group of channels of a picture to mean 0 and variance 1, then scales and shifts every
// channel: y = (x - mean) / sqrt(var + eps) * gamma + beta (Wu and He, arXiv 1803.08494, equations 1 to 6).
type GroupNorm struct {
	Channels, Groups int
	name             string
	eps              float32
	gamma, beta      []float32 // [Channels]
}

// NewGroupNorm loads name.weight [channels] and name.bias [channels]; groups divides channels.
func NewGroupNorm(l *Loader, name string, channels, groups int, eps float32) (*GroupNorm, error) {
	g := &GroupNorm{Channels: channels, Groups: groups, name: name, eps: eps}
	var err error
	if g.gamma, err = l.Tensor(name+".weight", channels); err != nil {
		return nil, err
	}
	g.beta, err = l.Tensor(name+".bias", channels)
	return g, err
}

// Plan appends the layer over x [N,H,W,Channels] and returns its result, of the same shape.
func (g *GroupNorm) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	dst := p.New(x.N, x.H, x.W, x.C)
	g.planInto(p, dst, x)
	return dst
}

// planInto is Plan with the result in dst, which may be x.
func (g *GroupNorm) planInto(p *Plan, dst, x *tensor.Tensor) {
	scratch := p.scratch(2 * x.C)
	p.perPicture(g.name, OpNorm, x.N, func(i int) {
		kernel.GroupNorm(picture(dst, i), picture(x, i), g.gamma, g.beta, 1, x.H*x.W, x.C, g.Groups, g.eps, scratch.Data)
	})
	p.Release(scratch)
}

// SiLU appends x = x * sigmoid(x) over x, in place.
func SiLU(p *Plan, name string, x *tensor.Tensor) {
	p.perPicture(name, OpActivation, x.N, func(i int) {
		kernel.SiLU(picture(x, i), picture(x, i))
	})
}

// add appends dst = (a + b) / divisor; dst may be a or b.
func add(p *Plan, name string, dst, a, b *tensor.Tensor, divisor float32) {
	p.perPicture(name, OpArithmetic, dst.N, func(i int) {
		kernel.Add(picture(dst, i), picture(a, i), picture(b, i))
		if divisor != 1 {
			kernel.Scale(picture(dst, i), picture(dst, i), 1/divisor)
		}
	})
}
