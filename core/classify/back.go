package classify

import (
	"tintype/core/compile"
	"tintype/core/grad"
	"tintype/core/tensor"
)

// slopes are the gradients at a block's result and at its u: what the gradients of its weights are made of.
type slopes struct{ y, u *tensor.Tensor }

// backward appends the way back from the gradient at the outputs, dout [N,1,1,Outputs], to the result of conv_in, and
// returns the gradient there. Unless keep is nil, it leaves the blocks' slopes in it, and in their places in memory:
// training, which alone needs them, is in a file of its own, so that a program without it is smaller.
func (n *Net) backward(p *compile.Plan, k *kept, dout *tensor.Tensor, keep []slopes) *tensor.Tensor {
	dmean := n.head.Backward(p, dout)
	dy := grad.MeanBack(p, "mean", dmean, k.last.Y.H, k.last.Y.W)
	dh := n.norm.Backward(p, k.last, dy)
	p.Release(dmean)
	p.Release(dy)
	for i := len(n.blocks) - 1; i >= 0; i-- {
		dx, s := n.blocks[i].backward(p, &k.blocks[i], dh)
		if keep != nil {
			keep[i] = s
		} else {
			p.Release(s.y)
			p.Release(s.u)
		}
		dh = dx
	}
	return dh
}

// backward appends the block's way back from dy and returns the gradient at its input.
func (b *block) backward(p *compile.Plan, k *keptBlock, dy *tensor.Tensor) (dx *tensor.Tensor, s slopes) {
	dsecond := b.conv2.Backward(p, dy)
	du := b.norm2.Backward(p, k.second, dsecond)
	p.Release(dsecond)
	grad.AddInto(p, b.name, du, dy)
	dhalf := b.conv1.Backward(p, du)
	dfirst := grad.AvgPoolBack(p, b.name, dhalf)
	dx = b.norm1.Backward(p, k.first, dfirst)
	p.Release(dhalf)
	p.Release(dfirst)
	return dx, slopes{dy, du}
}
