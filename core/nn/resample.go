package nn

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// AvgPool appends the mean of every 2x2 block of x [N,H,W,C] and returns it, [N,H/2,W/2,C].
func AvgPool(p *Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	dst := p.New(x.N, x.H/2, x.W/2, x.C)
	p.perPicture(name, OpMove, x.N, func(i int) {
		kernel.AvgPool2x(picture(dst, i), picture(x, i), 1, x.H, x.W, x.C)
	})
	return dst
}

// Upsample appends x [N,H,W,C] with every pixel doubled both ways and returns it, [N,2H,2W,C].
func Upsample(p *Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	dst := p.New(x.N, 2*x.H, 2*x.W, x.C)
	p.perPicture(name, OpMove, x.N, func(i int) {
		kernel.Upsample2x(picture(dst, i), picture(x, i), 1, x.H, x.W, x.C)
	})
	return dst
}

// Concat appends [a, b] along the channels and returns it, [N,H,W,Ca+Cb].
func Concat(p *Plan, name string, a, b *tensor.Tensor) *tensor.Tensor {
	dst := p.New(a.N, a.H, a.W, a.C+b.C)
	p.perPicture(name, OpMove, a.N, func(i int) {
		kernel.Concat(picture(dst, i), picture(a, i), picture(b, i), a.H*a.W, a.C, b.C)
	})
	return dst
}

// Up doubles the picture, then convolves it: diffusers' Upsample2D with use_conv.
type Up struct{ conv *Conv2D }

// NewUp loads name.conv.
func NewUp(l *Loader, name string, channels int) (*Up, error) {
	conv, err := NewConv2D(l, name+".conv", channels, channels, 1, FrameAround)
	return &Up{conv}, err
}

// Plan appends the layer over x [N,H,W,C] and returns its result [N,2H,2W,C].
func (u *Up) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	wide := Upsample(p, u.conv.name, x)
	y := u.conv.Plan(p, wide)
	p.Release(wide)
	return y
}

// Down halves the picture by a convolution with stride 2: diffusers' Downsample2D with use_conv.
type Down struct{ conv *Conv2D }

// NewDown loads name.conv; frame is what the configuration's downsample_padding asks for.
func NewDown(l *Loader, name string, channels int, frame Frame) (*Down, error) {
	conv, err := NewConv2D(l, name+".conv", channels, channels, 2, frame)
	return &Down{conv}, err
}

// Plan appends the layer over x [N,H,W,C], H and W even, and returns its result [N,H/2,W/2,C].
func (d *Down) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor { return d.conv.Plan(p, x) }
