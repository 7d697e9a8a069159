package compile

import (
	"slices"

	"tintype/core/graph"
)

// A layer is a node of a network on its way from the description to operations.
// Rewrites (rewrite.go) put other nodes into it: what they do then costs no pass of
// its own over memory.
type layer struct {
	op    graph.Op
	name  string
	in    []part
	shape graph.Shape // of its result

	// Of a convolution:
	affine   *layer // gain and shift of a norm, applied with SiLU while in is read
	double   bool   // every pixel of in is read twice both ways
	rows     *layer // a row added to every pixel, the bias in it; nil: the bias
	residual []part // added to the result; two are joined
	through  *layer // a Linear that the residual goes through on its way
	scale    float32

	// Of a linear layer: the maps whose results stand side by side. Nil: its own alone.
	maps []linearMap

	// Of a norm:
	asAffine bool   // its result is the gain and shift of every channel, [1,1,2C]
	modulate []part // scale and shift that are worked into those

	// Of a convolution or linear layer: applied to its result, after.
	after    graph.Function
	hasAfter bool
}

// A part is channels of a layer's result, from one on.
type part struct {
	of   *layer
	from int
}

// whole is all of a layer's result.
func whole(l *layer) part { return part{of: l} }

// A linearMap is x -> then(first(x)), or first alone if then is nil. With turned, it
// is x -> thenᵀ first(x), without then's bias.
type linearMap struct {
	first, then *layer
	turned      bool
}

// layers are a network's, in an order in which each comes after what it reads.
type layers struct {
	all     []*layer
	outputs []*layer
}

// read makes a layer of every node.
func read(g *graph.Graph) *layers {
	n := &layers{}
	of := make(map[*graph.Node]*layer, len(g.Nodes))
	for _, node := range g.Nodes {
		l := &layer{op: node.Op, name: node.Name, shape: node.Shape}
		for _, in := range node.In {
			l.in = append(l.in, whole(of[in]))
		}
		of[node] = l
		n.all = append(n.all, l)
	}
	for _, node := range g.Outputs {
		n.outputs = append(n.outputs, of[node])
	}
	n.drop()
	return n
}

// reads lists what a layer reads, through whatever was put into it.
func (l *layer) reads() []part {
	all := slices.Concat(l.in, l.residual, l.modulate)
	for _, other := range []*layer{l.affine, l.rows} {
		if other != nil {
			all = append(all, whole(other))
		}
	}
	return all
}

// users lists the layers that read each layer, an output once more as nil.
func (n *layers) users() map[*layer][]*layer {
	all := make(map[*layer][]*layer, len(n.all))
	for _, l := range n.all {
		for _, p := range l.reads() {
			all[p.of] = append(all[p.of], l)
		}
	}
	for _, l := range n.outputs {
		all[l] = append(all[l], nil)
	}
	return all
}

// only says whether user alone reads l, and once.
func only(users map[*layer][]*layer, l, user *layer) bool {
	u := users[l]
	return len(u) == 1 && u[0] == user
}

// replace has everything that reads old read by instead.
func (n *layers) replace(old, by *layer) {
	change := func(parts []part) {
		for i := range parts {
			if parts[i].of == old {
				parts[i].of = by
			}
		}
	}
	for _, l := range n.all {
		change(l.in)
		change(l.residual)
		change(l.modulate)
		if l.affine == old {
			l.affine = by
		}
		if l.rows == old {
			l.rows = by
		}
	}
	for i, l := range n.outputs {
		if l == old {
			n.outputs[i] = by
		}
	}
}

// drop removes layers that nothing reads any more.
func (n *layers) drop() {
	alive := make(map[*layer]bool, len(n.all))
	for _, l := range n.outputs {
		alive[l] = true
	}
	for i := len(n.all) - 1; i >= 0; i-- {
		l := n.all[i]
		if _, given := l.op.(graph.Input); given {
			alive[l] = true
		}
		if !alive[l] {
			continue
		}
		for _, p := range l.reads() {
			alive[p.of] = true
		}
	}
	kept := n.all[:0]
	for _, l := range n.all {
		if alive[l] {
			kept = append(kept, l)
		}
	}
	n.all = kept
}
