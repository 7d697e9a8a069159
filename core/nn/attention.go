package nn

import "tintype/core/graph"

// PixelAttentionConfig is the shape of a PixelAttention.
type PixelAttentionConfig struct {
	HeadDim int // channels of one head; C/HeadDim heads, rounded down as diffusers does
	Groups  int // of the norm before it; 0: no norm
	Eps     float32
	Divisor float32 // of the result (diffusers' rescale_output_factor)
}

// PixelAttention appends self-attention over the pixels of a picture:
//
//	y = (x + to_out(attention(to_q(h), to_k(h), to_v(h)))) / divisor, h = group_norm(x)
//
// with name.{group_norm,to_q,to_k,to_v,to_out.0}. Where HeadDim does not divide the
// channels, the heads hold fewer than the picture and to_out leads back.
func PixelAttention(g *graph.Graph, name string, c PixelAttentionConfig, x *graph.Node) *graph.Node {
	h := x
	if c.Groups != 0 {
		h = g.Add(name+".group_norm", graph.GroupNorm{Groups: c.Groups, Eps: c.Eps}, x)
	}
	heads := x.Shape.C / c.HeadDim
	y := Attention(g, name, AttentionConfig{Heads: heads, Inner: heads * c.HeadDim, Out: x.Shape.C, Bias: true}, h, h)
	return g.Add(name, graph.Add{Scale: 1 / c.Divisor}, y, x)
}

// AttentionConfig is the shape of an Attention.
type AttentionConfig struct {
	Heads int
	Inner int // channels of all heads
	Out   int
	Bias  bool // of to_q, to_k and to_v; to_out.0 always has one
}

// Attention appends name.{to_q,to_k,to_v,to_out.0}: queries of x attend to keys and
// values of y, which is x in self-attention.
func Attention(g *graph.Graph, name string, c AttentionConfig, x, y *graph.Node) *graph.Node {
	in := graph.Linear{Out: c.Inner, NoBias: !c.Bias}
	q := g.Add(name+".to_q", in, x)
	k := g.Add(name+".to_k", in, y)
	v := g.Add(name+".to_v", in, y)
	o := g.Add(name, graph.Attention{Heads: c.Heads}, q, k, v)
	return Linear(g, name+".to_out.0", o, c.Out)
}
