package arch

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/nn"
)

// CLIPTextConfig is the configuration of transformers' CLIPTextModel.
type CLIPTextConfig struct {
	VocabSize, MaxPositions int
	HiddenSize, Layers      int
	Heads, IntermediateSize int
	Function                graph.Function // hidden_act
	Eps                     float32
	Skip                    int    // of the last layers: 1 leaves one out (clip_skip); the final norm is applied all the same
	Prefix                  string // of all names: text_model. as transformers saved them before version 5, or nothing
}

// Tokens names the input of text encoders.
const Tokens = "input_ids"

// Describe describes the encoder for texts of so many tokens: the last hidden states.
//
//	h = token_embedding[id] + position_embedding
//	h = h + out_proj(attention(layer_norm1(h)));  h = h + fc2(f(fc1(layer_norm2(h))))   each layer, causal
//	y = final_layer_norm(h)
func (c CLIPTextConfig) Describe(tokens int) (*graph.Graph, error) {
	g := &graph.Graph{}
	ids := g.Add(Tokens, graph.Input{Shape: graph.Tokens(tokens, 1), Numbers: true})
	x := g.Add(c.Prefix+"embeddings.token_embedding", graph.Lookup{Count: c.VocabSize, Width: c.HiddenSize}, ids)
	x = g.Add(c.Prefix+"embeddings.position_embedding", graph.Learned{Count: c.MaxPositions}, x)
	for i := range c.Layers - c.Skip {
		x = c.layer(g, fmt.Sprintf("%sencoder.layers.%d", c.Prefix, i), x)
	}
	g.Outputs = []*graph.Node{g.Add(c.Prefix+"final_layer_norm", graph.LayerNorm{Eps: c.Eps}, x)}
	return g, g.Err()
}

func (c CLIPTextConfig) layer(g *graph.Graph, name string, x *graph.Node) *graph.Node {
	norm := graph.LayerNorm{Eps: c.Eps}
	h := g.Add(name+".layer_norm1", norm, x)
	a := name + ".self_attn"
	q, k, v := nn.Linear(g, a+".q_proj", h, c.HiddenSize), nn.Linear(g, a+".k_proj", h, c.HiddenSize), nn.Linear(g, a+".v_proj", h, c.HiddenSize)
	o := g.Add(a, graph.Attention{Heads: c.Heads, Causal: true}, q, k, v)
	x = nn.Sum(g, a, nn.Linear(g, a+".out_proj", o, c.HiddenSize), x)
	h = g.Add(name+".layer_norm2", norm, x)
	return nn.Sum(g, name+".mlp", nn.MLP(g, name+".mlp.fc1", name+".mlp.fc2", c.Function, c.IntermediateSize, h), x)
}
