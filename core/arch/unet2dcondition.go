package arch

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/nn"
)

// UNet2DConditionConfig is the configuration of diffusers' UNet2DConditionModel: the
// networks of Stable Diffusion 1, 2 and XL, of latent consistency models and of
// one-step students. Fields with one implemented value only and fields that inference
// ignores have no place here.
type UNet2DConditionConfig struct {
	SampleHeight, SampleWidth int // sample_size; 0: not stated
	InChannels, OutChannels   int
	CenterInputSample         bool
	FreqShift                 float64
	FlipSinToCos              bool
	TimeEmbeddingDim          int             // 0: four times the first of BlockOutChannels
	DownAttends, UpAttends    []bool          // CrossAttnDownBlock2D and CrossAttnUpBlock2D, else DownBlock2D and UpBlock2D
	Middle                    ConditionMiddle // mid_block_type
	BlockOutChannels          []int
	LayersPerBlock            []int // of each level on the way down; one more on the way up
	DownsamplePadding         int
	MidBlockScaleFactor       float64
	ResnetOutScaleFactor      float64
	NormNumGroups             int
	NormEps                   float64
	CrossAttentionDim         []int  // of each level: how wide the text's states are
	TransformerLayers         []int  // of each level: blocks of a transformer
	Heads                     []int  // of each level (attention_head_dim, which means the number of heads)
	OnlyCrossAttention        []bool // of each level
	UseLinearProjection       bool
	ResnetTimeScaleShift      TimeScaleShift
	TimeCondProjDim           int // of the guidance's row; 0: the guidance is not embedded
	ClassEmbedType            ClassEmbedType
	NumClassEmbeds            int  // 0: null
	TextTime                  bool // addition_embed_type text_time: a text's row and six numbers of the picture's size
	AdditionTimeEmbedDim      int
	AdditionInputDim          int // projection_class_embeddings_input_dim
}

// ConditionMiddle is what stands between the way down and the way up.
type ConditionMiddle uint8

// The middle blocks.
const (
	MiddleCross ConditionMiddle = iota // UNetMidBlock2DCrossAttn
	MiddleNone                         // null
)

// More inputs of networks, as diffusers names them.
const (
	TextStates   = "encoder_hidden_states" // of a text's tokens
	GuidanceRow  = "timestep_cond"         // the guidance, embedded by the sampler
	TextRow      = "text_embeds"           // of a whole text
	PictureSizes = "time_ids"              // six numbers: original size, crop, target size
)

// sizes is how many numbers PictureSizes are.
const sizes = 6

// sizeMultiple is what a picture's height and width must be multiples of.
func (c UNet2DConditionConfig) sizeMultiple() int { return 1 << (len(c.BlockOutChannels) - 1) }

// Describe describes the network for latents of h x w pixels and a text of so many tokens.
//
//	t = time_embedding(proj(time) + cond_proj(guidance)) + class embedding + add_embedding(sizes, text's row)
//	h = the ladder over conv_in(x); a transformer, which reads the text, stands behind each resnet of a level that attends
//	y = conv_out(silu(conv_norm_out(h)))
func (c UNet2DConditionConfig) Describe(h, w, tokens int) (*graph.Graph, error) {
	if m := c.sizeMultiple(); h < 1 || w < 1 || h%m != 0 || w%m != 0 {
		return nil, fmt.Errorf("latents of %d x %d: this network needs height and width that are multiples of %d", h, w, m)
	}
	g := &graph.Graph{}
	x := g.Add(Sample, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.InChannels}})
	t := nn.SiLU(g, "time_embedding", c.embed(g))
	text := g.Add(TextStates, graph.Input{Shape: graph.Tokens(tokens, c.CrossAttentionDim[0])})
	if c.CenterInputSample {
		x = g.Add("center_input_sample", graph.Affine{Mul: 2, Add: -1}, x)
	}
	x = nn.Conv(g, "conv_in", x, c.BlockOutChannels[0])
	x = c.ladder(g, t, text).describe(g, x)
	x = nn.NormAct(g, "conv_norm_out", x, c.NormNumGroups, float32(c.NormEps))
	g.Outputs = []*graph.Node{nn.Conv(g, "conv_out", x, c.OutChannels)}
	return g, g.Err()
}

// embed appends the embedding of everything that is no text.
func (c UNet2DConditionConfig) embed(g *graph.Graph) *graph.Node {
	first, width := c.BlockOutChannels[0], c.timeEmbedDim()
	wave := graph.Sinusoid{Width: first, Shift: c.FreqShift, CosineFirst: c.FlipSinToCos}
	row := g.Add("time_proj", wave, g.Add(Timestep, graph.Input{Shape: graph.Row(1)}))
	if c.TimeCondProjDim > 0 {
		guidance := g.Add(GuidanceRow, graph.Input{Shape: graph.Row(c.TimeCondProjDim)})
		row = nn.Sum(g, "time_embedding.cond_proj", row,
			g.Add("time_embedding.cond_proj", graph.Linear{Out: first, NoBias: true}, guidance))
	}
	t := nn.Embedding(g, "time_embedding", row, width)
	switch {
	case c.ClassEmbedType == ClassTimestep:
		number := g.Add("time_proj", wave, g.Add(ClassLabels, graph.Input{Shape: graph.Row(1)}))
		t = nn.Sum(g, "class_embedding", t, nn.Embedding(g, "class_embedding", number, width))
	case c.ClassEmbedType == ClassIdentity:
		t = nn.Sum(g, "class_embedding", t, g.Add(ClassLabels, graph.Input{Shape: graph.Row(width)}))
	case c.NumClassEmbeds > 0:
		label := g.Add(ClassLabels, graph.Input{Shape: graph.Row(1), Numbers: true})
		t = nn.Sum(g, "class_embedding", t, g.Add("class_embedding", graph.Lookup{Count: c.NumClassEmbeds, Width: width}, label))
	}
	if c.TextTime {
		t = nn.Sum(g, "add_embedding", t, nn.Embedding(g, "add_embedding", c.textTime(g), width))
	}
	return t
}

