package suite

import (
	"fmt"
	"hash/fnv"
	"math"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/core/rng"
	"tintype/core/tensor"
	"tintype/tools/bench/onnx"
)

// Graph is a network without trained weights, for comparing engines: two resnets a level, one head, 32 groups, no
// classes.
type Graph struct {
	Name   string
	Side   int // of its square picture
	Config arch.UNet2DConfig
}

// Graphs are the networks that the engine's goals are stated for.
var Graphs = []Graph{
	{"unet32-64", 32, graphConfig([]int{64, 128, 128}, 1)},
	{"unet32-128", 32, graphConfig([]int{128, 256, 256, 256}, 1)},
	{"unet64-64", 64, graphConfig([]int{64, 128, 192, 256}, 2, 3)},
}

// FindGraph is the graph of that name.
func FindGraph(name string) (Graph, error) {
	for _, g := range Graphs {
		if g.Name == name {
			return g, nil
		}
	}
	return Graph{}, fmt.Errorf("no graph %q", name)
}

// graphConfig has the given channels, and attention at some levels, 0 the first.
func graphConfig(channels []int, attends ...int) arch.UNet2DConfig {
	c := arch.DefaultUNet2D()
	c.BlockOutChannels, c.AttentionHeadDim = channels, 0
	c.DownBlockTypes = make([]arch.BlockType, len(channels))
	c.UpBlockTypes = make([]arch.BlockType, len(channels))
	for _, level := range attends {
		c.DownBlockTypes[level] = arch.BlockAttention
		c.UpBlockTypes[len(channels)-1-level] = arch.BlockAttention
	}
	return c
}

// ONNX is the graph for another engine.
func (g Graph) ONNX() (*onnx.Model, error) { return onnx.UNet2D(g.Name, g.Config, g.Side, g.Side) }

// Engine is the graph in this engine.
type Engine struct {
	Graph
	network *arch.UNet2D
}

// Build packs the graph's weights for this engine: the same as ONNX has.
func (g Graph) Build() (*Engine, error) {
	m, err := g.ONNX()
	if err != nil {
		return nil, err
	}
	src := randomSource{}
	for _, w := range m.Weights() {
		src[w.Name] = w
	}
	network, err := arch.NewUNet2D(g.Config, src)
	return &Engine{g, network}, err
}

// Passes lays out a pass over one picture.
func (e *Engine) Passes(between func() error) (*Passes, error) {
	net, err := e.network.Plan(1, e.Side, e.Side, between)
	if err != nil {
		return nil, err
	}
	return newPasses(net, 1, e.Side, e.Side, e.Config.InChannels, e.Config.OutChannels, nil), nil
}

// Profile prints where the time of the graph's pass goes; see profile.
func (e *Engine) Profile(print Printer) error { return profile(print, e.Name, e.Passes) }

// Sample is the picture that the graph's passes read [1,H,W,C]: noise, as a sampler's first pass reads.
func (g Graph) Sample() *tensor.Tensor {
	x := tensor.New(1, g.Side, g.Side, g.Config.InChannels)
	fillSample(x)
	return x
}

func fillSample(x *tensor.Tensor) { rng.Normal(x.Data, 1, 0, 0) }

// randomSource answers for the weights it was told of with random ones.
type randomSource map[string]onnx.Weight

func (s randomSource) Tensor(name string) (shape []int, dtype compile.DType, raw []byte, err error) {
	w := s[name] // an unknown name has no shape, which the loader reports
	return w.Shape, compile.F32, onnx.RawFloats(RandomWeight(w)), nil
}

// RandomWeight is a weight with values that depend on its name and shape alone, evenly spread around 0, or around 1
// for the factors of a norm. A matrix keeps the variance of what it maps, so that no layer of a deep network fades
// or explodes.
func RandomWeight(w onnx.Weight) []float32 {
	count, inputs := 1, 1
	for i, d := range w.Shape {
		count *= d
		if i > 0 {
			inputs *= d
		}
	}
	scale, offset := math.Sqrt(3/float64(inputs)), 0.0
	if len(w.Shape) == 1 {
		scale = 0.1
		if name := w.Name; name[len(name)-len("weight"):] == "weight" {
			offset = 1
		}
	}
	seed := fnv.New32a()
	seed.Write([]byte(w.Name)) // never fails
	state := seed.Sum32()
	values := make([]float32, count)
	for i := range values {
		state = state*1664525 + 1013904223 // Numerical Recipes' linear congruence; its high bits are good enough
		values[i] = float32(scale*(float64(state>>8)/(1<<23)-1) + offset)
	}
	return values
}
