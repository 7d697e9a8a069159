package arch

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/graph"
	"tintype/core/nn"
)

// DiTConfig is the configuration of diffusers' DiTTransformer2DModel (Peebles and Xie,
// arXiv 2212.09748).
type DiTConfig struct {
	SampleSize              int // latents are SampleSize x SampleSize
	InChannels, OutChannels int
	PatchSize               int
	Heads, HeadDim, Layers  int
	Classes                 int // num_embeds_ada_norm; the null class is one more
	AttentionBias           bool
	Function                graph.Function // activation_fn
	NormEps                 float32
}

// The widths and epsilons that diffusers fixes.
const (
	ditTimeWidth = 256
	ditOutEps    = 1e-6
)

// Describe describes the network for latents of h x w pixels.
//
//	x = pos_embed.proj(patches) + positions
//	each block: [shift1 | scale1 | gate1 | shift2 | scale2 | gate2] = norm1.linear(silu(c)), c = norm1.emb(time, class)
//	            x = x + gate1·attn1(norm(x)·(1 + scale1) + shift1)
//	            x = x + gate2·ff(norm(x)·(1 + scale2) + shift2)
//	y = patches of proj_out_2(norm(x)·(1 + scale) + shift), [shift | scale] = proj_out_1(silu(c of the first block))
func (c DiTConfig) Describe(h, w int) (*graph.Graph, error) {
	if p := c.PatchSize; h < p || h != w || h%p != 0 {
		return nil, fmt.Errorf("latents of %d x %d: this network needs a square whose side is a multiple of %d", h, w, p)
	}
	g := &graph.Graph{}
	x := g.Add(Sample, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.InChannels}})
	time := g.Add(Timestep, graph.Input{Shape: graph.Row(1)})
	label := g.Add(ClassLabels, graph.Input{Shape: graph.Row(1), Numbers: true})
	row := g.Add("time_proj", graph.Sinusoid{Width: ditTimeWidth, Shift: 1, CosineFirst: true}, time)
	width := c.Heads * c.HeadDim
	x = g.Add("pos_embed.proj", graph.Linear{Out: width, Kernel: c.PatchSize}, g.Add("pos_embed", graph.Unshuffle{Factor: c.PatchSize}, x))
	x = g.Add("pos_embed", graph.AddTable{Table: c.positions(h / c.PatchSize)}, x)
	var first *graph.Node
	for i := range c.Layers {
		name := fmt.Sprintf("transformer_blocks.%d", i)
		e := name + ".norm1.emb"
		t := nn.Embedding(g, e+".timestep_embedder", row, width)
		t = nn.Sum(g, e, t, g.Add(e+".class_embedder.embedding_table", graph.Lookup{Count: c.Classes + 1, Width: width}, label))
		t = nn.SiLU(g, e, t)
		if i == 0 {
			first = t
		}
		x = c.block(g, name, x, t)
	}
	parts := chunks(g, "proj_out_1", nn.Linear(g, "proj_out_1", first, 2*width), 2)
	x = g.Add("norm_out", graph.Modulate{}, g.Add("norm_out", graph.LayerNorm{Eps: ditOutEps, Plain: true}, x), parts[1], parts[0])
	x = nn.Linear(g, "proj_out_2", x, c.PatchSize*c.PatchSize*c.OutChannels)
	g.Outputs = []*graph.Node{g.Add("unpatchify", graph.Shuffle{Factor: c.PatchSize, Last: true}, x)}
	return g, g.Err()
}

func (c DiTConfig) block(g *graph.Graph, name string, x, t *graph.Node) *graph.Node {
	width := c.Heads * c.HeadDim
	m := chunks(g, name+".norm1.linear", nn.Linear(g, name+".norm1.linear", t, 6*width), 6)
	norm := func(eps float32, shift, scale *graph.Node) *graph.Node {
		return g.Add(name, graph.Modulate{}, g.Add(name, graph.LayerNorm{Eps: eps, Plain: true}, x), scale, shift)
	}
	gated := func(y, gate *graph.Node) *graph.Node {
		return nn.Sum(g, name, g.Add(name, graph.Mul{}, y, gate), x)
	}
	h := norm(ditOutEps, m[0], m[1])
	x = gated(nn.Attention(g, name+".attn1", nn.AttentionConfig{Heads: c.Heads, Inner: width, Out: width, Bias: c.AttentionBias}, h, h), m[2])
	h = norm(c.NormEps, m[3], m[4])
	return gated(nn.MLP(g, name+".ff.net.0.proj", name+".ff.net.2", c.Function, 4*width, h), m[5])
}

// chunks cuts a row into equal parts.
func chunks(g *graph.Graph, name string, row *graph.Node, n int) (parts []*graph.Node) {
	size := row.Shape.C / n
	for i := range n {
		parts = append(parts, g.Add(name, graph.Slice{From: i * size, To: (i + 1) * size}, row))
	}
	return parts
}

// positions is diffusers' table of sines and cosines, [side,side,width]: of a patch's
// column in the first half of the channels, of its row in the second,
//
//	[sin(p w_i) | cos(p w_i)], w_i = 10000^(-i/(width/4)), i < width/4
//
// It is made for the grid of SampleSize; p is scaled where the picture is larger.
func (c DiTConfig) positions(side int) []float32 {
	width := c.Heads * c.HeadDim
	quarter := width / 4
	scale := float64(side) / float64(c.SampleSize/c.PatchSize)
	table := make([]float32, side*side*width)
	for at := range side * side {
		row := table[at*width:][:width]
		for half, p := range []int{at % side, at / side} {
			pos := float64(float32(p) / float32(scale))
			for i := range quarter {
				sin, cos := exact.Sincos(pos * exact.Exp(-math.Ln10*4*float64(i)/float64(quarter)))
				row[half*2*quarter+i], row[half*2*quarter+quarter+i] = float32(sin), float32(cos)
			}
		}
	}
	return table
}
