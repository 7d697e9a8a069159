package compile

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// A convolution reads its pictures inside a frame of zeros, with a norm and SiLU applied or pixels doubled on their
// way. To frame a batch at once would take more memory than the layer's input; it is framed and convolved band by
// band, all of them in one place. A band is framed before any of its result is written, and what the next one needs
// of it stays in the frame: a layer that keeps the size of its pictures may write where it reads.

// reading is what a convolution reads.
type reading struct {
	x      joined
	norm   *tensor.Tensor // gain and shift of every channel, [N,1,1,2·In], then SiLU; nil: x as it is
	double bool           // every pixel of x twice both ways
}

// size is that of the pictures that are framed.
func (r reading) size() (h, w int) {
	if r.double {
		return 2 * r.x.a.H, 2 * r.x.a.W
	}
	return r.x.a.H, r.x.a.W
}

// added is what is added to a convolution's sums: dst = (sums + rows + residual)·scale.
type added struct {
	rows     *tensor.Tensor // [N,1,1,Out], a row for every pixel of its picture; nil: the layer's bias
	residual joined         // as dst, if nothing is on its way; nil: none, nor a scale
	through  *linear        // what is on its way; nil: nothing
	scale    float32
	after    func(x []float32) // applied to what is stored, while it is in a cache; nil: nothing
}

// convolution is a layer's work on one input.
type convolution struct {
	*conv2D
	reading
	added
	dst   *tensor.Tensor
	shape kernel.Frame // of one picture
	bands []band       // none is larger than the first

	frame *tensor.Tensor // of a band, [n,rows,W,In]
	v, m  *tensor.Tensor // of a band: kernel.Winograd's; nil by the definition
	sides *tensor.Tensor // of a band: its residual; nil if that lies elsewhere
}

// planInto appends the convolution of r into dst, which may be a tensor from outside the arena. dst may be what r
// reads, if that has its size, and is not the residual.
func (c *conv2D) planInto(p *Plan, dst *tensor.Tensor, r reading, e added) {
	k := convolution{conv2D: c, reading: r, added: e, dst: dst}
	m := c.Margin
	h, w := r.size()
	k.shape = kernel.Frame{H: h + m.Top + m.Bottom, W: w + m.Left + m.Right, C: c.in, Top: m.Top, Left: m.Left, Ph: h, Pw: w, Double: r.double}
	if c.tile != 0 {
		s := c.winograd(dst.N, dst.H, dst.W)
		k.shape.H, k.shape.W = s.FramedH(), s.FramedW()
		k.bands = cutTiles(s)
	} else {
		k.bands = cut(dst.N, dst.H, 1, c.Stride, 0, c.directRows(k.shape, dst.W))
	}
	scratch := k.reserve(p)
	for _, s := range k.bands {
		k.planFill(p, s)
		if k.through != nil {
			k.through.planPixels(p, k.sides, k.residual, (s.picture*dst.H+s.y)*dst.W, s.n*s.h*dst.W)
		}
		if c.tile != 0 {
			k.planWinograd(p, s)
		} else {
			k.planDirect(p, s)
		}
		if k.after != nil {
			p.Add(Op{Name: c.name, Kind: OpActivation, Run: func() { k.after(s.of(dst)) }})
		}
	}
	for _, t := range scratch {
		p.Release(t)
	}
}

// reserve plans the places of a band.
func (k *convolution) reserve(p *Plan) (scratch []*tensor.Tensor) {
	s := k.bands[0]
	place := func(count int) *tensor.Tensor {
		t := p.Scratch(count)
		scratch = append(scratch, t)
		return t
	}
	k.frame = place(s.n * s.rows * k.shape.W * k.shape.C)
	if k.tile != 0 {
		v, m := 0, 0
		for _, s := range k.bands {
			w := k.winograd(s.n, s.h, k.dst.W)
			v, m = max(v, w.InputLen(w.Tiles())), max(m, w.ScratchLen(w.Tiles()))
		}
		k.v, k.m = place(v), place(m)
	}
	if k.through != nil {
		k.sides = place(s.n * s.h * k.dst.W * k.dst.C)
	}
	return scratch
}

// frameFloats bounds one operation that fills a frame.
const frameFloats = 1 << 20

