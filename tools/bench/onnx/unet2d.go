package onnx

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/arch"
)

// The names of a model's inputs, as diffusers calls them: sample [1, C, H, W] and timestep [1]. The one output,
// [1, C, H, W], has the name of the operator that makes it.
const (
	inputSample   = "sample"
	inputTimestep = "timestep"
)

// UNet2D is diffusers' UNet2DModel for one picture of h x w pixels. It covers what the bench measures: plain and
// attention blocks, convolutions between the levels, one head, positional time, no classes.
func UNet2D(name string, cfg arch.UNet2DConfig, h, w int) (*Model, error) {
	if err := covered(cfg, h, w); err != nil {
		return nil, err
	}
	u := unet{layers{&Model{name: name}, cfg.NormNumGroups, float32(cfg.NormEps)}, cfg, ""}
	x := feature{inputSample, cfg.InChannels, h, w}
	u.inputs = []message{port(inputSample, x.dims()...), port(inputTimestep, 1)}
	u.emb = u.embed()
	x = u.up(u.middleAndDown(u.conv("conv_in", x, cfg.BlockOutChannels[0], 3, 1)))
	x = x.with(u.silu("conv_norm_out", u.groupNorm("conv_norm_out", x.value, x.dims()...)))
	x = u.conv("conv_out", x, cfg.OutChannels, 3, 1)
	u.outputs = []message{port(x.value, x.dims()...)}
	return u.Model, nil
}

// covered says what of cfg this package has no operators for.
func covered(cfg arch.UNet2DConfig, h, w int) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	for _, list := range [][]arch.BlockType{cfg.DownBlockTypes, cfg.UpBlockTypes} {
		for _, t := range list {
			if t == arch.BlockResnet {
				return errors.New("onnx: a resnet between levels is not covered")
			}
		}
	}
	if m := cfg.SizeMultiple(); h < 1 || w < 1 || h%m != 0 || w%m != 0 {
		return fmt.Errorf("onnx: picture of %d x %d: this network needs multiples of %d", h, w, m)
	}
	plain := arch.UNet2DConfig{
		SampleHeight: cfg.SampleHeight, SampleWidth: cfg.SampleWidth, InChannels: cfg.InChannels, OutChannels: cfg.OutChannels,
		FlipSinToCos: true, BlockOutChannels: cfg.BlockOutChannels, DownBlockTypes: cfg.DownBlockTypes, UpBlockTypes: cfg.UpBlockTypes,
		LayersPerBlock: cfg.LayersPerBlock, MidBlockScaleFactor: 1, DownsamplePadding: 1,
		NormNumGroups: cfg.NormNumGroups, NormEps: cfg.NormEps, AddAttention: true,
	}
	if have, want := fmt.Sprint(cfg), fmt.Sprint(plain); have != want {
		return fmt.Errorf("onnx: configuration %v: covered is %v", have, want)
	}
	return nil
}

// unet appends the network; emb is its activated time embedding [1, TimeEmbedDim].
type unet struct {
	layers
	cfg arch.UNet2DConfig
	emb string
}

// embed is the time projection and the two layers behind it; see nn.Positional for the formula. torch projects to
// [sine | cosine] and then swaps the halves.
func (u unet) embed() string {
	width := u.cfg.BlockOutChannels[0]
	half := int64(width / 2)
	frequencies := make([]float32, half)
	for i := range frequencies {
		exponent := float32(float32(-math.Ln10*4)*float32(i)) / float32(float64(half)-u.cfg.FreqShift)
		frequencies[i] = float32(math.Exp(float64(exponent)))
	}
	const name = "time_proj"
	t := u.node(name, "Unsqueeze", []string{inputTimestep, u.int64s(1)})
	t = u.node(name, "Mul", []string{t, u.floats("frequencies", frequencies, 1, half)})
	sine, cosine := u.node(name, "Sin", []string{t}), u.node(name, "Cos", []string{t})
	rows := u.node(name, "Concat", []string{sine, cosine}, attrInt("axis", -1))
	cut := func(from, to int64) string {
		return u.node(name, "Slice", []string{rows, u.int64s(from), u.int64s(to), u.int64s(1), u.int64s(1)})
	}
	rows = u.node(name, "Concat", []string{cut(half, math.MaxInt64), cut(0, half)}, attrInt("axis", -1))
	time := u.cfg.TimeEmbedDim()
	h := u.gemm("time_embedding.linear_1", rows, width, time)
	h = u.gemm("time_embedding.linear_2", u.silu("time_embedding.linear_1", h), time, time)
	return u.silu("time_embedding.linear_2", h) // by each resnet in diffusers: the exporter merges what is equal
}

// layer is resnet j of a level, and its attention.
func (u unet) layer(level string, j int, x feature, out int, block arch.BlockType) feature {
	y := u.resnet(fmt.Sprintf("%s.resnets.%d", level, j), x, u.emb, u.cfg.TimeEmbedDim(), out)
	if block == arch.BlockAttention {
		y = u.attention(fmt.Sprintf("%s.attentions.%d", level, j), y)
	}
	return y
}

// middleAndDown is the way down over x and the middle; kept is what the way up will join, the last first to be
// joined.
func (u unet) middleAndDown(x feature) (h feature, kept []feature) {
	c := u.cfg
	kept = []feature{x}
	last := len(c.BlockOutChannels) - 1
	for i, out := range c.BlockOutChannels {
		level := fmt.Sprintf("down_blocks.%d", i)
		for j := range c.LayersPerBlock {
			x = u.layer(level, j, x, out, c.DownBlockTypes[i])
			kept = append(kept, x)
		}
		if i < last {
			x = u.conv(level+".downsamplers.0.conv", x, out, 3, 2)
			kept = append(kept, x)
		}
	}
	time := c.TimeEmbedDim()
	x = u.resnet("mid_block.resnets.0", x, u.emb, time, x.c)
	x = u.attention("mid_block.attentions.0", x)
	return u.resnet("mid_block.resnets.1", x, u.emb, time, x.c), kept
}

// up is the way up over the middle's result.
func (u unet) up(x feature, kept []feature) feature {
	c := u.cfg
	last := len(c.BlockOutChannels) - 1
	for i := range c.BlockOutChannels {
		level, out := fmt.Sprintf("up_blocks.%d", i), c.BlockOutChannels[last-i]
		for j := range c.LayersPerBlock + 1 {
			skip := kept[len(kept)-1]
			kept = kept[:len(kept)-1]
			both := u.node(level, "Concat", []string{x.value, skip.value}, attrInt("axis", 1))
			x = u.layer(level, j, feature{both, x.c + skip.c, x.h, x.w}, out, c.UpBlockTypes[i])
		}
		if i < last {
			name := level + ".upsamplers.0.conv"
			x = u.conv(name, u.double(name, x), out, 3, 1)
		}
	}
	return x
}
