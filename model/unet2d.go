package model

import (
	"slices"
	"strings"

	"tintype/core/arch"
	"tintype/internal/strictjson"
	"tintype/weights"
)

// UNet2DConfig reads the config.json of a diffusers UNet2DModel. A field that is not there has diffusers' default;
// a value that is not implemented is refused by name, and so is a field that is not known, unless its value says
// that it is off, or training and loading leave it there (Leftovers). Keys that begin with "_" and the key "format" are
// notes. The numbers are checked by arch.NewUNet2D, not here.
func UNet2DConfig(text string) (arch.UNet2DConfig, error) {
	root, err := strictjson.Parse("unet config", text, strictjson.Config)
	if err != nil {
		return arch.DefaultUNet2D(), err
	}
	return unetConfig(root)
}

func unetConfig(root strictjson.Value) (arch.UNet2DConfig, error) {
	c := arch.DefaultUNet2D()
	if class := root.Get("_class_name"); class.Exists() { // the names that diffusers has given the network over time
		if _, err := class.Word("UNet2DModel", "UNetUnconditionalModel", "UNetModel"); err != nil {
			return c, err
		}
	}
	f := fieldsOf(root)
	sampleSize(f, &c.SampleHeight, &c.SampleWidth)
	f.Int("in_channels", &c.InChannels)
	f.Int("out_channels", &c.OutChannels)
	f.Bool("center_input_sample", &c.CenterInputSample)
	f.Float("freq_shift", &c.FreqShift)
	f.Bool("flip_sin_to_cos", &c.FlipSinToCos)
	f.Ints("block_out_channels", &c.BlockOutChannels)
	f.Int("layers_per_block", &c.LayersPerBlock)
	f.Float("mid_block_scale_factor", &c.MidBlockScaleFactor)
	f.Int("downsample_padding", &c.DownsamplePadding)
	f.IntOrNull("attention_head_dim", &c.AttentionHeadDim)
	f.Int("norm_num_groups", &c.NormNumGroups)
	f.IntOrNull("attn_norm_num_groups", &c.AttnNormNumGroups)
	f.Float("norm_eps", &c.NormEps)
	f.Bool("add_attention", &c.AddAttention)
	f.IntOrNull("num_class_embeds", &c.NumClassEmbeds)
	f.IntOrNull("num_train_timesteps", &c.NumTrainTimesteps)
	unetWords(f, &c)
	if v := f.Value("time_embedding_dim"); v.Exists() && !v.IsNull() { // diffusers takes 0 for null here
		n, err := v.Int()
		f.Keep(err)
		c.TimeEmbeddingDim = n
	}
	if v := f.Value("act_fn"); v.Exists() { // whatever its case
		text, err := v.Text()
		if err == nil && !slices.Contains([]string{"silu", "swish"}, strings.ToLower(text)) {
			_, err = v.Word("silu", "swish")
		}
		f.Keep(err)
	}
	f.Ignore("dropout") // it acts in training only
	return c, f.End()
}

// unetWords reads the fields that have a few values, in the order of arch's constants.
func unetWords(f *strictjson.Fields, c *arch.UNet2DConfig) {
	c.TimeEmbeddingType = word[arch.TimeEmbeddingType](f, "time_embedding_type", "positional", "fourier", "learned")
	c.DownBlockTypes = blocks(f, "down_block_types", c.DownBlockTypes, "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D")
	c.UpBlockTypes = blocks(f, "up_block_types", c.UpBlockTypes, "UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D")
	c.MidBlockType = word[arch.MidBlockType](f, "mid_block_type", "UNetMidBlock2D", "")
	c.DownsampleType = word[arch.SampleType](f, "downsample_type", "conv", "resnet", "") % 2 // null is conv
	c.UpsampleType = word[arch.SampleType](f, "upsample_type", "conv", "resnet", "") % 2
	c.ResnetTimeScaleShift = word[arch.TimeScaleShift](f, "resnet_time_scale_shift", "default", "scale_shift")
	c.ClassEmbedType = word[arch.ClassEmbedType](f, "class_embed_type", "", "timestep", "identity")
}

// word reads one of some words as its number; the first is the default.
func word[T ~uint8](f *strictjson.Fields, key string, words ...string) T {
	i := 0
	f.Word(key, &i, words...)
	return T(i)
}

// blocks reads a list of block types; the first releases of diffusers wrote UNetRes before the name.
func blocks(f *strictjson.Fields, key string, absent []arch.BlockType, words ...string) []arch.BlockType {
	v := f.Value(key)
	if !v.Exists() {
		return absent
	}
	elems, err := v.Elems()
	types := make([]arch.BlockType, len(elems))
	for i, e := range elems {
		text, _ := e.Text()
		n := slices.Index(words, strings.TrimPrefix(text, "UNetRes"))
		if n < 0 && err == nil {
			_, err = e.Word(words...)
		}
		types[i] = arch.BlockType(max(n, 0))
	}
	f.Keep(err)
	return types
}

// Leftovers names the fields of a network's config that are ignored, in order.
func Leftovers(config string) (names []string) {
	root, err := strictjson.Parse("unet", config, strictjson.Config)
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
