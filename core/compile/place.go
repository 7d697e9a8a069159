package compile

import (
	"math"

	"tintype/core/graph"
	"tintype/core/tensor"
)

// A home is where the results of some layers lie, one after the other: a layer that
// may write where it reads does, if nothing reads that later.
type home struct {
	t        *tensor.Tensor
	last     int  // the index of the layer that reads it last; never for what is given or asked for
	external bool // not in the arena: an input or an output
}

const never = math.MaxInt

// placing plans a network's layers over a batch of n.
type placing struct {
	*Plan
	n       int
	layers  *layers
	weights map[*layer]weights
	homes   map[*layer]*home
	pass    *Pass
}

// assign gives every layer's result a home.
func (p *placing) assign() {
	last := map[*layer]int{}
	for i, l := range p.layers.all {
		for _, r := range l.reads() {
			last[r.of] = i
		}
	}
	for _, l := range p.layers.outputs {
		last[l] = never
	}
	for i, l := range p.layers.all {
		at, ok := last[l]
		if !ok {
			at = i // nothing reads it
		}
		if over := l.over(); over != nil {
			if h := p.homes[over]; h.last == i && !h.external {
				h.last = at
				p.homes[l] = h
				continue
			}
		}
		p.homes[l] = &home{last: at}
		if is[graph.Input](l) {
			p.homes[l].external, p.homes[l].last = true, never
		}
	}
	for i, l := range p.layers.outputs {
		h := p.homes[l]
		h.external = true
		h.t = p.tensor(l.shape)
		p.pass.outputs[i] = h.t
	}
}

// tensor is one outside the arena, whose data the caller of a pass brings.
func (p *placing) tensor(s graph.Shape) *tensor.Tensor {
	return &tensor.Tensor{N: p.n, H: s.H, W: s.W, C: s.C}
}

// over is the layer whose result l may write over, if nothing reads that later: one
// of the same shape, which l reads element by element or, a convolution, ahead of
// what it writes.
func (l *layer) over() *layer {
	if len(l.in) == 0 || l.in[0].from != 0 || l.in[0].of.shape != l.shape {
		return nil
	}
	first := l.in[0].of
	for _, r := range l.reads()[1:] {
		if r.of == first {
			return nil
		}
	}
	switch op := l.op.(type) {
	case graph.Conv:
		if op.Stride != 1 || l.double || len(l.in) != 1 {
			return nil
		}
	case graph.Apply, graph.Add, graph.Mul, graph.Affine, graph.Modulate, graph.Divide, graph.AddTable, graph.Learned, graph.LayerNorm:
	default:
		return nil
	}
	return first
}

// plan appends every layer, and frees the homes that nothing reads any more.
func (p *placing) plan() {
	p.assign()
	for i, l := range p.layers.all {
		h := p.homes[l]
		if h.t == nil {
			if s := l.shape; h.external {
				h.t = p.tensor(s)
			} else {
				h.t = p.New(p.n, s.H, s.W, s.C)
			}
		}
		p.planLayer(l, h.t)
		p.free(i, l)
	}
}

// free releases what layer number i was the last to read, or made for nobody.
func (p *placing) free(i int, l *layer) {
	seen := map[*home]bool{}
	for _, r := range append(l.reads(), whole(l)) {
		h := p.homes[r.of]
		if h.last == i && !h.external && !seen[h] {
			seen[h] = true
			p.Release(h.t)
		}
	}
}

// of is where a part lies.
func (p *placing) of(x part) channels { return channels{p.homes[x.of].t, x.from} }

// tensorOf is the tensor of a part that is a whole result.
func (p *placing) tensorOf(x part) *tensor.Tensor {
	if x.from != 0 {
		panic("compile: a part where a whole result is read")
	}
	return p.homes[x.of].t
}

// join is where one or two parts lie.
func (p *placing) join(in []part) joined {
	var j joined
	if len(in) > 0 {
		j.a = p.tensorOf(in[0])
	}
	if len(in) > 1 {
		j.b = p.tensorOf(in[1])
	}
	return j
}
