package grad

import (
	"tintype/core/compile"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// Conv is a 3x3 convolution with stride 1 and a border of one zero, over x [N,H,W,in]:
//
//	y[p][o]        = b[o] + Σ_k Σ_c w[o][c][k]·x[p+k][c]              k over the nine offsets (-1..1, -1..1)
//	dx[p][c]       = Σ_k Σ_o w[o][c][-k]·dy[p+k][o]                   again a convolution, its filter turned over
//	dw[o][c][k]    = Σ_p dy[p][o]·x[p+k][c]
type Conv struct {
	in, out int
	W       *Weight   // [out,in,3,3]
	B       *Weight   // [out]; nil: the bias comes with the rows of Forward
	forward []float32 // w, packed
	back    []float32 // w turned over, packed
}

// NewConv loads name.weight [out,in,3,3] and, if bias is set, name.bias [out].
func NewConv(l *compile.Loader, name string, in, out int, bias bool) (*Conv, error) {
	c := &Conv{in: in, out: out}
	var err error
	if c.W, err = load(l, name+".weight", out, in, 3, 3); err != nil {
		return nil, err
	}
	if bias {
		if c.B, err = load(l, name+".bias", out); err != nil {
			return nil, err
		}
	}
	c.forward = make([]float32, kernel.PackedConv3x3Len(in, out))
	c.back = make([]float32, kernel.PackedConv3x3Len(out, in))
	c.Pack()
	return c, nil
}

// Pack takes over changed weights.
func (c *Conv) Pack() {
	kernel.PackConv3x3(c.forward, c.W.Value, c.in, c.out)
	turned := make([]float32, len(c.W.Value)) // [in,out,3,3]
	for o := range c.out {
		for i := range c.in {
			w := c.W.Value[(o*c.in+i)*9:][:9]
			t := turned[(i*c.out+o)*9:][:9]
			for k, v := range w {
				t[8-k] = v
			}
		}
	}
	kernel.PackConv3x3(c.back, turned, c.out, c.in)
}

// Forward appends the layer over x and returns y [N,H,W,out]. rows [N,1,1,out], nil for B, is what is added to every
// pixel of its picture.
func (c *Conv) Forward(p *compile.Plan, x, rows *tensor.Tensor) *tensor.Tensor {
	return c.convolve(p, x, c.out, c.forward, func(i int) []float32 {
		if rows != nil {
			return picture(rows, i)
		}
		return c.B.Value
	})
}

// Backward appends the gradient at the input and returns it, [N,H,W,in].
func (c *Conv) Backward(p *compile.Plan, dy *tensor.Tensor) *tensor.Tensor {
	return c.convolve(p, dy, c.in, c.back, func(int) []float32 { return nil })
}

func (c *Conv) convolve(p *compile.Plan, x *tensor.Tensor, out int, packed []float32, bias func(i int) []float32) *tensor.Tensor {
	y := p.New(x.N, x.H, x.W, out)
	shape := frame(x)
	framed := p.Scratch(shape.H * shape.W * x.C)
	op := compile.Op{Name: c.W.Name, Kind: compile.OpConv, FLOPs: c.flops(x)}
	each(p, op, x.N, func(i int) {
		shape.Fill(framed.Data, picture(x, i), kernel.Norm{}, 0, x.C, 0, shape.H)
		kernel.Conv3x3(picture(y, i), framed.Data, packed, bias(i), 1, shape.H, shape.W, x.C, x.H, x.W, out, 1)
	})
	p.Release(framed)
	return y
}

// frame is x with its border of zeros.
func frame(x *tensor.Tensor) kernel.Frame {
	return kernel.Frame{H: x.H + 2, W: x.W + 2, C: x.C, Top: 1, Left: 1, Ph: x.H, Pw: x.W}
}

// Gradient appends the gradients of the weights, which are added to W.Grad and, if there is one, to B.Grad.
//
// The sum over pixels is a matrix product for each offset k, with the pixels of a whole framed picture as its inner
// dimension: the transposed picture [in][(H+2)(W+2)], begun at k, times dy, whose rows are widened by two zeros so
// that both run through memory alike.
func (c *Conv) Gradient(p *compile.Plan, x, dy *tensor.Tensor) {
	shape := frame(x)
	wide := kernel.Frame{H: x.H, W: x.W + 2, C: c.out, Ph: x.H, Pw: x.W}
	pixels, inner := shape.H*shape.W, (x.H-1)*shape.W+x.W
	framed, turned := p.Scratch(pixels*c.in), p.Scratch(c.in*pixels)
	widened, packed := p.Scratch(wide.H*wide.W*c.out), p.Scratch(kernel.PackedLen(inner, c.out))
	sum := p.Scratch(9 * c.in * c.out) // dw by offset
	p.Add(compile.Op{Name: c.W.Name, Kind: compile.OpMove, Run: func() { clear(sum.Data) }})
	op := compile.Op{Name: c.W.Name, Kind: compile.OpConv, FLOPs: c.flops(x)}
	each(p, op, x.N, func(i int) {
		shape.Fill(framed.Data, picture(x, i), kernel.Norm{}, 0, c.in, 0, shape.H)
		transpose(turned.Data, framed.Data, pixels, c.in)
		wide.Fill(widened.Data, picture(dy, i), kernel.Norm{}, 0, c.out, 0, wide.H)
		kernel.Pack(packed.Data, widened.Data, c.out, inner, c.out)
		for k := range 9 {
			at := k/3*shape.W + k%3
			kernel.Gemm(sum.Data[k*c.in*c.out:], c.out, turned.Data[at:], pixels, packed.Data, c.in, c.out, inner, true)
		}
		if c.B != nil {
			addRowSums(c.B.Grad, picture(dy, i))
		}
	})
	p.Add(compile.Op{Name: c.W.Name, Kind: compile.OpMove, Run: func() {
		for at, v := range sum.Data {
			k, i, o := at/(c.in*c.out), at/c.out%c.in, at%c.out
			c.W.Grad[(o*c.in+i)*9+k] += v
		}
	}})
	for _, t := range []*tensor.Tensor{framed, turned, widened, packed, sum} {
		p.Release(t)
	}
}

// transpose writes x [rows,cols] to dst [cols,rows].
func transpose(dst, x []float32, rows, cols int) {
	for c := range cols {
		col := dst[c*rows:][:rows]
		for r := range col {
			col[r] = x[r*cols+c]
		}
	}
}

func (c *Conv) flops(x *tensor.Tensor) int64 {
	return 2 * 9 * int64(x.H) * int64(x.W) * int64(c.in) * int64(c.out)
}
