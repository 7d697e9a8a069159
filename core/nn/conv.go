package nn

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// Margin is the zero border that a convolution sees around its input, in pixels.
type Margin struct{ Top, Left, Bottom, Right int }

// The margins of the networks: padding 1 all around, and diffusers' downsample_padding 0, which pads (0,1,0,1)
// so that the window starts on the picture's first pixel.
var (
	MarginAround = Margin{1, 1, 1, 1}
	MarginAfter  = Margin{0, 0, 1, 1}
)

// Conv2DConfig is the shape of a 3x3 convolution with stride 1 or 2.
type Conv2DConfig struct {
	In, Out int // channels
	Stride  int
	Margin  Margin
	H, W    int // size of the result in the pictures that the network is meant for; 0: not stated
}

// Conv2D is a 3x3 convolution. How it is computed is decided when it is loaded, by kernel.WinogradTile.
type Conv2D struct {
	cfg    Conv2DConfig
	name   string
	tile   int       // side of a Winograd tile; 0: by the definition
	packed []float32 // as kernel.Winograd.Pack or kernel.PackConv3x3 lays it out
	bias   []float32 // [Out]
}

// NewConv2D loads name.weight [Out, In, 3, 3] and name.bias [Out].
func NewConv2D(l *Loader, name string, cfg Conv2DConfig) (*Conv2D, error) {
	c := &Conv2D{cfg: cfg, name: name}
	if cfg.Stride == 1 && cfg.Margin == MarginAround {
		c.tile = kernel.WinogradTile(cfg.H, cfg.W, cfg.In, cfg.Out)
	}
	var err error
	if c.packed, err = l.pack(c.packing(), name+".weight", cfg.Out, cfg.In, 3, 3); err != nil {
		return nil, err
	}
	c.bias, err = l.Tensor(name+".bias", cfg.Out)
	return c, err
}

func (c *Conv2D) packing() packing {
	in := c.cfg.In
	if c.tile == 0 {
		return packing{
			func(rows int) int { return kernel.PackedConv3x3Len(in, rows) },
			func(dst, w []float32, rows int) { kernel.PackConv3x3(dst, w, in, rows) },
		}
	}
	of := func(rows int) kernel.Winograd { return kernel.Winograd{Tile: c.tile, Cin: in, Cout: rows} }
	return packing{
		func(rows int) int { return of(rows).PackedLen() },
		func(dst, w []float32, rows int) { of(rows).Pack(dst, w) },
	}
}

// winograd is the shape of the layer over n pictures with results of h x w pixels.
func (c *Conv2D) winograd(n, h, w int) kernel.Winograd {
	return kernel.Winograd{Tile: c.tile, N: n, H: h, W: w, Cin: c.cfg.In, Cout: c.cfg.Out}
}

// Plan appends the layer over x [N,H,W,In] and returns its result [N,Ho,Wo,Out],
// Ho = (H + Top + Bottom - 3)/Stride + 1, rounded down, and Wo likewise.
func (c *Conv2D) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	return c.plan(p, reading{x: Joined{A: x}}, added{})
}

// plan is planInto of a new tensor.
func (c *Conv2D) plan(p *Plan, r reading, e added) *tensor.Tensor {
	m := c.cfg.Margin
	h, w := r.size()
	dst := p.New(r.x.A.N, (h+m.Top+m.Bottom-3)/c.cfg.Stride+1, (w+m.Left+m.Right-3)/c.cfg.Stride+1, c.cfg.Out)
	c.planInto(p, dst, r, e)
	return dst
}

// flops counts the definition's products over some pixels of the result, however they are computed.
func (c *Conv2D) flops(pixels int) int64 {
	return 2 * 9 * int64(pixels) * int64(c.cfg.In) * int64(c.cfg.Out)
}
