package grad

import (
	"tintype/core/compile"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// Layers without weights.

// SiLU appends y = silu(x) and returns it.
func SiLU(p *compile.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := like(p, x)
	p.Add(compile.Op{Name: name, Kind: compile.OpActivation, Run: func() { kernel.SiLU(y.Data, x.Data) }})
	return y
}

// SiLUBack appends the gradient at x and returns it.
func SiLUBack(p *compile.Plan, name string, x, dy *tensor.Tensor) *tensor.Tensor {
	dx := like(p, x)
	p.Add(compile.Op{Name: name, Kind: compile.OpActivation, Run: func() { kernel.SiLUGrad(dx.Data, x.Data, dy.Data) }})
	return dx
}

// AvgPoolBack appends the gradient at the input of grad.AvgPool, dy [N,H,W,C], and returns it, [N,2H,2W,C]: every
// pixel of a block of four gets a quarter.
func AvgPoolBack(p *compile.Plan, name string, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.New(dy.N, 2*dy.H, 2*dy.W, dy.C)
	each(p, compile.Op{Name: name, Kind: compile.OpMove}, dy.N, func(i int) {
		kernel.Upsample2x(picture(dx, i), picture(dy, i), 1, dy.H, dy.W, dy.C)
		kernel.Scale(picture(dx, i), picture(dx, i), 0.25)
	})
	return dx
}

// Mean appends the mean over the pixels of x [N,H,W,C] and returns it, [N,1,1,C].
func Mean(p *compile.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := Sum(p, name, x)
	scale := 1 / float32(x.H*x.W)
	p.Add(compile.Op{Name: name, Kind: compile.OpArithmetic, Run: func() { kernel.Scale(y.Data, y.Data, scale) }})
	return y
}

// MeanBack appends the gradient at the input of Mean, of h x w pixels, and returns it.
func MeanBack(p *compile.Plan, name string, dy *tensor.Tensor, h, w int) *tensor.Tensor {
	dx := p.New(dy.N, h, w, dy.C)
	scale := 1 / float32(h*w)
	each(p, compile.Op{Name: name, Kind: compile.OpArithmetic}, dy.N, func(i int) {
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
func Sum(p *compile.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := p.New(x.N, 1, 1, x.C)
	each(p, compile.Op{Name: name, Kind: compile.OpArithmetic}, x.N, func(i int) {
		clear(picture(y, i))
		addRowSums(picture(y, i), picture(x, i))
	})
	return y
}

// AvgPool appends the mean of every 2x2 block of x [N,H,W,C] and returns it, [N,H/2,W/2,C].
func AvgPool(p *compile.Plan, name string, x *tensor.Tensor) *tensor.Tensor {
	y := p.New(x.N, x.H/2, x.W/2, x.C)
	each(p, compile.Op{Name: name, Kind: compile.OpMove}, x.N, func(i int) {
		kernel.AvgPool2x(picture(y, i), picture(x, i), 1, x.H, x.W, x.C)
	})
	return y
}

// AddInto appends dst = dst + x, both of one shape.
func AddInto(p *compile.Plan, name string, dst, x *tensor.Tensor) {
	each(p, compile.Op{Name: name, Kind: compile.OpArithmetic}, x.N, func(i int) {
		kernel.Add(picture(dst, i), picture(dst, i), picture(x, i))
	})
}
