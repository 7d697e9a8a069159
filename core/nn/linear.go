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
	w, err := l.Load(name+".weight", shape...)
	if err != nil {
		return nil, err
	}
	y := &Linear{In: in, Out: out, name: name, packed: make([]float32, kernel.PackedLen(in, out))}
	kernel.PackT(y.packed, w, in, in, out)
	y.bias, err = l.Tensor(name+".bias", out)
	return y, err
}

// Plan appends the layer over x [N,H,W,In] and returns its result [N,H,W,Out].
func (y *Linear) Plan(p *Plan, x *tensor.Tensor) *tensor.Tensor { return y.planJoined(p, Joined{A: x}) }

// planJoined is Plan over the channels of one or two tensors.
func (y *Linear) planJoined(p *Plan, x Joined) *tensor.Tensor {
	a, b := x.A, x.B
	dst := p.New(a.N, a.H, a.W, y.Out)
	op := Op{Name: y.name, Kind: OpMatMul, FLOPs: 2 * int64(y.In) * int64(y.Out)}
	p.split(op, a.N*a.H*a.W, func(from, to int) {
		rows := dst.Data[from*y.Out : to*y.Out]
		kernel.GemmPart(rows, y.Out, a.Data[from*a.C:to*a.C], a.C, y.packed, to-from, y.Out, a.C, 0, y.In, false)
		if b != nil {
			kernel.GemmPart(rows, y.Out, b.Data[from*b.C:to*b.C], b.C, y.packed, to-from, y.Out, b.C, a.C, y.In, true)
		}
		kernel.AddBias(rows, y.bias, to-from, y.Out)
	})
	return dst
}
