package model

import (
	"tintype/core/arch"
	"tintype/internal/strictjson"
)

// UNet2DConditionConfig reads the config.json of a diffusers UNet2DConditionModel.
func UNet2DConditionConfig(text string) (arch.UNet2DConditionConfig, error) {
	c := arch.UNet2DConditionConfig{
		InChannels: 4, OutChannels: 4, FlipSinToCos: true, BlockOutChannels: []int{320, 640, 1280, 1280},
		DownsamplePadding: 1, MidBlockScaleFactor: 1, ResnetOutScaleFactor: 1, NormNumGroups: 32, NormEps: 1e-5,
	}
	root, _, err := configRoot("unet config", text, "UNet2DConditionModel")
	if err != nil {
		return c, err
	}
	f := fieldsOf(root)
	conditionLevels(f, root, &c)
	f.Int("in_channels", &c.InChannels)
	f.Int("out_channels", &c.OutChannels)
	f.Bool("center_input_sample", &c.CenterInputSample)
	f.Float("freq_shift", &c.FreqShift)
	f.Bool("flip_sin_to_cos", &c.FlipSinToCos)
	f.IntOrNull("time_embedding_dim", &c.TimeEmbeddingDim)
	f.Int("downsample_padding", &c.DownsamplePadding)
	f.Float("mid_block_scale_factor", &c.MidBlockScaleFactor)
	f.Float("resnet_out_scale_factor", &c.ResnetOutScaleFactor)
	f.Int("norm_num_groups", &c.NormNumGroups)
	f.Float("norm_eps", &c.NormEps)
	f.Bool("use_linear_projection", &c.UseLinearProjection)
	f.IntOrNull("time_cond_proj_dim", &c.TimeCondProjDim)
	f.IntOrNull("num_class_embeds", &c.NumClassEmbeds)
	f.IntOrNull("addition_time_embed_dim", &c.AdditionTimeEmbedDim)
	f.IntOrNull("projection_class_embeddings_input_dim", &c.AdditionInputDim)
	middle, shift, class, addition := int(c.Middle), 0, 0, 0
	f.Word("mid_block_type", &middle, "UNetMidBlock2DCrossAttn", "")
	f.Word("resnet_time_scale_shift", &shift, "default", "scale_shift")
	f.Word("class_embed_type", &class, "", "timestep", "identity")
	f.Word("addition_embed_type", &addition, "", "text_time")
	c.Middle, c.ResnetTimeScaleShift = arch.ConditionMiddle(middle), arch.TimeScaleShift(shift)
	c.ClassEmbedType, c.TextTime = arch.ClassEmbedType(class), addition == 1
	sampleSize(f, &c.SampleHeight, &c.SampleWidth)
	conditionFixed(f)
	checkCondition(f, root, c)
	return c, f.End()
}

// conditionFixed are the options with one implemented value, and those that a pass does not read.
func conditionFixed(f *strictjson.Fields) {
	f.Just("act_fn", `"silu"`, `"swish"`)
	f.Just("time_embedding_type", `"positional"`)
	f.Just("attention_type", `"default"`)
	f.Just("conv_in_kernel", "3")
	f.Just("conv_out_kernel", "3")
	for _, key := range []string{"time_embedding_act_fn", "timestep_post_act", "cross_attention_norm", "encoder_hid_dim", "encoder_hid_dim_type",
		"reverse_transformer_layers_per_block"} {
		f.Just(key, "null")
	}
	for _, key := range []string{"class_embeddings_concat", "dual_cross_attention", "mid_block_only_cross_attention", "resnet_skip_time_act"} {
		f.Just(key, "false", "null")
	}
	// Of another addition_embed_type; in training only; everything is computed in float32.
	f.Ignore("addition_embed_type_num_heads", "dropout", "upcast_attention")
}

