package nn

import (
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// Linear maps every pixel's channels: y = W x + b, W [Out, In]. A 1x1 convolution is the same map.
type Linear struct {
	In, Out int
	name    string
	packed  []float32 // W transposed into panels, kernel.PackedLen(In, Out)
	bias    []float32 // [Out]
}

// NewLinear loads name.weight [out, in] and name.bias [out].
func NewLinear(l *Loader, name string, in, out int) (*Linear, error) {
	return newLinear(l, name, in, out, out, in)
}

// NewConv1x1 loads a 1x1 convolution: name.weight [out, in, 1, 1] and name.bias [out].
func NewConv1x1(l *Loader, name string, in, out int) (*Linear, error) {
	return newLinear(l, name, in, out, out, in, 1, 1)
}

func newLinear(l *Loader, name string, in, out int, shape ...int) (*Linear, error) {
	y := &Linear{In: in, Out: out, name: name}
	var err error
	if y.packed, err = l.pack(transposing(in), name+".weight", shape...); err != nil {
		return nil, err
	}
	y.bias, err = l.Tensor(name+".bias", out)
	return y, err
}

// transposing packs rows of in inputs.
func transposing(in int) packing {
	return packing{
		func(rows int) int { return kernel.PackedLen(in, rows) },
		func(dst, w []float32, rows int) { kernel.PackT(dst, w, in, in, rows) },
	}
}

// Plan appends the layer over x [N,H,W,In] and returns its result [N,H,W,Out].
func (y *Linear) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor {
	dst := p.New(x.N, x.H, x.W, y.Out)
	y.planPixels(p, dst, Joined{A: x}, 0, x.N*x.H*x.W)
	return dst
}

// planPixels appends the layer over count pixels of x from the pixel first on, into the first pixels of dst.
func (y *Linear) planPixels(p *Plan, dst *tensor.Tensor, x Joined, first, count int) {
	a, b := x.A, x.B
	op := Op{Name: y.name, Kind: OpMatMul, FLOPs: 2 * int64(y.In) * int64(y.Out)}
	p.split(op, count, func(from, to int) {
		rows, n := dst.Data[from*y.Out:to*y.Out], to-from
		from += first
		kernel.GemmPart(rows, y.Out, a.Data[from*a.C:][:n*a.C], a.C, y.packed, n, y.Out, a.C, 0, y.In, false)
		if b != nil {
			kernel.GemmPart(rows, y.Out, b.Data[from*b.C:][:n*b.C], b.C, y.packed, n, y.Out, b.C, a.C, y.In, true)
		}
		kernel.AddBias(rows, y.bias, n, y.Out)
	})
}

// matrix is a Linear layer before it is packed: W [out, in] and b [out].
type matrix struct {
	in, out int
	w, bias []float32
}

// loadMatrix loads name.weight [out, in] and name.bias [out].
func loadMatrix(l *Loader, name string, in, out int) (m matrix, err error) {
	m = matrix{in: in, out: out}
	if m.w, err = l.widened(name+".weight", []int{out, in}); err != nil {
		return m, err
	}
	m.bias, err = l.widened(name+".bias", []int{out})
	return m, err
}

// transposed is x -> Wᵀ x, without a bias.
func (m matrix) transposed() matrix {
	t := matrix{m.out, m.in, make([]float32, len(m.w)), make([]float32, m.in)}
	for i := range m.out {
		for j := range m.in {
			t.w[j*m.out+i] = m.w[i*m.in+j]
		}
	}
	return t
}

// after is x -> m(first(x)).
func (m matrix) after(first matrix) matrix {
	y := matrix{first.in, m.out, make([]float32, m.out*first.in), make([]float32, m.out)}
	packed := make([]float32, kernel.PackedLen(m.in, first.in))
	kernel.Pack(packed, first.w, first.in, m.in, first.in)
	kernel.Gemm(y.w, first.in, m.w, m.in, packed, m.out, first.in, m.in, false)
	kernel.Pack(packed, first.bias, 1, m.in, 1)
	kernel.Gemm(y.bias, 1, m.w, m.in, packed, m.out, 1, m.in, false)
	kernel.Add(y.bias, y.bias, m.bias)
	return y
}

// stacked packs layers over the same channels into one, whose result holds theirs side by side.
func stacked(l *Loader, name string, parts ...matrix) *Linear {
	all := parts[0]
	for _, m := range parts[1:] {
		all.out += m.out
		all.w, all.bias = append(all.w, m.w...), append(all.bias, m.bias...)
	}
	y := &Linear{In: all.in, Out: all.out, name: name, bias: l.room(all.out), packed: l.room(kernel.PackedLen(all.in, all.out))}
	copy(y.bias, all.bias)
	kernel.PackT(y.packed, all.w, all.in, all.in, all.out)
	return y
}