// textTime appends the text's row beside the rows of the six sizes.
func (c UNet2DConditionConfig) textTime(g *graph.Graph) *graph.Node {
	row := g.Add(TextRow, graph.Input{Shape: graph.Row(c.AdditionInputDim - sizes*c.AdditionTimeEmbedDim)})
	all := g.Add(PictureSizes, graph.Input{Shape: graph.Row(sizes)})
	wave := graph.Sinusoid{Width: c.AdditionTimeEmbedDim, Shift: c.FreqShift, CosineFirst: c.FlipSinToCos}
	for i := range sizes {
		one := g.Add("add_time_proj", graph.Slice{From: i, To: i + 1}, all)
		row = g.Add("add_time_proj", graph.Concat{}, row, g.Add("add_time_proj", wave, one))
	}
	return row
}

// timeEmbedDim is the width of the embedding that every resnet reads.
func (c UNet2DConditionConfig) timeEmbedDim() int {
	if c.TimeEmbeddingDim != 0 {
		return c.TimeEmbeddingDim
	}
	return 4 * c.BlockOutChannels[0]
}

// ladder is the levels.
func (c UNet2DConditionConfig) ladder(g *graph.Graph, t, text *graph.Node) ladder {
	levels := len(c.BlockOutChannels)
	margin := graph.MarginAround
	if c.DownsamplePadding == 0 {
		margin = graph.MarginAfter
	}
	l := ladder{}
	for i := range levels {
		r := c.rung(g, t, text, i, c.LayersPerBlock[i], c.DownAttends[i])
		if i < levels-1 {
			r.change = sampler(g, nn.ResampleDown, margin, nil)
		}
		l.down = append(l.down, r)
	}
	if c.Middle == MiddleCross {
		l.middle = func(x *graph.Node) *graph.Node { return c.middle(g, t, text, x) }
	}
	for i := range levels {
		level := levels - 1 - i
		r := c.rung(g, t, text, level, c.LayersPerBlock[level]+1, c.UpAttends[i])
		if i < levels-1 {
			r.change = sampler(g, nn.ResampleUp, margin, nil)
		}
		l.up = append(l.up, r)
	}
	return l
}

// rung is a level of resnets, with a transformer behind each if it attends.
func (c UNet2DConditionConfig) rung(g *graph.Graph, t, text *graph.Node, level, layers int, attends bool) rung {
	return rung{layers: layers, layer: func(block string, j int, x *graph.Node) *graph.Node {
		x = nn.ResBlock(g, fmt.Sprintf("%s.resnets.%d", block, j), c.resBlock(t, level, c.ResnetOutScaleFactor), x)
		if attends {
			x = nn.Transformer(g, fmt.Sprintf("%s.attentions.%d", block, j), c.transformer(text, level), x)
		}
		return x
	}}
}

// middle appends a resnet, a transformer and a resnet.
func (c UNet2DConditionConfig) middle(g *graph.Graph, t, text, x *graph.Node) *graph.Node {
	last := len(c.BlockOutChannels) - 1
	block := c.resBlock(t, last, c.MidBlockScaleFactor)
	attention := c.transformer(text, last)
	attention.OnlyCross = false
	x = nn.ResBlock(g, "mid_block.resnets.0", block, x)
	x = nn.Transformer(g, "mid_block.attentions.0", attention, x)
	return nn.ResBlock(g, "mid_block.resnets.1", block, x)
}

func (c UNet2DConditionConfig) resBlock(t *graph.Node, level int, divisor float64) nn.ResBlockConfig {
	norm := nn.TimeAdd
	if c.ResnetTimeScaleShift == ShiftScale {
		norm = nn.TimeScaleShift
	}
	return nn.ResBlockConfig{
		Out: c.BlockOutChannels[level], Groups: c.NormNumGroups, Eps: float32(c.NormEps), Time: t, TimeNorm: norm, Divisor: float32(divisor),
	}
}

func (c UNet2DConditionConfig) transformer(text *graph.Node, level int) nn.TransformerConfig {
	return nn.TransformerConfig{
		Heads: c.Heads[level], Layers: c.TransformerLayers[level], Groups: c.NormNumGroups,
		Linear: c.UseLinearProjection, OnlyCross: c.OnlyCrossAttention[level], Text: text,
	}
}
