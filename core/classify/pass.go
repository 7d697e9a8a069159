package classify

import (
	"fmt"

	"tintype/core/compile"
	"tintype/core/schedule"
	"tintype/core/tensor"
)

// Bounds of a plan.
const (
	maxBatch = 1 << 12 // pictures
	maxSide  = 1 << 9  // pixels
	maxBytes = 1 << 30 // of all activations
)

// Pass is a Net planned for one batch and one size of picture, forwards and back. Its methods allocate nothing. One
// call at a time: a Pass owns its activations.
type Pass struct {
	net     *Net
	plan    compile.Plan
	split   int // operations before the way back
	between func() error
	x, dx   *tensor.Tensor // [N,H,W,InChannels]
	level   *tensor.Tensor // [N,1,1,2·Harmonics]
	out     *tensor.Tensor // [N,1,1,Outputs]
	dout    *tensor.Tensor
	probs   []float64 // [Outputs], scratch
}

// Plan lays out a pass over n pictures of h x w pixels and allocates all it needs; h and w are multiples of
// Config().SizeMultiple(). between (nil allowed) is called after every operation; its error ends the pass and is
// returned.
func (n *Net) Plan(batch, h, w int, between func() error) (*Pass, error) {
	p, err := n.newPass(batch, h, w, between)
	if err != nil {
		return nil, err
	}
	dh := n.backward(&p.plan, n.start(p), p.dout, nil)
	p.dx = n.convIn.Backward(&p.plan, dh)
	return p, p.commit()
}

// newPass checks the size and plans the tensors that callers fill.
func (n *Net) newPass(batch, h, w int, between func() error) (*Pass, error) {
	m := n.cfg.SizeMultiple()
	switch {
	case batch < 1 || batch > maxBatch:
		return nil, fmt.Errorf("batch of %d pictures: the classifier takes 1 to %d", batch, maxBatch)
	case h < 1 || w < 1 || h%m != 0 || w%m != 0 || h > maxSide || w > maxSide:
		return nil, fmt.Errorf("picture of %d x %d: the classifier takes sides that are multiples of %d up to %d", h, w, m, maxSide)
	}
	p := &Pass{net: n, between: between, probs: make([]float64, n.cfg.Outputs)}
	p.x = p.plan.New(batch, h, w, n.cfg.InChannels)
	p.level = p.plan.New(batch, 1, 1, 2*n.cfg.Harmonics)
	p.dout = p.plan.New(batch, 1, 1, n.cfg.Outputs)
	return p, nil
}

// start appends the way forward.
func (n *Net) start(p *Pass) *kept {
	k := n.forward(&p.plan, p.x, p.level)
	p.out, p.split = k.out, len(p.plan.Ops())
	return k
}

func (p *Pass) commit() error {
	if need := p.plan.Bytes(); need > maxBytes {
		return fmt.Errorf("the classifier needs %d MiB of memory, expected at most %d: take fewer or smaller pictures", need>>20, maxBytes>>20)
	}
	p.plan.Commit()
	return nil
}

// Bytes is the size of all activations together.
func (p *Pass) Bytes() int64 { return p.plan.Bytes() }

// Forward computes the outputs f(x) of every picture, [N,Outputs], valid until the next call. x is [N,H,W,InChannels]
// at level l.
func (p *Pass) Forward(x []float32, l schedule.Level) ([]float32, error) {
	if len(x) != p.x.Len() {
		return nil, fmt.Errorf("classifier: %d values, expected %d", len(x), p.x.Len())
	}
	scale := float32(1 / rate(l))
	for i, v := range x {
		p.x.Data[i] = scale * v
	}
	first := p.level.Data[:p.level.C]
	harmonics(first, l)
	for at := len(first); at < len(p.level.Data); at += len(first) {
		copy(p.level.Data[at:], first)
	}
	if err := p.run(0, p.split); err != nil {
		return nil, err
	}
	return p.out.Data, nil
}

// back computes dst = scale·∂/∂x from the gradient at the outputs, which the caller has put into p.dout.
func (p *Pass) back(dst []float32, l schedule.Level) error {
	if err := p.run(p.split, len(p.plan.Ops())); err != nil {
		return err
	}
	scale := float32(1 / rate(l)) // the picture was scaled by it on its way in
	for i, v := range p.dx.Data {
		dst[i] = scale * v
	}
	return nil
}

// run runs operations from to to.
func (p *Pass) run(from, to int) error {
	ops := p.plan.Ops()
	for i := from; i < to; i++ {
		ops[i].Run()
		if p.between != nil {
			if err := p.between(); err != nil {
				return err
			}
		}
	}
	return nil
}
