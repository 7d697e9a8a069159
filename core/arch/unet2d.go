package arch

import (
	"fmt"

	"tintype/core/compile"
	"tintype/core/graph"
	"tintype/core/nn"
)

// UNet2D is diffusers' UNet2DModel with its weights packed.
type UNet2D struct {
	*compile.Network
	cfg UNet2DConfig
}

// NewUNet2D checks cfg and loads the weights from src.
func NewUNet2D(cfg UNet2DConfig, src compile.Source) (*UNet2D, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	h, w := cfg.nominal()
	net, err := compile.New(cfg.describe, h, w, src)
	if err != nil {
		return nil, err
	}
	return &UNet2D{net, cfg}, nil
}

// nominal is the size of the pictures that the network is meant for: sample_size, or
// if that is not stated, one that is large at every level.
func (c UNet2DConfig) nominal() (h, w int) {
	const large = 64
	m := c.SizeMultiple()
	if c.SampleHeight < m || c.SampleWidth < m {
		return large * m, large * m
	}
	return c.SampleHeight / m * m, c.SampleWidth / m * m
}

// Config is what the network was made from.
func (u *UNet2D) Config() UNet2DConfig { return u.cfg }

// The inputs of networks, as diffusers names them.
const (
	Sample      = "sample"       // the noisy picture
	Timestep    = "timestep"     // a number an item, as the checkpoint's time input wants it
	ClassLabels = "class_labels" // a whole number, a number or a row an item
)

// describe describes the network for pictures of h x w pixels, multiples of SizeMultiple.
//
//	h = conv_in(x); t = time_embedding(proj(time)) + class embedding
//	h = the ladder over h, every resnet of which reads silu(t)
//	y = conv_out(silu(conv_norm_out(h))), divided by the noise level if the time embedding is fourier
func (c UNet2DConfig) describe(h, w int) (*graph.Graph, error) {
	if m := c.SizeMultiple(); h < 1 || w < 1 || h%m != 0 || w%m != 0 {
		return nil, fmt.Errorf("picture of %d x %d: this network needs height and width that are multiples of %d", h, w, m)
	}
	g := &graph.Graph{}
	x := g.Add(Sample, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.InChannels}})
	time := g.Add(Timestep, graph.Input{Shape: graph.Row(1)})
	t := nn.SiLU(g, "time_embedding", c.embed(g, time))
	if c.CenterInputSample {
		x = g.Add("center_input_sample", graph.Affine{Mul: 2, Add: -1}, x)
	}
	x = nn.Conv(g, "conv_in", x, c.BlockOutChannels[0])
	x = c.ladder(g, t).describe(g, x)
	x = nn.NormAct(g, "conv_norm_out", x, c.NormNumGroups, float32(c.NormEps))
	y := nn.Conv(g, "conv_out", x, c.OutChannels)
	if c.TimeEmbeddingType == TimeFourier {
		y = g.Add("divide by the noise level", graph.Divide{}, y, time)
	}
	g.Outputs = []*graph.Node{y}
	return g, g.Err()
}

// embed appends the embedding of the time and the condition.
func (c UNet2DConfig) embed(g *graph.Graph, time *graph.Node) *graph.Node {
	t := nn.Embedding(g, "time_embedding", c.project(g, time), c.TimeEmbedDim())
	var class *graph.Node
	switch c.Condition() {
	case CondNone:
		return t
	case CondValues:
		number := g.Add(ClassLabels, graph.Input{Shape: graph.Row(1)})
		class = nn.Embedding(g, "class_embedding", c.project(g, number), c.TimeEmbedDim())
	case CondLabels:
		label := g.Add(ClassLabels, graph.Input{Shape: graph.Row(1), Numbers: true})
		class = g.Add("class_embedding", graph.Lookup{Count: c.NumClassEmbeds, Width: c.TimeEmbedDim()}, label)
	case CondRows:
		class = g.Add(ClassLabels, graph.Input{Shape: graph.Row(c.TimeEmbedDim())})
	}
	return nn.Sum(g, "class_embedding", t, class)
}

