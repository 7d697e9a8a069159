package compile

import (
	"tintype/core/graph"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// linear maps every pixel's channels with packed weights: y = W x + b, W [out, in].
type linear struct {
	in, out int
	name    string
	packed  []float32 // W transposed into panels, kernel.PackedLen(in, out)
	bias    []float32 // [out]; nil: none
}

// newLinear loads a layer of in channels.
func newLinear(l *Loader, name string, op graph.Linear, in int) (*linear, error) {
	y := &linear{in: in, out: op.Out, name: name}
	var err error
	if y.packed, err = l.pack(transposing(in), name+".weight", op.Params(name, []graph.Shape{graph.Row(in)})[0].Shape...); err != nil {
		return nil, err
	}
	if !op.NoBias {
		y.bias, err = l.Tensor(name+".bias", op.Out)
	}
	return y, err
}

// transposing packs rows of in inputs.
func transposing(in int) packing {
	return packing{
		func(rows int) int { return kernel.PackedLen(in, rows) },
		func(dst, w []float32, rows int) { kernel.PackT(dst, w, in, in, rows) },
	}
}

// planPixels appends the layer over count pixels of x from the pixel first on, into the first pixels of dst.
func (y *linear) planPixels(p *Plan, dst *tensor.Tensor, x joined, first, count int) {
	a, b := x.a, x.b
	op := Op{Name: y.name, Kind: OpMatMul, FLOPs: 2 * int64(y.in) * int64(y.out)}
	p.split(op, count, func(from, to int) {
		rows, n := dst.Data[from*y.out:to*y.out], to-from
		from += first
		kernel.GemmPart(rows, y.out, a.Data[from*a.C:][:n*a.C], a.C, y.packed, n, y.out, a.C, 0, y.in, false)
		if b != nil {
			kernel.GemmPart(rows, y.out, b.Data[from*b.C:][:n*b.C], b.C, y.packed, n, y.out, b.C, a.C, y.in, true)
		}
		if y.bias != nil {
			kernel.AddBias(rows, y.bias, n, y.out)
		}
	})
}

// matrix is a Linear layer before it is packed: W [out, in] and b [out].
type matrix struct {
	in, out int
	w, bias []float32
}

// loadMatrix loads the map of a linear layer that is not packed as it is.
func loadMatrix(l *Loader, of *layer) (m matrix, err error) {
	op := of.op.(graph.Linear)
	m = matrix{in: of.in[0].of.shape.C, out: op.Out}
	shape := op.Params(of.name, []graph.Shape{of.in[0].of.shape})[0].Shape
	if m.w, err = l.widened(of.name+".weight", shape); err != nil {
		return m, err
	}
	if op.NoBias {
		m.bias = make([]float32, m.out)
		return m, nil
	}
	m.bias, err = l.widened(of.name+".bias", []int{m.out})
	return m, err
}

// loadMap loads both parts of a map and multiplies them.
func loadMap(l *Loader, of linearMap) (matrix, error) {
	first, err := loadMatrix(l, of.first)
	if err != nil || of.then == nil {
		return first, err
	}
	then, err := loadMatrix(l, of.then)
	if err != nil {
		return matrix{}, err
	}
	if of.turned {
		then = then.transposed()
	}
	return then.after(first), nil
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

// newStacked loads maps over the same channels as one layer, whose result holds theirs side by side.
func newStacked(l *Loader, name string, maps []linearMap) (*linear, error) {
	all, err := loadMap(l, maps[0])
	if err != nil {
		return nil, err
	}
	for _, other := range maps[1:] {
		m, err := loadMap(l, other)
		if err != nil {
			return nil, err
		}
		all.out += m.out
		all.w, all.bias = append(all.w, m.w...), append(all.bias, m.bias...)
	}
	y := &linear{in: all.in, out: all.out, name: name, bias: l.room(all.out), packed: l.room(kernel.PackedLen(all.in, all.out))}
	copy(y.bias, all.bias)
	kernel.PackT(y.packed, all.w, all.in, all.in, all.out)
	return y, nil
}
