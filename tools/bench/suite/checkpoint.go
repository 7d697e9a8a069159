//go:build !js

package suite

import (
	"encoding/json"
	"io"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/weights"
)

// Checkpoint writes the graph as a model's file, its random weights in float16: what loading a network of this size
// takes is measured on it.
func (g Graph) Checkpoint(w io.Writer) (weights.Sums, error) {
	m, err := g.ONNX()
	if err != nil {
		return weights.Sums{}, err
	}
	r := recorder{src: randomSource{}}
	for _, w := range m.Weights() {
		r.src[w.Name] = w
	}
	if _, err := arch.NewUNet2D(g.Config, &r); err != nil {
		return weights.Sums{}, err
	}
	metadata := map[string]string{"scheduler": `{"_class_name":"DDIMScheduler"}`}
	for key, value := range map[string]any{"unet": g.diffusers(), "model": map[string]any{"name": g.Name}} {
		text, err := json.Marshal(value)
		if err != nil {
			return weights.Sums{}, err
		}
		metadata[key] = string(text)
	}
	return weights.WriteZstd(w, metadata, r.tensors)
}

// diffusers is the graph's configuration as a checkpoint has it; graphConfig decides what can differ.
func (g Graph) diffusers() map[string]any {
	c := g.Config
	named := func(types []arch.BlockType, plain, attention string) []string {
		names := make([]string, len(types))
		for i, t := range types {
			if names[i] = plain; t == arch.BlockAttention {
				names[i] = attention
			}
		}
		return names
	}
	return map[string]any{
		"_class_name": "UNet2DModel", "sample_size": g.Side, "block_out_channels": c.BlockOutChannels, "attention_head_dim": nil,
		"down_block_types": named(c.DownBlockTypes, "DownBlock2D", "AttnDownBlock2D"),
		"up_block_types":   named(c.UpBlockTypes, "UpBlock2D", "AttnUpBlock2D"),
	}
}

// recorder keeps what a network asks for, in that order: a file in another order would have to be held in memory.
type recorder struct {
	src     randomSource
	tensors []weights.Tensor
}

func (r *recorder) Tensor(name string) (shape []int, dtype compile.DType, raw []byte, err error) {
	shape, dtype, raw, err = r.src.Tensor(name)
	if err == nil {
		kind, data := weights.Narrow(RandomWeight(r.src[name]))
		r.tensors = append(r.tensors, weights.Tensor{Name: name, DType: kind, Shape: shape, Data: data})
	}
	return shape, dtype, raw, err
}
