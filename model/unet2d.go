package model

import (
	"strings"

	"tintype/core/arch"
	"tintype/internal/jsontext"
	"tintype/weights"
)

// UNet2DConfig reads the config.json of a diffusers UNet2DModel. A field that is not there has diffusers' default;
// a value that is not implemented is refused by name, and so is a field that is not known, unless its value says
// that it is off, or training and loading leave it there (Leftovers). Keys that begin with "_" and the key "format" are
// notes. The numbers are checked by arch.NewUNet2D, not here.
func UNet2DConfig(text string) (arch.UNet2DConfig, error) {
	c := arch.DefaultUNet2D()
	root, err := jsontext.Parse("unet config", text, jsontext.Config)
	if err != nil {
		return c, err
	}
	return unetConfig(root)
}

func unetConfig(root jsontext.Value) (arch.UNet2DConfig, error) {
	c := arch.DefaultUNet2D()
	if class := root.Get("_class_name"); class.Exists() {
		name, err := class.Text()
		if err == nil {
			_, err = pick(unetClasses, class, name)
		}
		if err != nil {
			return c, err
		}
	}
	return c, readFields(&c, root, unetFields)
}

// Leftovers names the fields of a network's config that are ignored, in order.
func Leftovers(config string) (names []string) {
	root, err := jsontext.Parse("unet", config, jsontext.Config)
	if err != nil {
		return nil
	}
	members, _ := root.Members()
	for _, m := range members {
		if weights.Leftover(m.Key) || strings.HasPrefix(m.Key, "_") && !expected[m.Key] {
			names = append(names, m.Key)
		}
	}
	return names
}

// expected are the notes that every config has.
var expected = map[string]bool{"_class_name": true, "_diffusers_version": true}

// unetClasses are the names that diffusers has given the network over time.
var unetClasses = []word[struct{}]{{text: "UNet2DModel"}, {text: "UNetUnconditionalModel"}, {text: "UNetModel"}}

var unetFields = ignoring(weights.Leftovers(), map[string]field[arch.UNet2DConfig]{
	"sample_size":             readSampleSize,
	"in_channels":             integer(func(c *arch.UNet2DConfig) *int { return &c.InChannels }),
	"out_channels":            integer(func(c *arch.UNet2DConfig) *int { return &c.OutChannels }),
	"center_input_sample":     boolean(func(c *arch.UNet2DConfig) *bool { return &c.CenterInputSample }),
	"time_embedding_type":     choice(timeEmbeddingTypes, func(c *arch.UNet2DConfig) *arch.TimeEmbeddingType { return &c.TimeEmbeddingType }),
	"time_embedding_dim":      readTimeEmbeddingDim,
	"freq_shift":              number(func(c *arch.UNet2DConfig) *float64 { return &c.FreqShift }),
	"flip_sin_to_cos":         boolean(func(c *arch.UNet2DConfig) *bool { return &c.FlipSinToCos }),
	"down_block_types":        blocks(downBlocks, func(c *arch.UNet2DConfig) *[]arch.BlockType { return &c.DownBlockTypes }),
	"mid_block_type":          choice(midBlocks, func(c *arch.UNet2DConfig) *arch.MidBlockType { return &c.MidBlockType }),
	"up_block_types":          blocks(upBlocks, func(c *arch.UNet2DConfig) *[]arch.BlockType { return &c.UpBlockTypes }),
	"block_out_channels":      readChannels,
	"layers_per_block":        integer(func(c *arch.UNet2DConfig) *int { return &c.LayersPerBlock }),
	"mid_block_scale_factor":  number(func(c *arch.UNet2DConfig) *float64 { return &c.MidBlockScaleFactor }),
	"downsample_padding":      integer(func(c *arch.UNet2DConfig) *int { return &c.DownsamplePadding }),
	"downsample_type":         choice(sampleTypes, func(c *arch.UNet2DConfig) *arch.SampleType { return &c.DownsampleType }),
	"upsample_type":           choice(sampleTypes, func(c *arch.UNet2DConfig) *arch.SampleType { return &c.UpsampleType }),
	"dropout":                 ignored[arch.UNet2DConfig], // it acts in training only
	"act_fn":                  readActivation,
	"attention_head_dim":      optional(func(c *arch.UNet2DConfig) *int { return &c.AttentionHeadDim }),
	"norm_num_groups":         integer(func(c *arch.UNet2DConfig) *int { return &c.NormNumGroups }),
	"attn_norm_num_groups":    optional(func(c *arch.UNet2DConfig) *int { return &c.AttnNormNumGroups }),
	"norm_eps":                number(func(c *arch.UNet2DConfig) *float64 { return &c.NormEps }),
	"resnet_time_scale_shift": choice(scaleShifts, func(c *arch.UNet2DConfig) *arch.TimeScaleShift { return &c.ResnetTimeScaleShift }),
	"add_attention":           boolean(func(c *arch.UNet2DConfig) *bool { return &c.AddAttention }),
	"class_embed_type":        choice(classEmbedTypes, func(c *arch.UNet2DConfig) *arch.ClassEmbedType { return &c.ClassEmbedType }),
	"num_class_embeds":        optional(func(c *arch.UNet2DConfig) *int { return &c.NumClassEmbeds }),
	"num_train_timesteps":     optional(func(c *arch.UNet2DConfig) *int { return &c.NumTrainTimesteps }),
})

