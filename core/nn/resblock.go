package nn

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// TimeNorm is how a ResBlock takes the time embedding in (diffusers' resnet_time_scale_shift).
type TimeNorm uint8

// The two ways: a row added before the second norm; or that norm's result scaled by 1 + scale and shifted.
const (
	TimeAdd TimeNorm = iota
	TimeScaleShift
)

// Resample is what a ResBlock does to the picture's size, on both of its ways.
type Resample uint8

// The three: nothing, mean of 2x2 blocks, pixels doubled.
const (
	ResampleNone Resample = iota
	ResampleDown
	ResampleUp
)

// ResBlockConfig is the shape of a ResBlock.
type ResBlockConfig struct {
	In, Out  int // channels
	Time     int // width of the time embedding
	Groups   int // of both norms; divides In and Out
	Eps      float32
	TimeNorm TimeNorm
	Divisor  float32 // of the result (diffusers' output_scale_factor)
	Resample Resample
	H, W     int // size of the result as Conv2DConfig has it
}

// ResBlock is diffusers' ResnetBlock2D:
//
//	h = conv1(resample(silu(norm1(x))))
//	h = norm2(h + proj(t))                                 TimeAdd
//	h = norm2(h) * (1 + scale) + shift, [scale, shift] = proj(t)   TimeScaleShift
//	y = (shortcut(resample(x)) + conv2(silu(h))) / divisor
//
// t is the activated time embedding; shortcut is a 1x1 convolution where the channels change, else nothing.
type ResBlock struct {
	cfg           ResBlockConfig
	name          string
	first, second NormConv
	proj          *Linear // where TimeAdd, with conv1's bias in its own
	shortcut      *Linear // nil: identity
}

// NewResBlock loads name.{norm1,conv1,time_emb_proj,norm2,conv2} and, where In != Out, name.conv_shortcut.
func NewResBlock(l *Loader, name string, c ResBlockConfig) (*ResBlock, error) {
	r := &ResBlock{cfg: c, name: name}
	conv := Conv2DConfig{In: c.In, Out: c.Out, Stride: 1, Margin: MarginAround, H: c.H, W: c.W}
	var err error
	if r.first, err = newNormConv(l, name, "1", conv, c); err != nil {
		return nil, err
	}
	rows := c.Out
	if c.TimeNorm == TimeScaleShift {
		rows = 2 * c.Out
	}
	if r.proj, err = NewLinear(l, name+".time_emb_proj", c.Time, rows); err != nil {
		return nil, err
	}
	if c.TimeNorm == TimeAdd {
		kernel.Add(r.proj.bias, r.proj.bias, r.first.Conv.bias)
	}
	conv.In = c.Out
	if r.second, err = newNormConv(l, name, "2", conv, c); err != nil {
		return nil, err
	}
	if c.In != c.Out {
		r.shortcut, err = NewConv1x1(l, name+".conv_shortcut", c.In, c.Out)
	}
	return r, err
}

func newNormConv(l *Loader, name, number string, conv Conv2DConfig, c ResBlockConfig) (n NormConv, err error) {
	if n.Norm, err = NewGroupNorm(l, name+".norm"+number, conv.In, c.Groups, c.Eps); err != nil {
		return n, err
	}
	n.Conv, err = NewConv2D(l, name+".conv"+number, conv)
	return n, err
}

// Plan appends the block over x [N,H,W,In] and t [N,1,1,Time], the activated time embedding, and returns its
// result [N,H',W',Out]. Only a block with a shortcut and without a change of size takes two tensors.
func (r *ResBlock) Plan(p *Plan, x Joined, t *tensor.Tensor) *tensor.Tensor {
	if x.B != nil && (r.shortcut == nil || r.cfg.Resample != ResampleNone) {
		panic("nn: ResBlock: two inputs without a shortcut, or with a change of size")
	}
	res, e := x, added{}
	row := r.proj.Plan(p, t)
	if r.cfg.TimeNorm == TimeAdd {
		e.rows = row
	}
	var h *tensor.Tensor
	switch r.cfg.Resample {
	case ResampleDown:
		a := r.first.Norm.Plan(p, x.A)
		SiLU(p, r.name, a)
		a = replace(p, a, AvgPool(p, r.name, a))
		h = r.first.Conv.plan(p, reading{x: Joined{A: a}}, e)
		p.Release(a)
	default:
		affine := r.first.Norm.planAffine(p, x)
		h = r.first.Conv.plan(p, reading{x: x, norm: affine, double: r.cfg.Resample == ResampleUp}, e)
		p.Release(affine)
	}
	switch r.cfg.Resample {
	case ResampleDown:
		res.A = AvgPool(p, r.name, x.A)
	case ResampleUp:
		res.A = Upsample(p, r.name, x.A)
	}
	r.planSecond(p, h, row, added{residual: res, through: r.shortcut, scale: 1 / r.cfg.Divisor})
	p.Release(row)
	if res.A != x.A {
		p.Release(res.A)
	}
	return h
}

// planSecond appends norm2, with the time embedding's scale and shift if it is taken in there, SiLU and the second
// convolution over h, in place.
func (r *ResBlock) planSecond(p *Plan, h, row *tensor.Tensor, e added) {
	affine := r.second.Norm.planAffine(p, Joined{A: h})
	if r.cfg.TimeNorm == TimeScaleShift {
		p.perPicture(r.name, OpArithmetic, h.N, func(i int) {
			a, s := normOf(affine, i), normOf(row, i) // scale, then shift
			kernel.ScaleShift(a.Gain, a.Shift, s.Gain, s.Shift)
		})
	}
	r.second.Conv.planInto(p, h, reading{x: Joined{A: h}, norm: affine}, e)
	p.Release(affine)
}

// replace releases old and returns its successor.
func replace(p *Plan, old, next *tensor.Tensor) *tensor.Tensor {
	p.Release(old)
	return next
}
