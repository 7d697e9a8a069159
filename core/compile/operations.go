package compile

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/kernel"
	"tintype/core/tensor"
)

// planLayer appends what computes a layer into dst.
func (p *placing) planLayer(l *layer, dst *tensor.Tensor) {
	switch op := l.op.(type) {
	case graph.Input:
		p.pass.give(l, dst)
	case graph.Conv:
		p.planConv(l, dst)
	case graph.Linear:
		y := p.weights[l].(*linear)
		y.planPixels(p.Plan, dst, p.join(l.in), 0, dst.N*dst.H*dst.W)
		p.planAfter(l, dst)
	case graph.GroupNorm:
		p.planNorm(l, dst)
	case graph.LayerNorm:
		p.planLayerNorm(l, dst)
	case graph.Attention:
		planAttention(p.Plan, l.name, op, dst, p.of(l.in[0]), p.of(l.in[1]), p.of(l.in[2]))
	case graph.Sinusoid, graph.Fourier, graph.Lookup, graph.Learned, graph.AddTable, graph.Quantise:
		p.planTable(l, dst)
	default:
		p.planElements(l, dst)
	}
}

// planConv appends a convolution with what was put into it.
func (p *placing) planConv(l *layer, dst *tensor.Tensor) {
	r := reading{x: p.join(l.in), double: l.double}
	if l.affine != nil {
		r.norm = p.homes[l.affine].t
	}
	e := added{residual: p.join(l.residual), scale: l.scale}
	if l.rows != nil {
		e.rows = p.homes[l.rows].t
	}
	if l.through != nil {
		e.through = p.weights[l.through].(*linear)
	}
	if l.hasAfter {
		f := functions[l.after]
		e.after = func(x []float32) { f(x, x) }
	}
	p.weights[l].(*conv2D).planInto(p.Plan, dst, r, e)
}

// planNorm appends a group norm, whole or as the gain and shift that a convolution applies.
func (p *placing) planNorm(l *layer, dst *tensor.Tensor) {
	norm := p.weights[l].(*groupNorm)
	if !l.asAffine {
		norm.plan(p.Plan, dst, p.tensorOf(l.in[0]))
		return
	}
	norm.planAffine(p.Plan, dst, p.join(l.in))
	if l.modulate == nil {
		return
	}
	scale, shift := p.of(l.modulate[0]), p.of(l.modulate[1])
	p.perPicture(l.name, OpArithmetic, dst.N, func(i int) {
		a := normOf(dst, i)
		c := len(a.Gain)
		kernel.ScaleShift(a.Gain, a.Shift, scale.picture(i, 0)[:c], shift.picture(i, 0)[:c])
	})
}

// planAfter appends the function behind a linear layer.
func (p *placing) planAfter(l *layer, dst *tensor.Tensor) {
	if l.hasAfter {
		f := functions[l.after]
		p.perPicture(l.name, OpActivation, dst.N, func(i int) { f(picture(dst, i), picture(dst, i)) })
	}
}

// planElements appends the kinds that work element by element, or only move.
func (p *placing) planElements(l *layer, dst *tensor.Tensor) {
	x := p.tensorOf(l.in[0])
	var y *tensor.Tensor
	if len(l.in) > 1 {
		y = p.tensorOf(l.in[1])
	}
	each := func(kind OpKind, run func(i int)) { p.perPicture(l.name, kind, dst.N, run) }
	switch op := l.op.(type) {
	case graph.Apply:
		f := functions[op.Function]
		each(OpActivation, func(i int) { f(picture(dst, i), picture(x, i)) })
	case graph.Add:
		planAdd(each, op, dst, x, y)
	case graph.Mul:
		row := isRow(x, y)
		each(OpArithmetic, func(i int) { multiply(picture(dst, i), picture(x, i), picture(y, i), row) })
	case graph.Modulate:
		z := p.tensorOf(l.in[2])
		each(OpArithmetic, func(i int) { modulate(picture(dst, i), picture(x, i), picture(y, i), picture(z, i)) })
	case graph.Mean:
		each(OpArithmetic, func(i int) { mean(picture(dst, i), picture(x, i)) })
	case graph.Unshuffle:
		each(OpMove, func(i int) { unshuffle(picture(dst, i), picture(x, i), x.H, x.W, x.C, op.Factor) })
	case graph.Shuffle:
		each(OpMove, func(i int) { shuffle(picture(dst, i), picture(x, i), dst.H, dst.W, dst.C, op) })
	case graph.Affine:
		each(OpArithmetic, func(i int) { affine(picture(dst, i), picture(x, i), op.Mul, op.Add) })
	case graph.Divide:
		each(OpArithmetic, func(i int) { kernel.Scale(picture(dst, i), picture(x, i), 1/y.Data[i]) })
	case graph.AvgPool:
		each(OpMove, func(i int) { kernel.AvgPool2x(picture(dst, i), picture(x, i), 1, x.H, x.W, x.C) })
	case graph.Upsample:
		each(OpMove, func(i int) { kernel.Upsample2x(picture(dst, i), picture(x, i), 1, x.H, x.W, x.C) })
	case graph.Concat:
		each(OpMove, func(i int) { concat(picture(dst, i), picture(x, i), picture(y, i), x.C, y.C) })
	case graph.Slice:
		each(OpMove, func(i int) { slice(picture(dst, i), picture(x, i), x.C, op.From, op.To) })
	default:
		panic(fmt.Sprintf("compile: no operation for %T", l.op))
	}
}

// planAdd appends dst = (x + y)·scale; y may be a row.
func planAdd(each func(OpKind, func(int)), op graph.Add, dst, x, y *tensor.Tensor) {
	row := isRow(x, y)
	each(OpArithmetic, func(i int) {
		if row {
			if dst != x {
				copy(picture(dst, i), picture(x, i))
			}
			kernel.AddBias(picture(dst, i), picture(y, i), x.H*x.W, x.C)
		} else {
			kernel.Add(picture(dst, i), picture(x, i), picture(y, i))
		}
		if op.Scale != 1 {
			kernel.Scale(picture(dst, i), picture(dst, i), op.Scale)
		}
	})
}

// isRow says whether y is a row for every pixel of x.
func isRow(x, y *tensor.Tensor) bool { return x.H*x.W > 1 && y.H*y.W == 1 }

// functions are what each graph.Function does to numbers, in place.
var functions = [...]func(dst, x []float32){
	graph.SiLU: kernel.SiLU, graph.ReLU: kernel.ReLU, graph.GELU: kernel.GELU, graph.GELUTanh: kernel.GELUTanh,
	graph.QuickGELU: kernel.QuickGELU, graph.Tanh: kernel.Tanh,
}

// planLayerNorm appends a layer norm.
func (p *placing) planLayerNorm(l *layer, dst *tensor.Tensor) {
	eps, x := l.op.(graph.LayerNorm).Eps, p.tensorOf(l.in[0])
	var gamma, beta []float32
	if norm, ok := p.weights[l].(*layerNorm); ok {
		gamma, beta = norm.gamma, norm.beta
	}
	p.perPicture(l.name, OpNorm, dst.N, func(i int) {
		kernel.LayerNorm(picture(dst, i), picture(x, i), gamma, beta, x.H*x.W, x.C, eps)
	})
}
