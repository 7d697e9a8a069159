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
	w, err := l.Load(name+".weight", cfg.Out, cfg.In, 3, 3)
	if err != nil {
		return nil, err
	}
	c := &Conv2D{cfg: cfg, name: name}
	if cfg.Stride == 1 && cfg.Margin == MarginAround {
		c.tile = kernel.WinogradTile(cfg.H, cfg.W, cfg.In, cfg.Out)
	}
	if c.tile != 0 {
		shape := c.winograd(1, 1, 1)
		c.packed = l.room(shape.PackedLen())
		shape.Pack(c.packed, w)
	} else {
		c.packed = l.room(kernel.PackedConv3x3Len(cfg.In, cfg.Out))
		kernel.PackConv3x3(c.packed, w, cfg.In, cfg.Out)
	}
	c.bias, err = l.Tensor(name+".bias", cfg.Out)
	return c, err
}

// winograd is the shape of the layer over n pictures with results of h x w pixels.
func (c *Conv2D) winograd(n, h, w int) kernel.Winograd {
	return kernel.Winograd{Tile: c.tile, N: n, H: h, W: w, Cin: c.cfg.In, Cout: c.cfg.Out}
}

// Plan appends the layer over x [N,H,W,In] and returns its result [N,Ho,Wo,Out],
// Ho = (H + Top + Bottom - 3)/Stride + 1, rounded down, and Wo likewise.
func (c *Conv2D) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	f := c.planFrame(p, Joined{A: x}, nil, false)
	dst := p.New(x.N, f.ho, f.wo, c.cfg.Out)
	c.planOver(p, dst, f, added{})
	p.Release(f.t)
	return dst
}

// framed is a batch of pictures inside the zeros that a convolution needs around them.
type framed struct {
	t      *tensor.Tensor // [N,H,W,In], framed
	ho, wo int            // size of the convolution's result
}

// frameFloats bounds one operation that fills a frame.
const frameFloats = 1 << 20

// planFrame appends the filling of the layer's frame from x [N,H,W,In], through norm and SiLU if norm is not nil
// (gain and shift of every channel, [N,1,1,2·In]) and with every pixel doubled both ways if double is set.
func (c *Conv2D) planFrame(p *Plan, x Joined, norm *tensor.Tensor, double bool) framed {
	m, ph, pw := c.cfg.Margin, x.A.H, x.A.W
	if double {
		ph, pw = 2*ph, 2*pw
	}
	f := framed{ho: (ph+m.Top+m.Bottom-3)/c.cfg.Stride + 1, wo: (pw+m.Left+m.Right-3)/c.cfg.Stride + 1}
	h, w := ph+m.Top+m.Bottom, pw+m.Left+m.Right
	if c.tile != 0 {
		s := c.winograd(x.A.N, f.ho, f.wo)
		h, w = s.FramedH(), s.FramedW()
	}
	f.t = p.New(x.A.N, h, w, c.cfg.In)
	shape := kernel.Frame{H: h, W: w, C: c.cfg.In, Top: m.Top, Left: m.Left, Ph: ph, Pw: pw, Double: double}
	kind := OpMove
	if norm != nil {
		kind = OpActivation
	}
	step := max(1, frameFloats/(w*c.cfg.In))
	for i := range x.A.N {
		for from := 0; from < h; from += step {
			to := min(from+step, h)
			p.Add(Op{Name: c.name, Kind: kind, Run: func() {
				affine := normOf(norm, i)
				shape.Fill(picture(f.t, i), picture(x.A, i), affine, 0, x.A.C, from, to)
				if x.B != nil {
					shape.Fill(picture(f.t, i), picture(x.B, i), affine, x.A.C, x.B.C, from, to)
				}
			}})
		}
	}
	return f
}

// added is what is added to a convolution's sums: dst = (sums + rows + residual)·scale.
type added struct {
	rows     *tensor.Tensor // [N,1,1,Out], a row for every pixel of its picture; nil: the layer's bias
	residual *tensor.Tensor // as dst, and may be dst; nil: none, nor a scale
	scale    float32
}

