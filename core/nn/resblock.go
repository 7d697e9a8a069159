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
	cfg          ResBlockConfig
	name         string
	norm1, norm2 *GroupNorm
	conv1, conv2 *Conv2D
	proj         *Linear
	shortcut     *Linear // nil: identity
}

// NewResBlock loads name.{norm1,conv1,time_emb_proj,norm2,conv2} and, where In != Out, name.conv_shortcut.
func NewResBlock(l *Loader, name string, c ResBlockConfig) (*ResBlock, error) {
	r := &ResBlock{cfg: c, name: name}
	var err error
	if r.norm1, err = NewGroupNorm(l, name+".norm1", c.In, c.Groups, c.Eps); err != nil {
		return nil, err
	}
	if r.conv1, err = NewConv2D(l, name+".conv1", c.In, c.Out, 1, FrameAround); err != nil {
		return nil, err
	}
	rows := c.Out
	if c.TimeNorm == TimeScaleShift {
		rows = 2 * c.Out
	}
	if r.proj, err = NewLinear(l, name+".time_emb_proj", c.Time, rows); err != nil {
		return nil, err
	}
	if r.norm2, err = NewGroupNorm(l, name+".norm2", c.Out, c.Groups, c.Eps); err != nil {
		return nil, err
	}
	if r.conv2, err = NewConv2D(l, name+".conv2", c.Out, c.Out, 1, FrameAround); err != nil {
		return nil, err
	}
	if c.In != c.Out {
		r.shortcut, err = NewConv1x1(l, name+".conv_shortcut", c.In, c.Out)
	}
	return r, err
}

// Plan appends the block over x [N,H,W,In] and t [N,1,1,Time], the activated time embedding, and returns its
// result [N,H',W',Out].
func (r *ResBlock) Plan(p *Plan, x, t *tensor.Tensor) *tensor.Tensor {
	a := r.norm1.Plan(p, x)
	SiLU(p, r.norm1.name, a)
	res := x
	switch r.cfg.Resample {
	case ResampleDown:
		res = AvgPool(p, r.name, x)
		a = replace(p, a, AvgPool(p, r.name, a))
	case ResampleUp:
		res = Upsample(p, r.name, x)
		a = replace(p, a, Upsample(p, r.name, a))
	}
	h := replace(p, a, r.conv1.Plan(p, a))
	r.planTime(p, h, t)
	SiLU(p, r.norm2.name, h)
	y := replace(p, h, r.conv2.Plan(p, h))

	if r.shortcut != nil {
		s := r.shortcut.Plan(p, res)
		if res != x {
			p.Release(res)
		}
		res = s
	}
	add(p, r.name, y, res, y, r.cfg.Divisor)
	if res != x {
		p.Release(res)
	}
	return y
}

// planTime appends norm2 with the time embedding to h, in place.
func (r *ResBlock) planTime(p *Plan, h, t *tensor.Tensor) {
	row := r.proj.Plan(p, t)
	hw, c := h.H*h.W, h.C
	if r.cfg.TimeNorm == TimeAdd {
		p.perPicture(r.name, OpArithmetic, h.N, func(i int) {
			kernel.AddRow(picture(h, i), picture(h, i), picture(row, i), hw, c)
		})
		r.norm2.planInto(p, h, h)
	} else {
		r.norm2.planInto(p, h, h)
		p.perPicture(r.name, OpArithmetic, h.N, func(i int) {
			scale, shift := picture(row, i)[:c], picture(row, i)[c:]
			kernel.ScaleShift(picture(h, i), picture(h, i), scale, shift, hw, c)
		})
	}
	p.Release(row)
}

// replace releases old and returns its successor.
func replace(p *Plan, old, next *tensor.Tensor) *tensor.Tensor {
	p.Release(old)
	return next
}
