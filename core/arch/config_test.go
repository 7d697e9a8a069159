package arch_test

import (
	"errors"
	"math"
	"testing"

	"tintype/core/arch"
)

// small is a configuration of two levels that every rule accepts.
func small() arch.UNet2DConfig {
	c := arch.DefaultUNet2D()
	c.BlockOutChannels, c.NormNumGroups = []int{8, 16}, 4
	c.DownBlockTypes = []arch.BlockType{arch.BlockPlain, arch.BlockAttention}
	c.UpBlockTypes = []arch.BlockType{arch.BlockAttention, arch.BlockPlain}
	return c
}

func TestValidateRefuses(t *testing.T) {
	type config = arch.UNet2DConfig
	for _, c := range []struct {
		want   string
		change func(c *config)
	}{
		{"block_out_channels has 0 levels: expected 1 to 12", func(c *config) { c.BlockOutChannels = nil }},
		{"down_block_types has 1 entries: expected 2 as block_out_channels", func(c *config) { c.DownBlockTypes = c.DownBlockTypes[:1] }},
		{"up_block_types has 3 entries: expected 2 as block_out_channels", func(c *config) { c.UpBlockTypes = append(c.UpBlockTypes, 0) }},
		{"block_out_channels[1] is 0: expected 1 to 65536", func(c *config) { c.BlockOutChannels[1] = 0 }},
		{"block_out_channels[0] is 1000000: expected 1 to 65536", func(c *config) { c.BlockOutChannels[0] = 1e6 }},
		{"down_block_types[1] is unknown", func(c *config) { c.DownBlockTypes[1] = 9 }},
		{"up_block_types[0] is unknown", func(c *config) { c.UpBlockTypes[0] = 9 }},
		{"in_channels is 0: expected 1 to 65536", func(c *config) { c.InChannels = 0 }},
		{"out_channels is -1: expected 1 to 65536", func(c *config) { c.OutChannels = -1 }},
		{"layers_per_block is 0: expected 1 to 256", func(c *config) { c.LayersPerBlock = 0 }},
		{"downsample_padding is 2: implemented are 0 and 1", func(c *config) { c.DownsamplePadding = 2 }},
		{"downsample_type is unknown", func(c *config) { c.DownsampleType = 9 }},
		{"upsample_type is unknown", func(c *config) { c.UpsampleType = 9 }},
		{"mid_block_type is unknown", func(c *config) { c.MidBlockType = 9 }},
		{"mid_block_scale_factor is 0: expected a finite number other than 0", func(c *config) { c.MidBlockScaleFactor = 0 }},
		{"mid_block_scale_factor is NaN: expected a finite number other than 0", func(c *config) { c.MidBlockScaleFactor = math.NaN() }},
		{"sample_size is -8 x 8: expected positive sizes", func(c *config) { c.SampleHeight, c.SampleWidth = -8, 8 }},
		{"norm_num_groups is 0: expected at least 1", func(c *config) { c.NormNumGroups = 0 }},
		{"norm_num_groups is 16: it does not divide block_out_channels[0] = 8", func(c *config) { c.NormNumGroups = 16 }},
		{"attn_norm_num_groups is 3: it does not divide the last of block_out_channels, 16", func(c *config) { c.AttnNormNumGroups = 3 }},
		{"attn_norm_num_groups is -1: expected at least 1, or null", func(c *config) { c.AttnNormNumGroups = -1 }},
		{"norm_eps is -1: expected a finite number, not negative", func(c *config) { c.NormEps = -1 }},
		{"norm_eps is +Inf: expected a finite number, not negative", func(c *config) { c.NormEps = math.Inf(1) }},
		{"resnet_time_scale_shift is unknown", func(c *config) { c.ResnetTimeScaleShift = 9 }},
		{"attention_head_dim is 17: more than block_out_channels[1] = 16 has", func(c *config) { c.AttentionHeadDim = 17 }},
		{"attention_head_dim is -1: expected at least 1, or null", func(c *config) { c.AttentionHeadDim = -1 }},
		{"time_embedding_type is unknown", func(c *config) { c.TimeEmbeddingType = 9 }},
		{"time_embedding_dim is -4: expected 1 to 262144, or null", func(c *config) { c.TimeEmbeddingDim = -4 }},
		{"freq_shift is 4: a time embedding of 8 channels then has a frequency that is not finite", func(c *config) { c.FreqShift = 4 }},
		{"freq_shift is NaN: expected a finite number", func(c *config) { c.FreqShift = math.NaN() }},
		{"num_train_timesteps is null: a learned time embedding needs the size of its table", func(c *config) { c.TimeEmbeddingType = arch.TimeLearned }},
		{"num_train_timesteps is -1: expected 1 to 16777216", func(c *config) { c.NumTrainTimesteps = -1 }},
		{"class_embed_type is unknown", func(c *config) { c.ClassEmbedType = 9 }},
		{"num_class_embeds is 1000000000: expected 1 to 16777216, or null", func(c *config) { c.NumClassEmbeds = 1e9 }},
	} {
		cfg := small()
		c.change(&cfg)
		err := cfg.Validate()
		var ce *arch.ConfigError
		if !errors.As(err, &ce) || err.Error() != "unet config: "+c.want {
			t.Errorf("expected %q, found %v", c.want, err)
		}
		if _, err := arch.NewUNet2D(cfg, nil); err == nil {
			t.Errorf("%s: NewUNet2D did not check", c.want)
		}
	}
}

