package arch

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/nn"
)

// A ladder is what U-Nets have in common: levels down, each half the size of the one
// before, a middle, and levels up, which also read what was made on the way down.
//
//	down:   every layer's result and every halving's is kept
//	middle
//	up:     every layer reads [h, the last kept result], taken off the end
type ladder struct {
	down, up []rung
	middle   func(x *graph.Node) *graph.Node // nil: none
}

// A rung is one level, on the way down or up.
type rung struct {
	layers int
	// layer appends layer j over x.
	layer func(block string, j int, x *graph.Node) *graph.Node
	// change appends the step to the next level; nil: this is the last.
	change func(block string, x *graph.Node) *graph.Node
}

// describe appends the ladder over x and returns the result of the last level up.
func (l ladder) describe(g *graph.Graph, x *graph.Node) *graph.Node {
	kept := []*graph.Node{x}
	for i, r := range l.down {
		block := fmt.Sprintf("down_blocks.%d", i)
		for j := range r.layers {
			x = r.layer(block, j, x)
			kept = append(kept, x)
		}
		if r.change != nil {
			x = r.change(block, x)
			kept = append(kept, x)
		}
	}
	if l.middle != nil {
		x = l.middle(x)
	}
	for i, r := range l.up {
		block := fmt.Sprintf("up_blocks.%d", i)
		for j := range r.layers {
			last := len(kept) - 1
			x = r.layer(block, j, g.Add(block, graph.Concat{}, x, kept[last]))
			kept = kept[:last]
		}
		if r.change != nil {
			x = r.change(block, x)
		}
	}
	return x
}

// sampler is a change by a convolution or by a resnet: diffusers' downsamplers.0 and
// upsamplers.0. res is the shape of the resnet, nil for a convolution.
func sampler(g *graph.Graph, to nn.Resample, margin graph.Margin, res *nn.ResBlockConfig) func(string, *graph.Node) *graph.Node {
	part := ".downsamplers.0"
	if to == nn.ResampleUp {
		part = ".upsamplers.0"
	}
	return func(block string, x *graph.Node) *graph.Node {
		switch {
		case res != nil:
			c := *res
			c.Resample = to
			return nn.ResBlock(g, block+part, c, x)
		case to == nn.ResampleUp:
			return nn.Up(g, block+part, x)
		}
		return nn.Down(g, block+part, x, margin)
	}
}