// planFill appends the framing of a band.
func (k *convolution) planFill(p *Plan, s band) {
	kind := OpMove
	if k.norm != nil {
		kind = OpActivation
	}
	line := k.shape.W * k.shape.C
	step := max(1, frameFloats/line)
	for i := range s.n {
		for from := s.kept; from < s.rows; from += step {
			to := min(from+step, s.rows)
			p.Add(Op{Name: k.name, Kind: kind, Run: func() {
				if from == s.kept {
					copy(k.frame.Data[:s.kept*line], k.frame.Data[s.step*line:])
				}
				dst := k.frame.Data[(i*s.rows+from)*line : (i*s.rows+to)*line]
				a, b, norm := k.x.a, k.x.b, normOf(k.norm, s.picture+i)
				k.shape.Fill(dst, picture(a, s.picture+i), norm, 0, a.C, s.top+from, s.top+to)
				if b != nil {
					k.shape.Fill(dst, picture(b, s.picture+i), norm, a.C, b.C, s.top+from, s.top+to)
				}
			}})
		}
	}
}

// bandFloats bounds the frame of a band that is convolved by the definition: 256 KiB, so that it is still in a cache.
const bandFloats = 1 << 16

// directRows is how many rows of a result of w pixels make a band.
func (c *conv2D) directRows(shape kernel.Frame, w int) int {
	return min(bandFloats/(c.Stride*shape.W*shape.C), int(opFLOPs/c.flops(w)))
}

// planDirect appends a band by the definition: rows of one picture.
func (k *convolution) planDirect(p *Plan, s band) {
	c, w, line := k.conv2D, k.dst.W, k.shape.W*k.shape.C
	p.Add(Op{Name: c.name, Kind: OpConv, FLOPs: c.flops(s.h * w), Run: func() {
		e, dst := k.epilogue(s), s.of(k.dst)
		reach := (s.h-1)*c.Stride + 3 // framed rows under these
		kernel.Conv3x3(dst, k.frame.Data[:reach*line], c.packed, e.Rows, 1, reach, k.shape.W, c.in, s.h, w, c.Out, c.Stride)
		if e.Residual != nil {
			kernel.Add(dst, dst, e.Residual)
			if e.Scale != 1 {
				kernel.Scale(dst, dst, e.Scale)
			}
		}
	}})
}

// blockFloats bounds the transformed tiles that are multiplied together: 1 MiB, a second-level cache. Fewer than
// blockTiles would read the weights too often.
const (
	blockFloats = 1 << 18
	blockTiles  = 16
)

// cutTiles cuts a convolution into bands of such blocks.
func cutTiles(s kernel.Winograd) []band {
	per, rows := s.Tiles()/s.N, (s.H+s.Tile-1)/s.Tile
	most := max(blockTiles, blockFloats/s.InputLen(1))
	return cut(s.N, s.H, s.Tile, 1, most/per, most*rows/per)
}

// planWinograd appends a band as a convolution of its own.
func (k *convolution) planWinograd(p *Plan, s band) {
	w := k.winograd(s.n, s.h, k.dst.W)
	count, panels := w.Tiles(), w.Panels()
	p.Add(Op{Name: k.name, Kind: OpConv, Run: func() { w.Input(k.v.Data, k.frame.Data, 0, count, 0, count) }})
	step := int(max(1, opFLOPs*int64(panels)/max(w.BlockFLOPs(count), 1)))
	flops := k.flops(s.n * s.h * k.dst.W)
	for from := 0; from < panels; from += step {
		to := min(from+step, panels)
		p.Add(Op{Name: k.name, Kind: OpConv, FLOPs: flops * int64(to-from) / int64(panels), Run: func() {
			w.Output(s.of(k.dst), k.v.Data, k.packed, k.m.Data, k.epilogue(s), 0, count, from, to)
		}})
	}
}

// epilogue binds what is added to a band to the data of a pass.
func (k *convolution) epilogue(s band) kernel.Epilogue {
	e := kernel.Epilogue{Rows: k.bias, Scale: k.scale}
	if k.rows != nil {
		e.Rows = k.rows.Data[s.picture*k.dst.C:][:s.n*k.dst.C]
	}
	switch {
	case k.through != nil:
		e.Residual = k.sides.Data[:s.n*s.h*k.dst.W*k.dst.C]
	case k.residual.a != nil:
		e.Residual = s.of(k.residual.a)
	}
	return e
}
