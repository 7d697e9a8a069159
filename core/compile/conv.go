package compile

import (
	"tintype/core/graph"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// conv2D is a 3x3 convolution with its weights packed. How it is computed is decided
// when it is loaded, by kernel.WinogradTile.
type conv2D struct {
	graph.Conv
	in     int // channels
	name   string
	tile   int       // side of a Winograd tile; 0: by the definition
	packed []float32 // as kernel.Winograd.Pack or kernel.PackConv3x3 lays it out
	bias   []float32 // [Out]
}

// newConv2D loads a convolution of in channels with results of h x w pixels in the
// pictures that the network is meant for; 0: not stated.
func newConv2D(l *Loader, name string, op graph.Conv, in, h, w int) (*conv2D, error) {
	c := &conv2D{Conv: op, in: in, name: name}
	if op.Stride == 1 && op.Margin == graph.MarginAround {
		c.tile = kernel.WinogradTile(h, w, in, op.Out)
	}
	var err error
	if c.packed, err = l.pack(c.packing(), name+".weight", op.Out, in, 3, 3); err != nil {
		return nil, err
	}
	c.bias, err = l.bias(name, op.Out, op.NoBias)
	return c, err
}

func (c *conv2D) packing() packing {
	in := c.in
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
func (c *conv2D) winograd(n, h, w int) kernel.Winograd {
	return kernel.Winograd{Tile: c.tile, N: n, H: h, W: w, Cin: c.in, Cout: c.Out}
}

// flops counts the definition's products over some pixels of the result, however they are computed.
func (c *conv2D) flops(pixels int) int64 {
	return 2 * 9 * int64(pixels) * int64(c.in) * int64(c.Out)
}

// joined is a layer's input: a tensor, or two whose channels stand side by side and which are never copied together.
type joined struct{ a, b *tensor.Tensor } // [N,H,W,Ca] and [N,H,W,Cb]; b may be nil