// planOver appends the convolution of f into dst, which may be a tensor from outside the arena.
func (c *Conv2D) planOver(p *Plan, dst *tensor.Tensor, f framed, e added) {
	if c.tile != 0 {
		c.planWinograd(p, dst, f, e)
	} else {
		c.planDirect(p, dst, f, e)
	}
}

// planDirect convolves picture by picture, row by row.
func (c *Conv2D) planDirect(p *Plan, dst *tensor.Tensor, f framed, e added) {
	op := Op{Name: c.name, Kind: OpConv, FLOPs: c.flops(dst.W)}
	sums := dst
	if e.residual == dst {
		sums = p.New(dst.N, dst.H, dst.W, dst.C)
	}
	in, out, wp := c.cfg.In, c.cfg.Out, f.t.W
	for i := range dst.N {
		p.split(op, dst.H, func(from, to int) {
			rows := picture(sums, i)[from*dst.W*out : to*dst.W*out]
			reach := (to-from-1)*c.cfg.Stride + 3 // framed rows under these output rows
			window := picture(f.t, i)[from*c.cfg.Stride*wp*in:][:reach*wp*in]
			bias := c.bias
			if e.rows != nil {
				bias = picture(e.rows, i)
			}
			kernel.Conv3x3(rows, window, c.packed, bias, 1, reach, wp, in, to-from, dst.W, out, c.cfg.Stride)
		})
	}
	if e.residual != nil {
		add(p, c.name, dst, sums, e.residual, e.scale)
	}
	if sums != dst {
		p.Release(sums)
	}
}

// blockFloats bounds the transformed tiles that are multiplied together: 1 MiB, a second-level cache. Fewer than
// blockTiles would read the weights too often.
const (
	blockFloats = 1 << 18
	blockTiles  = 16
)

// planWinograd convolves block by block of tiles, of all pictures alike.
func (c *Conv2D) planWinograd(p *Plan, dst *tensor.Tensor, f framed, e added) {
	s := c.winograd(dst.N, dst.H, dst.W)
	tiles := s.Tiles()
	most := max(blockTiles, blockFloats/s.InputLen(1))
	blocks := (tiles + most - 1) / most
	count := (tiles + blocks - 1) / blocks
	v, m := p.scratch(s.InputLen(count)), p.scratch(s.ScratchLen(count))
	panels := s.Panels()
	each := s.BlockFLOPs(count) / int64(panels)
	step := int(max(1, opFLOPs/max(each, 1)))
	for first := 0; first < tiles; first += count {
		count := min(count, tiles-first)
		p.Add(Op{Name: c.name, Kind: OpConv, Run: func() { s.Input(v.Data, f.t.Data, first, count, 0, count) }})
		flops := c.flops(dst.N*dst.H*dst.W) * int64(count) / int64(tiles)
		for from := 0; from < panels; from += step {
			to := min(from+step, panels)
			p.Add(Op{Name: c.name, Kind: OpConv, FLOPs: flops * int64(to-from) / int64(panels), Run: func() {
				s.Output(dst.Data, v.Data, c.packed, m.Data, c.epilogue(e), first, count, from, to)
			}})
		}
	}
	p.Release(v)
	p.Release(m)
}

// epilogue binds e to the data of a pass.
func (c *Conv2D) epilogue(e added) kernel.Epilogue {
	k := kernel.Epilogue{Rows: c.bias, Scale: e.scale}
	if e.rows != nil {
		k.Rows = e.rows.Data
	}
	if e.residual != nil {
		k.Residual = e.residual.Data
	}
	return k
}

// flops counts the definition's products over some pixels of the result, however they are computed.
func (c *Conv2D) flops(pixels int) int64 {
	return 2 * 9 * int64(pixels) * int64(c.cfg.In) * int64(c.cfg.Out)
}
