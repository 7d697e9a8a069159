package nn

import (
	"fmt"

	"tintype/core/graph"
)

// TransformerConfig is the shape of a Transformer.
type TransformerConfig struct {
	Heads     int
	Layers    int
	Groups    int  // of the norm before it
	Linear    bool // proj_in and proj_out are matrices; else 1x1 convolutions, which are stored otherwise
	OnlyCross bool // the first attention of a block reads the text too
	Text      *graph.Node
}

// transformerEps is the ε of the group norm before a Transformer, whatever the network's.
const transformerEps = 1e-6

// Transformer appends diffusers' Transformer2DModel over the pixels of a picture:
//
//	h = proj_in(norm(x))
//	h = h + attn1(norm1(h));  h = h + attn2(norm2(h), text);  h = h + ff(norm3(h))   each block
//	y = proj_out(h) + x
//
// with name.{norm,proj_in,transformer_blocks.D,proj_out}.
func Transformer(g *graph.Graph, name string, c TransformerConfig, x *graph.Node) *graph.Node {
	channels := x.Shape.C
	project := Conv1x1
	if c.Linear {
		project = Linear
	}
	h := g.Add(name+".norm", graph.GroupNorm{Groups: c.Groups, Eps: transformerEps}, x)
	h = project(g, name+".proj_in", h, channels)
	for d := range c.Layers {
		h = transformerBlock(g, fmt.Sprintf("%s.transformer_blocks.%d", name, d), c, h)
	}
	return Sum(g, name, project(g, name+".proj_out", h, channels), x)
}

func transformerBlock(g *graph.Graph, name string, c TransformerConfig, x *graph.Node) *graph.Node {
	channels := x.Shape.C
	a := AttentionConfig{Heads: c.Heads, Inner: channels, Out: channels}
	h := layerNorm(g, name+".norm1", x)
	first := h
	if c.OnlyCross {
		first = c.Text
	}
	x = Sum(g, name+".attn1", Attention(g, name+".attn1", a, h, first), x)
	x = Sum(g, name+".attn2", Attention(g, name+".attn2", a, layerNorm(g, name+".norm2", x), c.Text), x)
	return Sum(g, name+".ff", geglu(g, name+".ff", layerNorm(g, name+".norm3", x)), x)
}

// layerNorm appends the layer norm of a transformer.
func layerNorm(g *graph.Graph, name string, x *graph.Node) *graph.Node {
	return g.Add(name, graph.LayerNorm{Eps: 1e-5}, x)
}

// geglu appends the feed-forward layer with a gate (Shazeer, arXiv 2002.05202):
//
//	y = net.2(value · gelu(gate)), [value | gate] = net.0.proj(x), four times as wide as x each
func geglu(g *graph.Graph, name string, x *graph.Node) *graph.Node {
	inner := 4 * x.Shape.C
	both := Linear(g, name+".net.0.proj", x, 2*inner)
	value := g.Add(name, graph.Slice{From: 0, To: inner}, both)
	gate := g.Add(name, graph.Apply{Function: graph.GELU}, g.Add(name, graph.Slice{From: inner, To: 2 * inner}, both))
	return Linear(g, name+".net.2", g.Add(name, graph.Mul{}, value, gate), x.Shape.C)
}

// MLP appends two linear layers with a function between them, inner channels wide.
func MLP(g *graph.Graph, first, second string, f graph.Function, inner int, x *graph.Node) *graph.Node {
	h := g.Add(first, graph.Apply{Function: f}, Linear(g, first, x, inner))
	return Linear(g, second, h, x.Shape.C)
}
