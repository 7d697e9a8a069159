// Package nn has the layers that networks are described with: functions that append
// nodes to a graph. Each has a small configuration of its own and knows no network's.
// Names of learned tensors are those of diffusers and transformers.
package nn

import "tintype/core/graph"

// Linear appends name.{weight,bias}: y = W x + b for every pixel.
func Linear(g *graph.Graph, name string, x *graph.Node, out int) *graph.Node {
	return g.Add(name, graph.Linear{Out: out}, x)
}

// Conv1x1 is Linear stored as a 1x1 convolution.
func Conv1x1(g *graph.Graph, name string, x *graph.Node, out int) *graph.Node {
	return g.Add(name, graph.Linear{Out: out, Kernel: 1}, x)
}

// Conv appends a 3x3 convolution with stride 1 that keeps the picture's size.
func Conv(g *graph.Graph, name string, x *graph.Node, out int) *graph.Node {
	return g.Add(name, graph.Conv{Out: out, Stride: 1, Margin: graph.MarginAround}, x)
}

// SiLU appends x·σ(x).
func SiLU(g *graph.Graph, name string, x *graph.Node) *graph.Node {
	return g.Add(name, graph.Apply{Function: graph.SiLU}, x)
}

// Sum appends x + y; y may be a row.
func Sum(g *graph.Graph, name string, x, y *graph.Node) *graph.Node {
	return g.Add(name, graph.Add{Scale: 1}, x, y)
}

// NormAct appends silu(norm(x)).
func NormAct(g *graph.Graph, name string, x *graph.Node, groups int, eps float32) *graph.Node {
	return SiLU(g, name, g.Add(name, graph.GroupNorm{Groups: groups, Eps: eps}, x))
}

// Up appends name.conv over doubled pixels: diffusers' Upsample2D with use_conv.
func Up(g *graph.Graph, name string, x *graph.Node) *graph.Node {
	return Conv(g, name+".conv", g.Add(name, graph.Upsample{}, x), x.Shape.C)
}

// Down appends name.conv with stride 2: diffusers' Downsample2D with use_conv; margin
// is what the configuration's downsample_padding asks for.
func Down(g *graph.Graph, name string, x *graph.Node, margin graph.Margin) *graph.Node {
	return g.Add(name+".conv", graph.Conv{Out: x.Shape.C, Stride: 2, Margin: margin}, x)
}

// Embedding appends the two-layer network behind a time's row:
// name.linear_2(silu(name.linear_1(row))).
func Embedding(g *graph.Graph, name string, row *graph.Node, width int) *graph.Node {
	h := Linear(g, name+".linear_1", row, width)
	return Linear(g, name+".linear_2", SiLU(g, name, h), width)
}
