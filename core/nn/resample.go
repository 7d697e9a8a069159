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

// Joined is a layer's input: a tensor, or two whose channels stand side by side and which are never copied together.
type Joined struct{ A, B *tensor.Tensor } // [N,H,W,Ca] and [N,H,W,Cb]; B may be nil

// Up doubles the picture, then convolves it: diffusers' Upsample2D with use_conv.
type Up struct{ conv *Conv2D }

// NewUp loads name.conv; h and w are the size of the result as Conv2DConfig has it.
func NewUp(l *Loader, name string, channels, h, w int) (*Up, error) {
	conv, err := NewConv2D(l, name+".conv", Conv2DConfig{In: channels, Out: channels, Stride: 1, Margin: MarginAround, H: h, W: w})
	return &Up{conv}, err
}

// Plan appends the layer over x [N,H,W,C] and returns its result [N,2H,2W,C].
func (u *Up) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	return u.conv.plan(p, reading{x: Joined{A: x}, double: true}, added{})
}

// Down halves the picture by a convolution with stride 2: diffusers' Downsample2D with use_conv.
type Down struct{ conv *Conv2D }

// NewDown loads name.conv; margin is what the configuration's downsample_padding asks for.
func NewDown(l *Loader, name string, channels int, margin Margin) (*Down, error) {
	conv, err := NewConv2D(l, name+".conv", Conv2DConfig{In: channels, Out: channels, Stride: 2, Margin: margin})
	return &Down{conv}, err
}

// Plan appends the layer over x [N,H,W,C], H and W even, and returns its result [N,H/2,W/2,C].
func (d *Down) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor { return d.conv.Plan(p, x) }
