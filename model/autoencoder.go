package model

import (
	"tintype/core/arch"
	"tintype/internal/strictjson"
)

// AutoencoderConfig reads the config.json of a diffusers AutoencoderKL or VQModel.
func AutoencoderConfig(text string) (arch.AutoencoderConfig, error) {
	c := arch.AutoencoderConfig{
		InChannels: 3, OutChannels: 3, BlockOutChannels: []int{64}, LayersPerBlock: 1, NormNumGroups: 32,
		MidBlockAttention: true, QuantConv: true, PostConv: true, LatentChannels: 4,
	}
	root, class, err := configRoot("autoencoder config", text, "AutoencoderKL", "VQModel")
	if err != nil {
		return c, err
	}
	f := fieldsOf(root)
	if class == 1 {
		c.LatentChannels, c.Codebook = 3, 256
		f.Int("num_vq_embeddings", &c.Codebook)
		f.IntOrNull("vq_embed_dim", &c.CodebookDim)
		f.Just("norm_type", `"group"`)
		f.Ignore("lookup_from_codebook")
	} else {
		f.Bool("use_quant_conv", &c.QuantConv)
		f.Bool("use_post_quant_conv", &c.PostConv)
		f.Just("latents_mean", "null")
		f.Just("latents_std", "null")
	}
	f.Int("in_channels", &c.InChannels)
	f.Int("out_channels", &c.OutChannels)
	f.Int("latent_channels", &c.LatentChannels)
	f.Int("layers_per_block", &c.LayersPerBlock)
	f.Ints("block_out_channels", &c.BlockOutChannels)
	f.Int("norm_num_groups", &c.NormNumGroups)
	f.Just("act_fn", `"silu"`, `"swish"`)
	// Of one kind each: what is read is only that no other is there.
	var blocks []int
	f.Words("down_block_types", &blocks, "DownEncoderBlock2D")
	f.Words("up_block_types", &blocks, "UpDecoderBlock2D")
	f.Bool("mid_block_add_attention", &c.MidBlockAttention)
	f.Ignore("scaling_factor", "shift_factor", "sample_size", "force_upcast") // read with the latents
	if class == 1 && c.CodebookDim == 0 {
		c.CodebookDim = c.LatentChannels
	}
	checkAutoencoder(f, root, c)
	return c, f.End()
}

// checkAutoencoder bounds what sizes are made of.
func checkAutoencoder(f *strictjson.Fields, root strictjson.Value, c arch.AutoencoderConfig) {
	within(f, root, 1<<16, "in_channels out_channels latent_channels norm_num_groups num_vq_embeddings vq_embed_dim",
		c.InChannels, c.OutChannels, c.LatentChannels, c.NormNumGroups, max(c.Codebook, 1), max(c.CodebookDim, 1))
	within(f, root, 64, "layers_per_block", c.LayersPerBlock)
	if n := len(c.BlockOutChannels); n < 1 || n > 8 {
		f.Keep(root.Get("block_out_channels").Fail("expected 1 to 8 levels"))
	}
	for _, n := range c.BlockOutChannels {
		if n < 1 || n > 1<<16 || c.NormNumGroups > 0 && n%c.NormNumGroups != 0 {
			f.Keep(root.Get("block_out_channels").Fail("expected multiples of norm_num_groups, at most 65536"))
		}
	}
}
