package model

import (
	"tintype/core/arch"
	"tintype/core/graph"
)

// DiTConfig reads the config.json of a diffusers DiTTransformer2DModel.
func DiTConfig(text string) (arch.DiTConfig, error) {
	c := arch.DiTConfig{
		SampleSize: 32, InChannels: 4, PatchSize: 2, Heads: 16, HeadDim: 72, Layers: 28, Classes: 1000,
		AttentionBias: true, Function: graph.GELUTanh, NormEps: 1e-5,
	}
	root, _, err := configRoot("transformer config", text, "DiTTransformer2DModel", "Transformer2DModel")
	if err != nil {
		return c, err
	}
	f := fieldsOf(root)
	f.Int("sample_size", &c.SampleSize)
	f.Int("in_channels", &c.InChannels)
	f.IntOrNull("out_channels", &c.OutChannels)
	f.Int("patch_size", &c.PatchSize)
	f.Int("num_attention_heads", &c.Heads)
	f.Int("attention_head_dim", &c.HeadDim)
	f.Int("num_layers", &c.Layers)
	f.Int("num_embeds_ada_norm", &c.Classes)
	f.Bool("attention_bias", &c.AttentionBias)
	f.Float32("norm_eps", &c.NormEps)
	function(f, "activation_fn", &c.Function, "gelu-approximate", "gelu")
	f.Just("norm_type", `"ada_norm_zero"`)
	f.Just("norm_elementwise_affine", "false")
	f.Ignore("dropout", "norm_num_groups", "upcast_attention", "use_linear_projection")
	// Of Transformer2DModel, the class that held these networks before.
	for _, key := range []string{"cross_attention_dim", "num_vector_embeds", "caption_channels"} {
		f.Just(key, "null")
	}
	f.Just("attention_type", `"default"`)
	f.Just("interpolation_scale", "null", "1", "1.0")
	if c.OutChannels == 0 {
		c.OutChannels = c.InChannels
	}
	within(f, root, 1<<14, "sample_size in_channels out_channels patch_size", c.SampleSize, c.InChannels, c.OutChannels, c.PatchSize)
	within(f, root, 512, "num_attention_heads attention_head_dim num_layers", c.Heads, c.HeadDim, c.Layers)
	within(f, root, 1<<20, "num_embeds_ada_norm", c.Classes)
	// The table of places is made of four quarters: sine and cosine of row and column.
	if c.Heads*c.HeadDim%4 != 0 || c.PatchSize > 0 && c.SampleSize%c.PatchSize != 0 {
		f.Keep(root.Fail("has heads whose channels are no multiple of 4, or a sample_size that is no multiple of patch_size"))
	}
	return c, f.End()
}
