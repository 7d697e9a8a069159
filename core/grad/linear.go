package grad

import (
	"tintype/core/compile"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// Linear maps rows x [N,1,1,in]: y = W·x + b, dx = Wᵀ·dy, dW = Σ dy·xᵀ, db = Σ dy.
type Linear struct {
	in, out int
	W, B    *Weight   // [out,in], [out]
	forward []float32 // Wᵀ, packed
	back    []float32 // W, packed
}

// NewLinear loads name.weight [out,in] and name.bias [out].
func NewLinear(l *compile.Loader, name string, in, out int) (*Linear, error) {
	y := &Linear{in: in, out: out}
	var err error
	if y.W, err = load(l, name+".weight", out, in); err != nil {
		return nil, err
	}
	if y.B, err = load(l, name+".bias", out); err != nil {
		return nil, err
	}
	// Only now: that the weights are there has proved the sizes.
	y.forward, y.back = make([]float32, kernel.PackedLen(in, out)), make([]float32, kernel.PackedLen(out, in))
	y.Pack()
	return y, nil
}

// Pack takes over changed weights.
func (y *Linear) Pack() {
	kernel.PackT(y.forward, y.W.Value, y.in, y.in, y.out)
	kernel.Pack(y.back, y.W.Value, y.in, y.out, y.in)
}

// Forward appends the layer over x and returns its result [N,1,1,out].
func (y *Linear) Forward(p *compile.Plan, x *tensor.Tensor) *tensor.Tensor {
	dst := p.New(x.N, 1, 1, y.out)
	p.Add(y.op(x.N, func() {
		kernel.Gemm(dst.Data, y.out, x.Data, y.in, y.forward, x.N, y.out, y.in, false)
		kernel.AddBias(dst.Data, y.B.Value, x.N, y.out)
	}))
	return dst
}

// Backward appends the gradient at the input and returns it, [N,1,1,in].
func (y *Linear) Backward(p *compile.Plan, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.New(dy.N, 1, 1, y.in)
	p.Add(y.op(dy.N, func() {
		kernel.Gemm(dx.Data, y.in, dy.Data, y.out, y.back, dy.N, y.in, y.out, false)
	}))
	return dx
}

// Gradient appends the gradients of the weights, which are added to W.Grad and B.Grad.
func (y *Linear) Gradient(p *compile.Plan, x, dy *tensor.Tensor) {
	p.Add(y.op(x.N, func() {
		addRowSums(y.B.Grad, dy.Data)
		for i := range x.N {
			row := picture(x, i)
			for o, g := range picture(dy, i) {
				sum := y.W.Grad[o*y.in:][:y.in]
				for j, v := range row {
					sum[j] += float32(g * v)
				}
			}
		}
	}))
}

func (y *Linear) op(n int, run func()) compile.Op {
	return compile.Op{Name: y.W.Name, Kind: compile.OpMatMul, FLOPs: 2 * int64(n) * int64(y.in) * int64(y.out), Run: run}
}
