package arch

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/nn"
)

// AutoencoderTinyConfig is the configuration of diffusers' AutoencoderTiny: TAESD and
// its kin, convolutions and residual blocks without a norm.
type AutoencoderTinyConfig struct {
	InChannels, OutChannels, LatentChannels int
	EncoderChannels, DecoderChannels        []int // of each level, from the picture's and from the latents' end
	EncoderBlocks, DecoderBlocks            []int
	Function                                graph.Function // act_fn
}

// tiny appends layers by their numbers.
type tiny struct {
	*graph.Graph
	side     string // encoder or decoder
	function graph.Function
	next     int
}

func (t *tiny) name() string {
	t.next++
	return fmt.Sprintf("%s.layers.%d", t.side, t.next-1)
}

func (t *tiny) conv(x *graph.Node, out, stride int, bias bool) *graph.Node {
	return t.Add(t.name(), graph.Conv{Out: out, Stride: stride, Margin: graph.MarginAround, NoBias: !bias}, x)
}

// blocks appends count residual blocks: relu(conv.4(f(conv.2(f(conv.0(x))))) + x).
func (t *tiny) blocks(x *graph.Node, count int) *graph.Node {
	for range count {
		name, h := t.name(), x
		for i, part := range []string{".conv.0", ".conv.2", ".conv.4"} {
			if i > 0 {
				h = t.Add(name, graph.Apply{Function: t.function}, h)
			}
			h = nn.Conv(t.Graph, name+part, h, x.Shape.C)
		}
		x = t.Add(name, graph.Apply{Function: graph.ReLU}, nn.Sum(t.Graph, name, h, x))
	}
	return x
}

// DescribeEncoder describes the way from pictures of h x w pixels, -1 to 1, to latents.
func (c AutoencoderTinyConfig) DescribeEncoder(h, w int) (*graph.Graph, error) {
	if f := 1 << (len(c.EncoderBlocks) - 1); h < 1 || w < 1 || h%f != 0 || w%f != 0 {
		return nil, fmt.Errorf("picture of %d x %d: this autoencoder needs height and width that are multiples of %d", h, w, f)
	}
	t := &tiny{Graph: &graph.Graph{}, side: "encoder", function: c.Function}
	x := t.Add(Sample, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.InChannels}})
	x = t.Add("encoder", graph.Affine{Mul: 0.5, Add: 0.5}, x)
	for i, count := range c.EncoderBlocks {
		if i == 0 {
			x = t.conv(x, c.EncoderChannels[0], 1, true)
		} else {
			x = t.conv(x, c.EncoderChannels[i], 2, false)
		}
		x = t.blocks(x, count)
	}
	t.Outputs = []*graph.Node{t.conv(x, c.LatentChannels, 1, true)}
	return t.Graph, t.Err()
}

// DescribeDecoder describes the way from latents of h x w pixels to pictures, -1 to 1.
func (c AutoencoderTinyConfig) DescribeDecoder(h, w int) (*graph.Graph, error) {
	if h < 1 || w < 1 {
		return nil, fmt.Errorf("latents of %d x %d", h, w)
	}
	t := &tiny{Graph: &graph.Graph{}, side: "decoder", function: c.Function}
	x := t.Add(Latent, graph.Input{Shape: graph.Shape{H: h, W: w, C: c.LatentChannels}})
	third := t.Add("decoder", graph.Affine{Mul: 1. / 3}, x)
	x = t.Add("decoder", graph.Affine{Mul: 3}, t.Add("decoder", graph.Apply{Function: graph.Tanh}, third))
	x = t.conv(x, c.DecoderChannels[0], 1, true)
	x = t.Add(t.name(), graph.Apply{Function: c.Function}, x)
	last := len(c.DecoderBlocks) - 1
	for i, count := range c.DecoderBlocks {
		x = t.blocks(x, count)
		if i == last {
			x = t.conv(x, c.OutChannels, 1, true)
			break
		}
		x = t.Add(t.name(), graph.Upsample{}, x)
		x = t.conv(x, c.DecoderChannels[i], 1, false)
	}
	t.Outputs = []*graph.Node{t.Add("decoder", graph.Affine{Mul: 2, Add: -1}, x)}
	return t.Graph, t.Err()
}