// project appends the row of a time.
func (c UNet2DConfig) project(g *graph.Graph, time *graph.Node) *graph.Node {
	first := c.BlockOutChannels[0]
	switch c.TimeEmbeddingType {
	case TimeFourier:
		return g.Add("time_proj", graph.Fourier{Count: first}, time)
	case TimeLearned:
		return g.Add("time_proj", graph.Lookup{Count: c.NumTrainTimesteps, Width: first}, time)
	}
	return g.Add("time_proj", c.sinusoid(), time)
}

func (c UNet2DConfig) sinusoid() graph.Sinusoid {
	return graph.Sinusoid{Width: c.BlockOutChannels[0], Shift: c.FreqShift, CosineFirst: c.FlipSinToCos}
}

// ladder is the levels, with t as what every resnet reads of the time.
func (c UNet2DConfig) ladder(g *graph.Graph, t *graph.Node) ladder {
	levels := len(c.BlockOutChannels)
	margin := graph.MarginAround
	if c.DownsamplePadding == 0 {
		margin = graph.MarginAfter
	}
	l := ladder{}
	for i, out := range c.BlockOutChannels {
		l.down = append(l.down, c.rung(g, t, out, c.LayersPerBlock, c.DownBlockTypes[i] == BlockAttention))
		if i < levels-1 {
			l.down[i].change = sampler(g, nn.ResampleDown, margin, c.changeBlock(t, out, c.DownBlockTypes[i], c.DownsampleType))
		}
	}
	if c.MidBlockType == MidUNet {
		l.middle = func(x *graph.Node) *graph.Node { return c.middle(g, t, x) }
	}
	for i, kind := range c.UpBlockTypes {
		out := c.BlockOutChannels[levels-1-i]
		l.up = append(l.up, c.rung(g, t, out, c.LayersPerBlock+1, kind == BlockAttention))
		if i < levels-1 {
			l.up[i].change = sampler(g, nn.ResampleUp, margin, c.changeBlock(t, out, kind, c.UpsampleType))
		}
	}
	return l
}

// rung is a level of resnets, with an attention after each if it attends.
func (c UNet2DConfig) rung(g *graph.Graph, t *graph.Node, out, layers int, attends bool) rung {
	return rung{layers: layers, layer: func(block string, j int, x *graph.Node) *graph.Node {
		x = nn.ResBlock(g, fmt.Sprintf("%s.resnets.%d", block, j), c.resBlock(t, out, 1), x)
		if attends {
			x = nn.PixelAttention(g, fmt.Sprintf("%s.attentions.%d", block, j), c.attention(out, c.NormNumGroups, 1), x)
		}
		return x
	}}
}

// changeBlock is the shape of the resnet that changes to the next level, nil where a convolution does.
func (c UNet2DConfig) changeBlock(t *graph.Node, out int, kind BlockType, how SampleType) *nn.ResBlockConfig {
	if kind == BlockResnet || kind == BlockAttention && how == SampleResnet {
		block := c.resBlock(t, out, 1)
		return &block
	}
	return nil
}

// middle appends a resnet, an attention if there is one, and a resnet.
func (c UNet2DConfig) middle(g *graph.Graph, t, x *graph.Node) *graph.Node {
	block := c.resBlock(t, c.last(), float32(c.MidBlockScaleFactor))
	x = nn.ResBlock(g, "mid_block.resnets.0", block, x)
	if c.AddAttention {
		x = nn.PixelAttention(g, "mid_block.attentions.0", c.attention(c.last(), c.midAttentionGroups(), block.Divisor), x)
	}
	return nn.ResBlock(g, "mid_block.resnets.1", block, x)
}

// resBlock is the shape of a resnet of this configuration.
func (c UNet2DConfig) resBlock(t *graph.Node, out int, divisor float32) nn.ResBlockConfig {
	norm := nn.TimeAdd
	if c.ResnetTimeScaleShift == ShiftScale {
		norm = nn.TimeScaleShift
	}
	return nn.ResBlockConfig{Out: out, Groups: c.NormNumGroups, Eps: float32(c.NormEps), Time: t, TimeNorm: norm, Divisor: divisor}
}

// attention is the shape of an attention of this configuration.
func (c UNet2DConfig) attention(channels, groups int, divisor float32) nn.PixelAttentionConfig {
	return nn.PixelAttentionConfig{HeadDim: c.headDim(channels), Groups: groups, Eps: float32(c.NormEps), Divisor: divisor}
}
