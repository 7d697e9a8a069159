package arch

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/nn"
)

// AutoencoderConfig is the configuration of diffusers' AutoencoderKL and VQModel,
// which differ in what stands between encoder and decoder.
type AutoencoderConfig struct {
	InChannels, OutChannels int // of the picture
	LatentChannels          int
	BlockOutChannels        []int // every level but the last halves the picture
	LayersPerBlock          int   // resnets of a level of the encoder; one more in the decoder
	NormNumGroups           int
	MidBlockAttention       bool
	QuantConv, PostConv     bool // use_quant_conv, use_post_quant_conv
	Codebook                int  // num_vq_embeddings; 0: AutoencoderKL
	CodebookDim             int  // vq_embed_dim, of a VQModel
}

// autoencoderEps is the ε of every norm of an autoencoder.
const autoencoderEps = 1e-6

// factor is how much smaller latents are than pictures, both ways.
func (c AutoencoderConfig) factor() int { return 1 << (len(c.BlockOutChannels) - 1) }

// latents is how many channels the sampler sees.
func (c AutoencoderConfig) latents() int {
	if c.Codebook > 0 {
		return c.CodebookDim
	}
	return c.LatentChannels
}

// Latent names the input of decoders.
const Latent = "latent"

// DescribeEncoder describes the way from pictures of h x w pixels to latents; of an
// AutoencoderKL, to their mean and log-variance, side by side.
//
//	h = the levels over conv_in(x), the middle; y = quant_conv(conv_out(silu(conv_norm_out(h))))
func (c AutoencoderConfig) DescribeEncoder(h, w int) (*graph.Graph, error) {
	if f := c.factor(); h < 1 || w < 1 || h%f != 0 || w%f != 0 {
		return nil, fmt.Errorf("picture of %d x %d: this autoencoder needs height and width that are multiples of %d", h, w, f)
	}
	g := &graph.Graph{}
	x := g.Add(Sample, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.InChannels}})
	x = nn.Conv(g, "encoder.conv_in", x, c.BlockOutChannels[0])
	for i, out := range c.BlockOutChannels {
		block := fmt.Sprintf("encoder.down_blocks.%d", i)
		for j := range c.LayersPerBlock {
			x = nn.ResBlock(g, fmt.Sprintf("%s.resnets.%d", block, j), c.resBlock(out), x)
		}
		if i < len(c.BlockOutChannels)-1 {
			x = nn.Down(g, block+".downsamplers.0", x, graph.MarginAfter)
		}
	}
	x = c.middle(g, "encoder.mid_block", x)
	x = nn.NormAct(g, "encoder.conv_norm_out", x, c.NormNumGroups, autoencoderEps)
	double := 2 // mean and log-variance
	if c.Codebook > 0 {
		double = 1
	}
	x = nn.Conv(g, "encoder.conv_out", x, double*c.LatentChannels)
	if c.QuantConv {
		x = nn.Conv1x1(g, "quant_conv", x, double*c.latents())
	}
	g.Outputs = []*graph.Node{x}
	return g, g.Err()
}

// DescribeDecoder describes the way from latents of h x w pixels to pictures.
//
//	h = post_quant_conv(nearest row of the codebook, of a VQModel)
//	h = the middle, the levels over conv_in(h); y = conv_out(silu(conv_norm_out(h)))
func (c AutoencoderConfig) DescribeDecoder(h, w int) (*graph.Graph, error) {
	if h < 1 || w < 1 {
		return nil, fmt.Errorf("latents of %d x %d", h, w)
	}
	g := &graph.Graph{}
	x := g.Add(Latent, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.latents()}})
	if c.Codebook > 0 {
		x = g.Add("quantize.embedding", graph.Quantise{Count: c.Codebook}, x)
	}
	if c.PostConv {
		x = nn.Conv1x1(g, "post_quant_conv", x, c.LatentChannels)
	}
	last := len(c.BlockOutChannels) - 1
	x = nn.Conv(g, "decoder.conv_in", x, c.BlockOutChannels[last])
	x = c.middle(g, "decoder.mid_block", x)
	for i := range c.BlockOutChannels {
		block := fmt.Sprintf("decoder.up_blocks.%d", i)
		for j := range c.LayersPerBlock + 1 {
			x = nn.ResBlock(g, fmt.Sprintf("%s.resnets.%d", block, j), c.resBlock(c.BlockOutChannels[last-i]), x)
		}
		if i < last {
			x = nn.Up(g, block+".upsamplers.0", x)
		}
	}
	x = nn.NormAct(g, "decoder.conv_norm_out", x, c.NormNumGroups, autoencoderEps)
	g.Outputs = []*graph.Node{nn.Conv(g, "decoder.conv_out", x, c.OutChannels)}
	return g, g.Err()
}

// middle appends a resnet, an attention of one head and a resnet.
func (c AutoencoderConfig) middle(g *graph.Graph, name string, x *graph.Node) *graph.Node {
	channels := x.Shape.C
	x = nn.ResBlock(g, name+".resnets.0", c.resBlock(channels), x)
	if c.MidBlockAttention {
		x = nn.PixelAttention(g, name+".attentions.0",
			nn.PixelAttentionConfig{HeadDim: channels, Groups: c.NormNumGroups, Eps: autoencoderEps, Divisor: 1}, x)
	}
	return nn.ResBlock(g, name+".resnets.1", c.resBlock(channels), x)
}

func (c AutoencoderConfig) resBlock(out int) nn.ResBlockConfig {
	return nn.ResBlockConfig{Out: out, Groups: c.NormNumGroups, Eps: autoencoderEps, Divisor: 1}
}
