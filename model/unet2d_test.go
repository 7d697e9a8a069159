package model

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tintype/core/arch"
)

func TestUNet2DConfigDefaults(t *testing.T) {
	c, err := UNet2DConfig(`{}`)
	if err != nil || !reflect.DeepEqual(c, arch.DefaultUNet2D()) {
		t.Errorf("found %+v, %v", c, err)
	}
}

func TestUNet2DConfigReadsEveryField(t *testing.T) {
	c, err := UNet2DConfig(`{
		"_class_name": "UNet2DModel", "_diffusers_version": "0.42.1", "_anything": {"x": 1}, "format": "pt",
		"sample_size": [8, 24], "in_channels": 1, "out_channels": 2, "center_input_sample": true,
		"time_embedding_type": "learned", "time_embedding_dim": 40, "freq_shift": 0.5, "flip_sin_to_cos": false,
		"down_block_types": ["ResnetDownsampleBlock2D", "UNetResAttnDownBlock2D"], "mid_block_type": null,
		"up_block_types": ["UpBlock2D", "ResnetUpsampleBlock2D"], "block_out_channels": [12, 24], "layers_per_block": 3,
		"mid_block_scale_factor": 1.5, "downsample_padding": 0, "downsample_type": "resnet", "upsample_type": "resnet",
		"dropout": 0.3, "act_fn": "SiLU", "attention_head_dim": null, "norm_num_groups": 4, "attn_norm_num_groups": 2,
		"norm_eps": 1e-6, "resnet_time_scale_shift": "scale_shift", "add_attention": false,
		"class_embed_type": "identity", "num_class_embeds": 9, "num_train_timesteps": 50}`)
	want := arch.UNet2DConfig{
		SampleHeight: 8, SampleWidth: 24, InChannels: 1, OutChannels: 2, CenterInputSample: true,
		TimeEmbeddingType: arch.TimeLearned, TimeEmbeddingDim: 40, FreqShift: 0.5,
		DownBlockTypes: []arch.BlockType{arch.BlockResnet, arch.BlockAttention}, MidBlockType: arch.MidNone,
		UpBlockTypes: []arch.BlockType{arch.BlockPlain, arch.BlockResnet}, BlockOutChannels: []int{12, 24}, LayersPerBlock: 3,
		MidBlockScaleFactor: 1.5, DownsampleType: arch.SampleResnet, UpsampleType: arch.SampleResnet,
		NormNumGroups: 4, AttnNormNumGroups: 2, NormEps: 1e-6, ResnetTimeScaleShift: arch.ShiftScale,
		ClassEmbedType: arch.ClassIdentity, NumClassEmbeds: 9, NumTrainTimesteps: 50,
	}
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("found %+v, %v", c, err)
	}
}

func TestUNet2DConfigNulls(t *testing.T) {
	c, err := UNet2DConfig(`{"sample_size": null, "time_embedding_dim": null, "downsample_type": null, "upsample_type": null,
		"attention_head_dim": 4, "attn_norm_num_groups": null, "class_embed_type": null, "num_class_embeds": null,
		"num_train_timesteps": null, "act_fn": "swish", "some_later_field": null, "some_later_switch": false}`)
	want := arch.DefaultUNet2D()
	want.AttentionHeadDim = 4
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("found %+v, %v", c, err)
	}
	if c, err := UNet2DConfig(`{"sample_size": 32, "time_embedding_dim": 0}`); err != nil || c.SampleHeight != 32 || c.SampleWidth != 32 || c.TimeEmbedDim() != 4*224 {
		t.Errorf("one side for both: %+v, %v", c, err)
	}
}