// ignoring adds fields of which any value is accepted.
func ignoring[C any](names []string, fields map[string]field[C]) map[string]field[C] {
	for _, name := range names {
		fields[name] = ignored[C]
	}
	return fields
}

var (
	timeEmbeddingTypes = []word[arch.TimeEmbeddingType]{{"positional", arch.TimePositional}, {"fourier", arch.TimeFourier}, {"learned", arch.TimeLearned}}
	downBlocks         = []word[arch.BlockType]{{"DownBlock2D", arch.BlockPlain}, {"AttnDownBlock2D", arch.BlockAttention}, {"ResnetDownsampleBlock2D", arch.BlockResnet}}
	upBlocks           = []word[arch.BlockType]{{"UpBlock2D", arch.BlockPlain}, {"AttnUpBlock2D", arch.BlockAttention}, {"ResnetUpsampleBlock2D", arch.BlockResnet}}
	midBlocks          = []word[arch.MidBlockType]{{"UNetMidBlock2D", arch.MidUNet}, {"", arch.MidNone}}
	sampleTypes        = []word[arch.SampleType]{{"conv", arch.SampleConv}, {"resnet", arch.SampleResnet}, {"", arch.SampleConv}}
	scaleShifts        = []word[arch.TimeScaleShift]{{"default", arch.ShiftDefault}, {"scale_shift", arch.ShiftScale}}
	classEmbedTypes    = []word[arch.ClassEmbedType]{{"", arch.ClassNull}, {"timestep", arch.ClassTimestep}, {"identity", arch.ClassIdentity}}
	activations        = []word[bool]{{"silu", true}, {"swish", true}} // two names of one function
)

// blocks reads a list of block types; the first releases of diffusers wrote UNetRes before the name.
func blocks(words []word[arch.BlockType], at func(*arch.UNet2DConfig) *[]arch.BlockType) field[arch.UNet2DConfig] {
	return func(c *arch.UNet2DConfig, v jsontext.Value) error {
		elems, err := v.Elems()
		if err != nil {
			return err
		}
		types := make([]arch.BlockType, len(elems))
		for i, e := range elems {
			text, err := e.Text()
			if err != nil {
				return err
			}
			if types[i], err = pick(words, e, strings.TrimPrefix(text, "UNetRes")); err != nil {
				return err
			}
		}
		*at(c) = types
		return nil
	}
}

// readTimeEmbeddingDim: diffusers takes 0 for null here.
func readTimeEmbeddingDim(c *arch.UNet2DConfig, v jsontext.Value) (err error) {
	c.TimeEmbeddingDim = 0
	if !v.IsNull() {
		c.TimeEmbeddingDim, err = v.Int()
	}
	return err
}

func readChannels(c *arch.UNet2DConfig, v jsontext.Value) (err error) {
	c.BlockOutChannels, err = v.Ints()
	return err
}

// readActivation: diffusers ignores the case.
func readActivation(_ *arch.UNet2DConfig, v jsontext.Value) error {
	text, err := v.Text()
	if err == nil {
		_, err = pick(activations, v, strings.ToLower(text))
	}
	return err
}

// readSampleSize reads null, one number for both sides, or [height, width].
func readSampleSize(c *arch.UNet2DConfig, v jsontext.Value) (err error) {
	switch v.Kind() {
	case jsontext.Null:
		c.SampleHeight, c.SampleWidth = 0, 0
	case jsontext.Array:
		sides, err := v.Ints()
		if err != nil {
			return err
		}
		if len(sides) != 2 {
			return v.Fail("expected one number or two, [height, width]")
		}
		c.SampleHeight, c.SampleWidth = sides[0], sides[1]
	default:
		c.SampleHeight, err = v.Int()
		c.SampleWidth = c.SampleHeight
	}
	return err
}
