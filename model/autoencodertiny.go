package model

import (
	"tintype/core/arch"
	"tintype/core/graph"
	"tintype/internal/strictjson"
)

// AutoencoderTinyConfig reads the config.json of a diffusers AutoencoderTiny.
func AutoencoderTinyConfig(text string) (arch.AutoencoderTinyConfig, error) {
	c := arch.AutoencoderTinyConfig{
		InChannels: 3, OutChannels: 3, LatentChannels: 4, Function: graph.ReLU,
		EncoderChannels: []int{64, 64, 64, 64}, DecoderChannels: []int{64, 64, 64, 64},
		EncoderBlocks: []int{1, 3, 3, 3}, DecoderBlocks: []int{3, 3, 3, 1},
	}
	root, _, err := configRoot("tiny autoencoder config", text, "AutoencoderTiny")
	if err != nil {
		return c, err
	}
	f := fieldsOf(root)
	f.Int("in_channels", &c.InChannels)
	f.Int("out_channels", &c.OutChannels)
	f.Int("latent_channels", &c.LatentChannels)
	f.Ints("encoder_block_out_channels", &c.EncoderChannels)
	f.Ints("decoder_block_out_channels", &c.DecoderChannels)
	f.Ints("num_encoder_blocks", &c.EncoderBlocks)
	f.Ints("num_decoder_blocks", &c.DecoderBlocks)
	function(f, "act_fn", &c.Function, "relu", "silu", "swish", "gelu")
	f.Just("upsampling_scaling_factor", "2")
	f.Just("upsample_fn", `"nearest"`)
	// Read with the latents, or without effect on a pass.
	f.Ignore("scaling_factor", "shift_factor", "latent_magnitude", "latent_shift", "force_upcast", "block_out_channels")
	within(f, root, 1<<12, "in_channels out_channels latent_channels", c.InChannels, c.OutChannels, c.LatentChannels)
	checkTiny(f, root.Get("encoder_block_out_channels"), c.EncoderChannels, c.EncoderBlocks)
	checkTiny(f, root.Get("decoder_block_out_channels"), c.DecoderChannels, c.DecoderBlocks)
	return c, f.End()
}

// checkTiny asks for one width on each side: blocks keep their channels.
func checkTiny(f *strictjson.Fields, v strictjson.Value, channels, blocks []int) {
	if len(channels) < 1 || len(channels) > 8 || len(channels) != len(blocks) {
		f.Keep(v.Fail("expected 1 to 8 levels, as many as there are numbers of blocks"))
		return
	}
	for i, n := range channels {
		if n < 1 || n > 1<<12 || n != channels[0] || blocks[i] < 0 || blocks[i] > 64 {
			f.Keep(v.Fail("expected one number of channels for all levels, 1 to 4096, and 0 to 64 blocks each"))
		}
	}
}