// TestUNet2DConfigRefuses: each error names the field and the value.
func TestUNet2DConfigRefuses(t *testing.T) {
	for _, c := range []struct{ text, field, value string }{
		{`[]`, "unet", "array"},
		{`{"in_channels": 3, "in_channels": 3}`, "in_channels", ""},
		{`{"cross_attention_dim": 768}`, "cross_attention_dim", "768"},
		{`{"_class_name": "UNet2DConditionModel"}`, "_class_name", "UNet2DConditionModel"},
		{`{"down_block_types": ["SkipDownBlock2D"]}`, "down_block_types[0]", "SkipDownBlock2D"},
		{`{"down_block_types": ["DownBlock2D", "KDownBlock2D"]}`, "down_block_types[1]", "KDownBlock2D"},
		{`{"down_block_types": ["UpBlock2D"]}`, "down_block_types[0]", "UpBlock2D"},
		{`{"up_block_types": ["AttnSkipUpBlock2D"]}`, "up_block_types[0]", "AttnSkipUpBlock2D"},
		{`{"up_block_types": "UpBlock2D"}`, "up_block_types", "UpBlock2D"},
		{`{"up_block_types": [null]}`, "up_block_types[0]", "null"},
		{`{"mid_block_type": "UNetMidBlock2DCrossAttn"}`, "mid_block_type", "UNetMidBlock2DCrossAttn"},
		{`{"act_fn": "gelu"}`, "act_fn", "gelu"},
		{`{"act_fn": null}`, "act_fn", "null"},
		{`{"downsample_type": "fir"}`, "downsample_type", "fir"},
		{`{"upsample_type": ""}`, "upsample_type", "empty"},
		{`{"time_embedding_type": "sinus"}`, "time_embedding_type", "sinus"},
		{`{"class_embed_type": "projection"}`, "class_embed_type", "projection"},
		{`{"resnet_time_scale_shift": "ada_group"}`, "resnet_time_scale_shift", "ada_group"},
		{`{"attention_head_dim": 0}`, "attention_head_dim", "0"},
		{`{"attention_head_dim": [8, 8]}`, "attention_head_dim", "array"},
		{`{"num_class_embeds": 0}`, "num_class_embeds", "0"},
		{`{"norm_num_groups": null}`, "norm_num_groups", "null"},
		{`{"layers_per_block": [1, 2]}`, "layers_per_block", "array"},
		{`{"layers_per_block": 1.5}`, "layers_per_block", "1.5"},
		{`{"block_out_channels": [64, "128"]}`, "block_out_channels[1]", "128"},
		{`{"sample_size": [1, 2, 3]}`, "sample_size", "height"},
		{`{"center_input_sample": 1}`, "center_input_sample", "1"},
		{`{"norm_eps": "1e-5"}`, "norm_eps", "1e-5"},
		{`{"freq_shift": null}`, "freq_shift", "null"},
	} {
		_, err := UNet2DConfig(c.text)
		if err == nil || !strings.Contains(err.Error(), c.field) || !strings.Contains(err.Error(), c.value) {
			t.Errorf("%s: found %v", c.text, err)
		}
	}
}

// FuzzUNet2DConfig: whatever the text, reading and checking it end in a config or an error; a config that passes both
// is small enough to be asked for its sizes.
func FuzzUNet2DConfig(f *testing.F) {
	configs, err := filepath.Glob(filepath.Join("..", "core", "arch", "testdata", "*", "config.json"))
	if err != nil || len(configs) == 0 {
		f.Fatalf("no configs: %v", err)
	}
	for _, path := range configs {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(`{"block_out_channels": [1], "down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"], "norm_num_groups": 1, "freq_shift": 1e308}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := UNet2DConfig(text)
		if err != nil || c.Validate() != nil {
			return
		}
		if c.TimeEmbedDim() < 1 || c.SizeMultiple() < 1 {
			t.Errorf("%q: sizes %d, %d", text, c.TimeEmbedDim(), c.SizeMultiple())
		}
	})
}

// What training and loading leave in a config changes nothing and is named; what could change the network is refused.
func TestLeftovers(t *testing.T) {
	const ema = `{"_class_name": "UNet2DModel", "_name_or_path": "x", "_commit_hash": null, "decay": 0.9999, "inv_gamma": 1.0, "min_decay": 0.0,
		"optimization_step": 10000, "power": 0.75, "update_after_step": 0, "use_ema_warmup": true, "dtype": "float16", "torch_dtype": "float16",
		"name_or_path": "y", "in_channels": 4}`
	c, err := UNet2DConfig(ema)
	if err != nil || c.InChannels != 4 {
		t.Errorf("%+v, %v", c, err)
	}
	want := "_name_or_path _commit_hash decay inv_gamma min_decay optimization_step power update_after_step use_ema_warmup dtype torch_dtype name_or_path"
	if got := strings.Join(Leftovers(ema), " "); got != want {
		t.Errorf("left over are %s, want %s", got, want)
	}
	for _, field := range []string{`"cross_attention_dim": 768`, `"use_linear_projection": true`, `"quantization_config": {"bits": 8}`, `"decays": 1`, `"upcast": true`} {
		name, _, _ := strings.Cut(strings.TrimPrefix(field, `"`), `"`)
		if _, err := UNet2DConfig(`{` + field + `}`); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if Leftovers("{") != nil || Leftovers("") != nil || Leftovers("[]") != nil {
		t.Error("left over of no config")
	}
}
