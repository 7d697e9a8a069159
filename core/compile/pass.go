package compile

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/tensor"
)

// A Pass is a network planned for one batch size and one picture size. Its methods
// allocate nothing. One call at a time: a Pass owns its activations.
type Pass struct {
	plan    Plan
	between func() error
	given   []*given
	outputs []*tensor.Tensor
}

// given is an input: what the caller of a pass brings under a name, for one Run.
type given struct {
	name    string
	t       *tensor.Tensor // Data is the caller's; of numbers, the shape alone
	numbers []int32
	whole   bool // numbers
	checks  []func(values []float32, numbers []int32) error
}

// Bounds of a plan. Sizes beyond them are mistakes; the first two keep products and
// the list of operations small enough to plan, the third is what a browser can be
// asked for.
const (
	maxFloats = 1 << 30 // of one tensor
	maxBatch  = 1 << 12 // items
	maxBytes  = 2 << 30 // of all activations
)

// Plan lays out a pass over n items with pictures of h x w pixels (of the network's
// own tensor) and allocates all it needs. between (nil allowed) is called after every
// operation; its error ends the pass and is returned.
func (n *Network) Plan(batch, h, w int, between func() error) (*Pass, error) {
	if batch < 1 || batch > maxBatch {
		return nil, fmt.Errorf("batch of %d pictures: expected 1 to %d", batch, maxBatch)
	}
	layers, err := n.layers(h, w)
	if err != nil {
		return nil, err
	}
	for _, l := range layers.all {
		if 8*l.shape.H > maxFloats/max(l.shape.W, 1)/max(l.shape.C, 1)/batch {
			return nil, fmt.Errorf("batch of %d pictures of %d x %d: too large for this network", batch, h, w)
		}
	}
	pass, err := plan(layers, n.weights, batch, between)
	if err != nil {
		return nil, fmt.Errorf("picture of %d x %d: %w", h, w, err)
	}
	if need := pass.plan.Bytes(); need > maxBytes {
		return nil, fmt.Errorf("batch of %d pictures of %d x %d: needs %d MiB of memory, expected at most %d: take fewer or smaller pictures",
			batch, h, w, need>>20, maxBytes>>20)
	}
	pass.plan.Commit()
	return pass, nil
}

// plan lays out a pass without allocating its activations.
func plan(layers *layers, all []weights, batch int, between func() error) (*Pass, error) {
	pass := &Pass{between: between, outputs: make([]*tensor.Tensor, len(layers.outputs))}
	holders := layers.holders()
	if len(holders) != len(all) {
		return nil, fmt.Errorf("the network has %d layers, %d were loaded", len(holders), len(all))
	}
	p := &placing{Plan: &pass.plan, n: batch, layers: layers, pass: pass, weights: map[*layer]weights{}, homes: map[*layer]*home{}}
	for i, l := range holders {
		p.weights[l] = all[i]
	}
	p.plan()
	return pass, nil
}

// give makes an input.
func (p *Pass) give(l *layer, t *tensor.Tensor) {
	p.given = append(p.given, &given{name: l.name, t: t, whole: l.op.(graph.Input).Numbers})
}

// input is the input of a name.
func (p *Pass) input(name string) (*given, error) {
	for _, g := range p.given {
		if g.name == name {
			return g, nil
		}
	}
	return nil, fmt.Errorf("this network has no input %s", name)
}

// Give says what an input is until the next Run is over: the values of all items, in
// order. They are checked now.
func (p *Pass) Give(name string, values []float32) error {
	g, err := p.input(name)
	if err != nil {
		return err
	}
	if g.whole || len(values) != g.t.Len() {
		return g.mismatch(len(values), "numbers")
	}
	for _, check := range g.checks {
		if err := check(values, nil); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	g.t.Data = values
	return nil
}

// GiveNumbers is Give for an input of whole numbers.
func (p *Pass) GiveNumbers(name string, values []int32) error {
	g, err := p.input(name)
	if err != nil {
		return err
	}
	if !g.whole || len(values) != g.t.Len() {
		return g.mismatch(len(values), "whole numbers")
	}
	for _, check := range g.checks {
		if err := check(nil, values); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	g.numbers = values
	return nil
}

func (g *given) mismatch(have int, kind string) error {
	want := "numbers"
	if g.whole {
		want = "whole numbers"
	}
	return fmt.Errorf("%s: found %d %s, expected %s of [N H W C] = %v", g.name, have, kind, want, []int{g.t.N, g.t.H, g.t.W, g.t.C})
}

// Run computes the outputs into dst, in order, [N,H,W,C] each. After it, inputs must
// be given again. If between ended it, dst is undefined.
func (p *Pass) Run(dst ...[]float32) error {
	if len(dst) != len(p.outputs) {
		return fmt.Errorf("this network has %d outputs, room is given for %d", len(p.outputs), len(dst))
	}
	for i, t := range p.outputs {
		if len(dst[i]) != t.Len() {
			return fmt.Errorf("output %d: room for %d numbers, expected %d", i, len(dst[i]), t.Len())
		}
	}
	for _, g := range p.given {
		if g.whole && g.numbers == nil || !g.whole && g.t.Data == nil {
			return fmt.Errorf("input %s was not given", g.name)
		}
	}
	for i, t := range p.outputs {
		t.Data = dst[i]
	}
	err := p.plan.Run(p.between)
	for _, t := range p.outputs {
		t.Data = nil
	}
	for _, g := range p.given {
		g.t.Data, g.numbers = nil, nil
	}
	return err
}

// Ops is the planned operations, for a profile.
func (p *Pass) Ops() []Op { return p.plan.Ops() }

// Bytes is the size of all activations together, each place counted once.
func (p *Pass) Bytes() int64 { return p.plan.Bytes() }

// Use is what the activations and the scratch add up to, in float32s.
func (p *Pass) Use() tensor.Use { return p.plan.Use() }
