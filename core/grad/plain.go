package grad

import (
	"tintype/core/kernel"
	"tintype/core/nn"
	"tintype/core/tensor"
)

// Layers without weights.

// SiLU appends y = silu(x) and returns it.
func SiLU(p *nn.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := like(p, x)
	p.Add(nn.Op{Name: name, Kind: nn.OpActivation, Run: func() { kernel.SiLU(y.Data, x.Data) }})
	return y
}

// SiLUBack appends the gradient at x and returns it.
func SiLUBack(p *nn.Plan, name string, x, dy *tensor.Tensor) *tensor.Tensor {
	dx := like(p, x)
	p.Add(nn.Op{Name: name, Kind: nn.OpActivation, Run: func() { kernel.SiLUGrad(dx.Data, x.Data, dy.Data) }})
	return dx
}

// AvgPoolBack appends the gradient at the input of nn.AvgPool, dy [N,H,W,C], and returns it, [N,2H,2W,C]: every
// pixel of a block of four gets a quarter.
func AvgPoolBack(p *nn.Plan, name string, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.New(dy.N, 2*dy.H, 2*dy.W, dy.C)
	each(p, nn.Op{Name: name, Kind: nn.OpMove}, dy.N, func(i int) {
		kernel.Upsample2x(picture(dx, i), picture(dy, i), 1, dy.H, dy.W, dy.C)
		kernel.Scale(picture(dx, i), picture(dx, i), 0.25)
	})
	return dx
}

// Mean appends the mean over the pixels of x [N,H,W,C] and returns it, [N,1,1,C].
func Mean(p *nn.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := Sum(p, name, x)
	scale := 1 / float32(x.H*x.W)
	p.Add(nn.Op{Name: name, Kind: nn.OpArithmetic, Run: func() { kernel.Scale(y.Data, y.Data, scale) }})
	return y
}

// MeanBack appends the gradient at the input of Mean, of h x w pixels, and returns it.
func MeanBack(p *nn.Plan, name string, dy *tensor.Tensor, h, w int) *tensor.Tensor {
	dx := p.New(dy.N, h, w, dy.C)
	scale := 1 / float32(h*w)
	each(p, nn.Op{Name: name, Kind: nn.OpArithmetic}, dy.N, func(i int) {
		x := picture(dx, i)
		first := x[:dy.C]
		kernel.Scale(first, picture(dy, i), scale)
		for x = x[dy.C:]; len(x) > 0; x = x[dy.C:] {
			copy(x, first)
		}
	})
	return dx
}

// Sum appends the sum over the pixels of x [N,H,W,C] and returns it, [N,1,1,C]: the gradient at rows that were added
// to every pixel of their picture.
func Sum(p *nn.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := p.New(x.N, 1, 1, x.C)
	each(p, nn.Op{Name: name, Kind: nn.OpArithmetic}, x.N, func(i int) {
		clear(picture(y, i))
		addRowSums(picture(y, i), picture(x, i))
	})
	return y
}
