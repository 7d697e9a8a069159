package nn

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// Frame is the zero border that a convolution sees around its input, in pixels.
type Frame struct{ Top, Left, Bottom, Right int }

// The frames of the networks: padding 1 all around, and diffusers' downsample_padding 0, which pads (0,1,0,1)
// so that the window starts on the picture's first pixel.
var (
	FrameAround = Frame{1, 1, 1, 1}
	FrameAfter  = Frame{0, 0, 1, 1}
)

// Conv2D is a 3x3 convolution with stride 1 or 2.
type Conv2D struct {
	In, Out int
	name    string
	stride  int
	frame   Frame
	packed  []float32 // as kernel.PackConv3x3 lays it out
	bias    []float32 // [Out]
}

// NewConv2D loads name.weight [out, in, 3, 3] and name.bias [out].
func NewConv2D(l *Loader, name string, in, out, stride int, frame Frame) (*Conv2D, error) {
	w, err := l.Load(name+".weight", out, in, 3, 3)
	if err != nil {
		return nil, err
	}
	c := &Conv2D{In: in, Out: out, name: name, stride: stride, frame: frame}
	c.packed = make([]float32, kernel.PackedConv3x3Len(in, out))
	kernel.PackConv3x3(c.packed, w, in, out)
	c.bias, err = l.Tensor(name+".bias", out)
	return c, err
}

// Plan appends the layer over x [N,H,W,In] and returns its result [N,Ho,Wo,Out],
// Ho = (H + Top + Bottom - 3)/stride + 1, rounded down, and Wo likewise.
func (c *Conv2D) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	ho := (x.H+c.frame.Top+c.frame.Bottom-3)/c.stride + 1
	wo := (x.W+c.frame.Left+c.frame.Right-3)/c.stride + 1
	dst := p.New(x.N, ho, wo, c.Out)
	c.PlanInto(p, dst, x)
	return dst
}

// PlanInto is Plan with the result in dst, which may be a tensor from outside the arena.
func (c *Conv2D) PlanInto(p *Plan, dst, x *tensor.Tensor) {
	f := c.frame
	hp, wp := x.H+f.Top+f.Bottom, x.W+f.Left+f.Right
	padded := p.New(1, hp, wp, c.In) // one picture's: the pictures of a batch take turns
	op := Op{Name: c.name, Kind: OpConv, FLOPs: 2 * 9 * int64(dst.W) * int64(c.In) * int64(c.Out)}
	for i := range x.N {
		p.Add(Op{Name: c.name, Kind: OpMove, Run: func() {
			kernel.Pad(padded.Data, picture(x, i), 1, x.H, x.W, c.In, f.Top, f.Left, f.Bottom, f.Right)
		}})
		p.split(op, dst.H, func(from, to int) {
			rows := picture(dst, i)[from*dst.W*c.Out : to*dst.W*c.Out]
			reach := (to-from-1)*c.stride + 3 // padded rows under these output rows
			window := padded.Data[from*c.stride*wp*c.In:][:reach*wp*c.In]
			kernel.Conv3x3(rows, window, c.packed, c.bias, 1, reach, wp, c.In, to-from, dst.W, c.Out, c.stride)
		})
	}
	p.Release(padded)
}
