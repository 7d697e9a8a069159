// Package compile makes fast passes of networks that package graph describes.
//
// A description becomes layers (layer.go), rewrites put layers into each other
// (rewrite.go), weights are loaded and packed for what is left (weights.go), and a
// pass is planned once per (batch, height, width) into a flat list of operations over
// one arena (place.go, plan.go). Everything is decided and allocated while planning:
// the order, the places, the closures. A pass runs the list and allocates nothing.
package compile

import (
	"fmt"

	"tintype/core/graph"
)

// A Describe describes a network for pictures of h x w pixels, of the network's own
// tensor; one that takes no pictures ignores both.
type Describe func(h, w int) (*graph.Graph, error)

// A Network is a described network with its weights packed.
type Network struct {
	describe Describe
	weights  []weights // of each holder, in order
	last     *layers   // what was made last, for pictures of h x w pixels
	h, w     int
	bytes    int64 // of all weights
}

// New loads, widens and packs the weights of a network from src, one tensor at a
// time, in the order in which diffusers' files hold them (by name), so that a source
// that streams need keep little. h and w are the size of the pictures that it is
// meant for, which decides how its convolutions are computed.
func New(describe Describe, h, w int, src Source) (*Network, error) {
	n := &Network{describe: describe}
	layers, err := n.layers(h, w)
	if err != nil {
		return nil, err
	}
	l := NewLoader(src)
	if n.weights, err = layers.load(l); err != nil {
		return nil, err
	}
	n.bytes = l.Bytes()
	return n, nil
}

// Bytes is what the packed weights take.
func (n *Network) Bytes() int64 { return n.bytes }

// layers are the network's for pictures of h x w pixels. Most passes are of one size.
func (n *Network) layers(h, w int) (*layers, error) {
	if n.last != nil && n.h == h && n.w == w {
		return n.last, nil
	}
	g, err := n.describe(h, w)
	if err != nil {
		return nil, err
	}
	if err := g.Err(); err != nil {
		return nil, fmt.Errorf("picture of %d x %d: %w", h, w, err)
	}
	l := read(g)
	l.rewrite()
	n.last, n.h, n.w = l, h, w
	return l, nil
}
