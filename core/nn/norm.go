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
	scratch := p.Scratch(2*x.C + kernel.NormScratch(x.H*x.W, x.C))
	p.perPicture(g.name, OpNorm, x.N, func(i int) {
		kernel.GroupNorm(picture(dst, i), picture(x, i), g.gamma, g.beta, 1, x.H*x.W, x.C, g.Groups, g.eps, scratch.Data)
	})
	p.Release(scratch)
	return dst
}

// planAffine appends the computation of the layer's gain and shift over x, y = x*gain + shift, and returns both as
// [N,1,1,2*Channels]: what reads x next applies them on its way.
func (g *GroupNorm) planAffine(p *Plan, x Joined) *tensor.Tensor {
	affine := p.New(x.A.N, 1, 1, 2*g.Channels)
	scratch := p.Scratch(kernel.NormScratch(x.A.H*x.A.W, g.Channels))
	p.perPicture(g.name, OpNorm, x.A.N, func(i int) {
		var second []float32
		if x.B != nil {
			second = picture(x.B, i)
		}
		a := normOf(affine, i)
		kernel.GroupNormAffine(a.Gain, a.Shift, g.gamma, g.beta, picture(x.A, i), second, x.A.H*x.A.W,
			x.A.C, g.Channels-x.A.C, g.Groups, g.eps, scratch.Data)
	})
	p.Release(scratch)
	return affine
}

// normOf is picture i's row of planAffine's result; none if that is nil.
func normOf(affine *tensor.Tensor, i int) kernel.Norm {
	if affine == nil {
		return kernel.Norm{}
	}
	row := picture(affine, i)
	c := len(row) / 2
	return kernel.Norm{Gain: row[:c], Shift: row[c:]}
}

// NormConv is conv(silu(norm(x))): the norm and the activation are applied while the convolution's frame is
// filled, so that no picture of them is ever held.
type NormConv struct {
	Norm *GroupNorm
	Conv *Conv2D
}

// PlanInto appends the layers over x into dst, which may be a tensor from outside the arena.
func (n NormConv) PlanInto(p *Plan, dst, x *tensor.Tensor) {
	affine := n.Norm.planAffine(p, Joined{A: x})
	n.Conv.planInto(p, dst, reading{x: Joined{A: x}, norm: affine}, added{})
	p.Release(affine)
}

// SiLU appends x = x * sigmoid(x) over x, in place.
func SiLU(p *Plan, name string, x *tensor.Tensor) {
	p.perPicture(name, OpActivation, x.N, func(i int) {
		kernel.SiLU(picture(x, i), picture(x, i))
	})
}

// add appends dst = (a + b)·scale; dst may be a or b.
func add(p *Plan, name string, dst, a, b *tensor.Tensor, scale float32) {
	p.perPicture(name, OpArithmetic, dst.N, func(i int) {
		kernel.Add(picture(dst, i), picture(a, i), picture(b, i))
		if scale != 1 {
			kernel.Scale(picture(dst, i), picture(dst, i), scale)
		}
	})
}