// TestValidateAccepts: values that are odd but mean something in diffusers, or that nothing reads.
func TestValidateAccepts(t *testing.T) {
	type config = arch.UNet2DConfig
	for name, change := range map[string]func(c *config){
		"default": func(c *config) { *c = arch.DefaultUNet2D() },
		"one level": func(c *config) {
			c.BlockOutChannels, c.DownBlockTypes, c.UpBlockTypes = c.BlockOutChannels[:1], c.DownBlockTypes[:1], c.UpBlockTypes[1:]
		},
		"heads that leave a rest":      func(c *config) { c.AttentionHeadDim = 7 },
		"heads wider than a plain one": func(c *config) { c.AttentionHeadDim = 16 },
		"groups of no attention":       func(c *config) { c.AttnNormNumGroups, c.AddAttention = 3, false },
		"groups without a middle":      func(c *config) { c.AttnNormNumGroups, c.MidBlockType = 3, arch.MidNone },
		"eps 0":                        func(c *config) { c.NormEps = 0 },
		"shift beyond half":            func(c *config) { c.FreqShift = 5 },
		"shift without frequencies":    func(c *config) { c.FreqShift, c.TimeEmbeddingType = 4, arch.TimeFourier },
		"negative scale":               func(c *config) { c.MidBlockScaleFactor = -2 },
		"table beside identity":        func(c *config) { c.ClassEmbedType, c.NumClassEmbeds = arch.ClassIdentity, 3 },
	} {
		cfg := small()
		change(&cfg)
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCondition(t *testing.T) {
	for _, c := range []struct {
		kind arch.ClassEmbedType
		rows int
		want arch.Condition
	}{
		{arch.ClassNull, 0, arch.CondNone}, {arch.ClassNull, 4, arch.CondLabels},
		{arch.ClassTimestep, 0, arch.CondValues}, {arch.ClassTimestep, 4, arch.CondValues},
		{arch.ClassIdentity, 0, arch.CondRows}, {arch.ClassIdentity, 4, arch.CondRows},
	} {
		cfg := small()
		cfg.ClassEmbedType, cfg.NumClassEmbeds = c.kind, c.rows
		if have := cfg.Condition(); have != c.want {
			t.Errorf("class_embed_type %d, %d rows: expected %d, found %d", c.kind, c.rows, c.want, have)
		}
	}
}
