// Package arch builds networks from their diffusers configurations.
//
// A configuration is typed and checked; strings and JSON end at the edge, in package model.
package arch

import (
	"fmt"

	"tintype/core/kernel"
	"tintype/core/nn"
	"tintype/core/tensor"
)

// Net is a network planned for one batch size and one picture size.
//
// Forward computes dst from x, both NHWC; times holds one time per picture, as the checkpoint's time input wants
// it, and cond one row per picture, nil for a network without a condition. It allocates nothing. After every
// operation it calls the Between that the plan was made with, whose error ends the pass and is returned; dst is
// then undefined. One pass at a time: a Net owns its activations.
type Net interface {
	Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error
}

// inputs are the arguments of the pass that runs, copied or bound where the planned operations find them.
type inputs struct {
	x, dst *tensor.Tensor // the caller's Data, bound for the time of a pass
	times  []float32      // [N]
	cond   tensor.Cond    // of its slices only the one that the network reads has room
}

// pass is a planned UNet2D.
type pass struct {
	net     *UNet2D
	plan    nn.Plan
	in      inputs
	between func() error
}

// Bounds of a plan. Sizes beyond them are mistakes; the first two keep products and the list of operations small
// enough to plan, the third is what a browser can be asked for.
const (
	maxFloats = 1 << 30 // of one tensor
	maxBatch  = 1 << 12 // pictures
	maxBytes  = 2 << 30 // of all activations
)

// Plan lays out a pass over n pictures of h x w pixels (of the network's own tensor) and allocates all it needs.
// h and w are multiples of Config().SizeMultiple(). between (nil allowed) is called after every operation.
func (u *UNet2D) Plan(n, h, w int, between func() error) (Net, error) {
	c := u.cfg
	if n < 1 || n > maxBatch {
		return nil, fmt.Errorf("batch of %d pictures: expected 1 to %d", n, maxBatch)
	}
	if m := c.SizeMultiple(); h < 1 || w < 1 || h%m != 0 || w%m != 0 {
		return nil, fmt.Errorf("picture of %d x %d: this network needs height and width that are multiples of %d", h, w, m)
	}
	// The widest tensor: two levels' channels joined, at most doubled in size and framed.
	widest := 8
	for _, channels := range append([]int{c.InChannels, c.OutChannels}, c.BlockOutChannels...) {
		widest = max(widest, 8*channels)
	}
	if limit := maxFloats / widest; h > limit || w > limit || n > limit/h/w {
		return nil, fmt.Errorf("batch of %d pictures of %d x %d: too large for this network", n, h, w)
	}
	p := &pass{net: u, between: between}
	p.in = inputs{
		x:     &tensor.Tensor{N: n, H: h, W: w, C: c.InChannels},
		dst:   &tensor.Tensor{N: n, H: h, W: w, C: c.OutChannels},
		times: make([]float32, n),
	}
	switch c.Condition() {
	case CondLabels:
		p.in.cond.Labels = make([]int32, n)
	case CondValues:
		p.in.cond.Values = make([]float32, n)
	case CondRows:
		p.in.cond.Rows = make([]float32, n*c.TimeEmbedDim())
	}
	u.plan(&p.plan, &p.in)
	if need := p.plan.Bytes(); need > maxBytes {
		return nil, fmt.Errorf("batch of %d pictures of %d x %d: needs %d MiB of memory, expected at most %d: take fewer or smaller pictures",
			n, h, w, need>>20, maxBytes>>20)
	}
	p.plan.Commit()
	return p, nil
}

// plan appends the whole network.
func (u *UNet2D) plan(p *nn.Plan, in *inputs) {
	t := u.embed(p, in)
	x := in.x
	if u.cfg.CenterInputSample {
		x = p.New(x.N, x.H, x.W, x.C)
		p.Add(nn.Op{Name: "center_input_sample", Kind: nn.OpArithmetic, Run: func() { center(x.Data, in.x.Data) }})
	}
	h := u.convIn.Plan(p, x)
	if x != in.x {
		p.Release(x)
	}
	h = u.planUp(p, u.planDown(p, h, t), t)
	p.Release(t)
	u.out.PlanInto(p, in.dst, h)
	p.Release(h)
	if u.cfg.TimeEmbeddingType == TimeFourier {
		p.Add(nn.Op{Name: "divide by the noise level", Kind: nn.OpArithmetic, Run: in.divideByTimes})
	}
}

// planDown appends the way down over h and returns the kept results; the last is the deepest level's.
func (u *UNet2D) planDown(p *nn.Plan, h, t *tensor.Tensor) (kept []*tensor.Tensor) {
	kept = append(kept, h)
	for _, v := range u.down {
		for j := range v.resnets {
			h = v.planLayer(p, j, nn.Joined{A: h}, t)
			kept = append(kept, h)
		}
		if next := v.planChange(p, h, t); next != nil {
			h = next
			kept = append(kept, h)
		}
	}
	return kept
}

// planUp appends the middle and the way up over the kept results, each released after its one use, and returns
// the first level's result.
func (u *UNet2D) planUp(p *nn.Plan, kept []*tensor.Tensor, t *tensor.Tensor) *tensor.Tensor {
	h := kept[len(kept)-1]
	deepest := h // also the first to be joined: h must not release it before that
	if u.mid != nil {
		h = u.mid.plan(p, h, t)
	}
	for _, v := range u.up {
		for j := range v.resnets {
			skip := kept[len(kept)-1]
			kept = kept[:len(kept)-1]
			next := v.planLayer(p, j, nn.Joined{A: h, B: skip}, t)
			if h != deepest {
				p.Release(h)
			}
			p.Release(skip)
			h = next
		}
		if next := v.planChange(p, h, t); next != nil {
			p.Release(h)
			h = next
		}
	}
	return h
}

// center computes dst = 2x - 1; doubling is exact.
func center(dst, x []float32) {
	kernel.Scale(dst, x, 2)
	for i := range dst {
		dst[i]--
	}
}
