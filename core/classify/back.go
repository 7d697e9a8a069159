package classify

import (
	"tintype/core/grad"
	"tintype/core/nn"
	"tintype/core/tensor"
)

// backward appends the way back from the gradient at the outputs, dout [N,1,1,Outputs], to the result of conv_in, and
// returns the gradient there. With train it also appends the gradients of all weights but conv_in's.
func (n *Net) backward(p *nn.Plan, k *kept, dout *tensor.Tensor, train bool) *tensor.Tensor {
	dmean := n.head.Backward(p, dout)
	dy := grad.MeanBack(p, "mean", dmean, k.last.Y.H, k.last.Y.W)
	dh := n.norm.Backward(p, k.last, dy)
	p.Release(dmean)
	p.Release(dy)
	var dt *tensor.Tensor
	if train {
		n.head.Gradient(p, k.mean, dout)
		dt = p.New(k.t.N, 1, 1, k.t.C)
		p.Add(nn.Op{Name: "time_embedding", Kind: nn.OpMove, Run: func() { clear(dt.Data) }})
	}
	for i := len(n.blocks) - 1; i >= 0; i-- {
		dh = n.blocks[i].backward(p, &k.blocks[i], dh, k.t, dt)
	}
	if train {
		n.backwardTime(p, k, dt)
	}
	return dh
}

// backward appends the block's way back from dy, which it releases, and returns the gradient at its input. If dt is
// not nil it also appends the gradients of the weights, and adds that of the noise embedding to dt.
func (b *block) backward(p *nn.Plan, k *keptBlock, dy, t, dt *tensor.Tensor) *tensor.Tensor {
	dsecond := b.conv2.Backward(p, dy)
	du := b.norm2.Backward(p, k.second, dsecond)
	p.Release(dsecond)
	nn.AddInto(p, b.name, du, dy)
	if dt != nil {
		b.conv2.Gradient(p, k.second.Y, dy)
		b.conv1.Gradient(p, k.half, du)
		drows := grad.Sum(p, b.name, du)
		b.time.Gradient(p, t, drows)
		d := b.time.Backward(p, drows)
		nn.AddInto(p, b.name, dt, d)
		p.Release(drows)
		p.Release(d)
	}
	p.Release(dy)
	dhalf := b.conv1.Backward(p, du)
	dfirst := grad.AvgPoolBack(p, b.name, dhalf)
	dx := b.norm1.Backward(p, k.first, dfirst)
	p.Release(du)
	p.Release(dhalf)
	p.Release(dfirst)
	return dx
}

// backwardTime appends the gradients of the noise embedding's weights.
func (n *Net) backwardTime(p *nn.Plan, k *kept, dt *tensor.Tensor) {
	d2 := grad.SiLUBack(p, "time_embedding", k.t2, dt)
	n.time[1].Gradient(p, k.t1a, d2)
	d1 := grad.SiLUBack(p, "time_embedding", k.t1, n.time[1].Backward(p, d2))
	n.time[0].Gradient(p, k.level, d1)
}
