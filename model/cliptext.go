package model

import (
	"tintype/core/arch"
	"tintype/core/graph"
	"tintype/internal/strictjson"
)

// CLIPTextConfig reads the config.json of a transformers CLIPTextModel.
func CLIPTextConfig(text string) (arch.CLIPTextConfig, error) {
	c := arch.CLIPTextConfig{
		VocabSize: 49408, MaxPositions: 77, HiddenSize: 512, Layers: 12, Heads: 8, IntermediateSize: 2048, Eps: 1e-5, Function: graph.QuickGELU,
	}
	root, err := strictjson.Parse("text encoder config", text, strictjson.Config)
	if err != nil {
		return c, err
	}
	f := fieldsOf(root)
	f.Just("model_type", `"clip_text_model"`)
	f.Int("vocab_size", &c.VocabSize)
	f.Int("max_position_embeddings", &c.MaxPositions)
	f.Int("hidden_size", &c.HiddenSize)
	f.Int("num_hidden_layers", &c.Layers)
	f.Int("num_attention_heads", &c.Heads)
	f.Int("intermediate_size", &c.IntermediateSize)
	f.Float32("layer_norm_eps", &c.Eps)
	function(f, "hidden_act", &c.Function, "quick_gelu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu")
	// They name tokens, which the tokenizer knows, or act in training only.
	f.Ignore("bos_token_id", "eos_token_id", "pad_token_id", "architectures", "attention_dropout", "dropout", "dtype", "torch_dtype",
		"initializer_factor", "initializer_range", "projection_dim", "transformers_version")
	within(f, root, 1<<20, "vocab_size max_position_embeddings hidden_size intermediate_size", c.VocabSize, c.MaxPositions, c.HiddenSize, c.IntermediateSize)
	within(f, root, 256, "num_hidden_layers num_attention_heads", c.Layers, c.Heads)
	if c.Heads > 0 && c.HiddenSize%c.Heads != 0 {
		f.Keep(root.Get("num_attention_heads").Fail("does not divide hidden_size"))
	}
	return c, f.End()
}