// conditionLevels reads what there is one of for every level.
func conditionLevels(f *strictjson.Fields, root strictjson.Value, c *arch.UNet2DConditionConfig) {
	down, up := []int{1, 1, 1, 0}, []int{0, 1, 1, 1}
	f.Words("down_block_types", &down, "DownBlock2D", "CrossAttnDownBlock2D")
	f.Words("up_block_types", &up, "UpBlock2D", "CrossAttnUpBlock2D")
	f.Ints("block_out_channels", &c.BlockOutChannels)
	n := len(c.BlockOutChannels)
	if n < 1 || n > 12 || len(down) != n || len(up) != n {
		f.Keep(root.Fail("block_out_channels, down_block_types and up_block_types: expected as many of each, 1 to 12"))
		c.BlockOutChannels, down, up, n = nil, nil, nil, 0
	}
	for i := range n {
		c.DownAttends, c.UpAttends = append(c.DownAttends, down[i] == 1), append(c.UpAttends, up[i] == 1)
	}
	heads := "attention_head_dim" // which means the number of heads, where num_attention_heads does not say it
	if v := root.Get("num_attention_heads"); v.Exists() && !v.IsNull() {
		f.Ignore(heads) // the reference reads the one that says it
		heads = "num_attention_heads"
	} else {
		f.Ignore("num_attention_heads")
	}
	c.LayersPerBlock = perLevel(f, "layers_per_block", n, 2, strictjson.Value.Int)
	c.Heads = perLevel(f, heads, n, 8, strictjson.Value.Int)
	c.CrossAttentionDim = perLevel(f, "cross_attention_dim", n, 1280, strictjson.Value.Int)
	c.TransformerLayers = perLevel(f, "transformer_layers_per_block", n, 1, strictjson.Value.Int)
	c.OnlyCrossAttention = perLevel(f, "only_cross_attention", n, false, strictjson.Value.Bool)
}

// checkCondition bounds what sizes are made of.
func checkCondition(f *strictjson.Fields, root strictjson.Value, c arch.UNet2DConditionConfig) {
	const most = 1 << 16
	within(f, root, most, "in_channels out_channels norm_num_groups", c.InChannels, c.OutChannels, c.NormNumGroups)
	within(f, root, most, "time_embedding_dim time_cond_proj_dim projection_class_embeddings_input_dim addition_time_embed_dim num_class_embeds",
		max(c.TimeEmbeddingDim, 1), max(c.TimeCondProjDim, 1), max(c.AdditionInputDim, 1), max(c.AdditionTimeEmbedDim, 1), max(c.NumClassEmbeds, 1))
	for i, n := range c.BlockOutChannels {
		switch {
		case n < 1 || n > most || c.NormNumGroups > 0 && n%c.NormNumGroups != 0:
			f.Keep(root.Get("block_out_channels").At(i).Fail("expected a multiple of norm_num_groups, at most 65536"))
		case c.LayersPerBlock[i] < 1 || c.LayersPerBlock[i] > 64 || c.TransformerLayers[i] < 1 || c.TransformerLayers[i] > 64:
			f.Keep(root.Fail("layers_per_block or transformer_layers_per_block is outside 1 to 64"))
		case c.Heads[i] < 1 || n%c.Heads[i] != 0:
			f.Keep(root.Get("attention_head_dim").Fail("expected numbers of heads that divide block_out_channels"))
		case c.CrossAttentionDim[i] < 1 || c.CrossAttentionDim[i] > most || c.CrossAttentionDim[i] != c.CrossAttentionDim[0]: // one text feeds all levels
			f.Keep(root.Get("cross_attention_dim").Fail("expected one width for all levels, 1 to 65536"))
		}
	}
	if c.DownsamplePadding != 0 && c.DownsamplePadding != 1 {
		f.Keep(root.Get("downsample_padding").Fail("implemented are 0 and 1"))
	}
	if c.TextTime && (c.AdditionTimeEmbedDim < 1 || c.AdditionInputDim <= 6*c.AdditionTimeEmbedDim) { // six numbers of sizes and crops, then the pooled text
		f.Keep(root.Get("projection_class_embeddings_input_dim").Fail("expected more than six times addition_time_embed_dim"))
	}
}
