// Package kinds has small networks for tests: one for each kind of node, and one for
// each combination of kinds that a plan treats as one. Whoever computes networks is
// held to the interpreter on all of them.
package kinds

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/graph"
	"tintype/core/nn"
	"tintype/core/rng"
	"tintype/internal/interpret"
)

// An Example is a small network.
type Example struct {
	Name  string
	Graph *graph.Graph
	N     int // items to try it with
}

// Random returns values for a network's inputs and learned tensors: normal numbers,
// gains around 1, whole numbers and positive times where the network wants them.
// Equal arguments give equal values.
func (e Example) Random(seed uint64) (inputs, params interpret.Values) {
	inputs, params = interpret.Values{}, interpret.Values{}
	stream := uint32(0)
	fill := func(n int) []float64 {
		x := make([]float32, n)
		rng.Normal(x, seed, stream, 0)
		stream++
		all := make([]float64, n)
		for i, v := range x {
			all[i] = float64(v)
		}
		return all
	}
	for _, in := range e.Graph.Inputs() {
		v := fill(e.N * in.Shape.Len())
		limit := e.whole(in)
		for i := range v {
			switch {
			case limit > 0:
				v[i] = float64(int(math.Abs(v[i])*1000) % limit)
			case e.positive(in):
				v[i] = float64(float32(exact.Exp(v[i])))
			}
		}
		inputs[in.Name] = v
	}
	for _, p := range e.Graph.Params() {
		v := fill(p.Len())
		fan := p.Len() / p.Shape[0]
		for i := range v {
			switch {
			case p.Role == graph.Gain:
				v[i] = float64(float32(1 + v[i]/4))
			case len(p.Shape) > 1 && p.Role == graph.Weight:
				v[i] = float64(float32(v[i] / math.Sqrt(float64(fan))))
			}
		}
		params[p.Name] = v
	}
	return inputs, params
}

// whole is how many rows the table has that an input looks up, 0 if it does not.
func (e Example) whole(in *graph.Node) int {
	for _, n := range e.Graph.Nodes {
		if op, ok := n.Op.(graph.Lookup); ok && n.In[0] == in {
			return op.Count
		}
	}
	return 0
}

// positive says whether an input is a noise level.
func (e Example) positive(in *graph.Node) bool {
	for _, n := range e.Graph.Nodes {
		switch n.Op.(type) {
		case graph.Fourier:
			if n.In[0] == in {
				return true
			}
		case graph.Divide:
			if n.In[1] == in {
				return true
			}
		}
	}
	return false
}

// builder makes an example's graph over a picture.
type builder struct {
	*graph.Graph
	x *graph.Node
}

// input adds one more input.
func (b builder) input(name string, s graph.Shape) *graph.Node {
	return b.Add(name, graph.Input{Shape: s})
}

// All is every example.
func All() (all []Example) {
	add := func(name string, n int, s graph.Shape, make func(b builder) *graph.Node) {
		g := &graph.Graph{}
		b := builder{g, g.Add("x", graph.Input{Shape: s})}
		g.Outputs = []*graph.Node{make(b)}
		if g.Err() != nil {
			panic(fmt.Sprintf("kinds: %s: %v", name, g.Err()))
		}
		all = append(all, Example{name, g, n})
	}
	simple(add)
	layers(add)
	combined(add)
	return all
}

type adder func(name string, n int, s graph.Shape, make func(b builder) *graph.Node)

// simple are the kinds without learned tensors.
func simple(add adder) {
	picture := graph.Shape{H: 4, W: 6, C: 5}
	one := func(name string, s graph.Shape, op graph.Op) {
		add(name, 2, s, func(b builder) *graph.Node { return b.Add("y", op, b.x) })
	}
	for f := graph.SiLU; f <= graph.Tanh; f++ {
		one("apply "+f.String(), picture, graph.Apply{Function: f})
	}
	one("affine", picture, graph.Affine{Mul: 2, Add: -1})
	one("slice", picture, graph.Slice{From: 1, To: 4})
	one("avgpool", picture, graph.AvgPool{})
	one("upsample", picture, graph.Upsample{})
	one("unshuffle", picture, graph.Unshuffle{Factor: 2})
	one("shuffle", graph.Shape{H: 2, W: 3, C: 12}, graph.Shuffle{Factor: 2})
	one("shuffle last", graph.Shape{H: 2, W: 3, C: 12}, graph.Shuffle{Factor: 2, Last: true})
	one("mean", picture, graph.Mean{})
	one("table", picture, graph.AddTable{Table: ramp(picture.Len())})
	two := func(name string, s graph.Shape, op graph.Op) {
		add(name, 2, picture, func(b builder) *graph.Node { return b.Add("y", op, b.x, b.input("b", s)) })
	}
	two("add", picture, graph.Add{Scale: 0.5})
	two("add a row", graph.Row(5), graph.Add{Scale: 1})
	two("mul", picture, graph.Mul{})
	two("mul by a row", graph.Row(5), graph.Mul{})
	two("concat", graph.Shape{H: 4, W: 6, C: 3}, graph.Concat{})
	two("divide", graph.Row(1), graph.Divide{})
	add("modulate", 2, picture, func(b builder) *graph.Node {
		return b.Add("y", graph.Modulate{}, b.x, b.input("scale", graph.Row(5)), b.input("shift", graph.Row(5)))
	})
	for _, causal := range []bool{false, true} {
		add(fmt.Sprint("attention, causal ", causal), 2, graph.Tokens(7, 6), func(b builder) *graph.Node {
			return b.Add("y", graph.Attention{Heads: 3, Causal: causal}, b.x, b.input("k", graph.Tokens(7, 6)), b.input("v", graph.Tokens(7, 6)))
		})
	}
	add("attention to others", 2, graph.Shape{H: 3, W: 4, C: 8}, func(b builder) *graph.Node {
		return b.Add("y", graph.Attention{Heads: 2}, b.x, b.input("k", graph.Tokens(5, 8)), b.input("v", graph.Tokens(5, 8)))
	})
	one("sinusoid", graph.Row(1), graph.Sinusoid{Width: 9, Shift: 1})
	one("sinusoid, cosine first", graph.Row(1), graph.Sinusoid{Width: 8, CosineFirst: true, Scale: 1000})
}

func ramp(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	return x
}

// layers are the kinds with learned tensors.
func layers(add adder) {
	one := func(name string, s graph.Shape, op graph.Op) {
		add(name, 2, s, func(b builder) *graph.Node { return b.Add("l", op, b.x) })
	}
	for _, c := range []struct {
		h, w, in, out, stride int
		margin                graph.Margin
		plain                 bool
	}{
		{1, 1, 1, 1, 1, graph.MarginAround, false}, {5, 7, 3, 5, 1, graph.MarginAround, true}, {4, 4, 17, 33, 1, graph.MarginAround, false},
		{6, 8, 3, 4, 2, graph.MarginAround, false}, {5, 7, 2, 3, 2, graph.MarginAround, true}, {6, 8, 3, 4, 2, graph.MarginAfter, false},
		{9, 10, 16, 4, 1, graph.MarginAround, false},
	} {
		one(fmt.Sprint("conv ", c), graph.Shape{H: c.h, W: c.w, C: c.in}, graph.Conv{Out: c.out, Stride: c.stride, Margin: c.margin, NoBias: c.plain})
	}
	one("linear", graph.Tokens(7, 33), graph.Linear{Out: 17})
	one("linear without bias", graph.Tokens(3, 5), graph.Linear{Out: 2, NoBias: true})
	one("1x1 convolution", graph.Shape{H: 2, W: 3, C: 5}, graph.Linear{Out: 4, Kernel: 1})
	one("patches", graph.Shape{H: 2, W: 3, C: 12}, graph.Linear{Out: 4, Kernel: 2})
	one("groupnorm", graph.Shape{H: 3, W: 5, C: 6}, graph.GroupNorm{Groups: 3, Eps: 1e-3})
	one("groupnorm of one group", graph.Shape{H: 2, W: 2, C: 17}, graph.GroupNorm{Groups: 1, Eps: 1e-5})
	one("layernorm", graph.Tokens(5, 19), graph.LayerNorm{Eps: 1e-5})
	one("layernorm, plain", graph.Tokens(5, 19), graph.LayerNorm{Eps: 1e-6, Plain: true})
	one("positions", graph.Tokens(5, 4), graph.Learned{Count: 9})
	one("quantise", graph.Shape{H: 3, W: 2, C: 3}, graph.Quantise{Count: 11})
	one("fourier", graph.Row(1), graph.Fourier{Count: 5})
	one("lookup of a time", graph.Row(1), graph.Lookup{Count: 6, Width: 4})
	add("lookup", 2, graph.Tokens(3, 4), func(b builder) *graph.Node {
		ids := b.Add("ids", graph.Input{Shape: graph.Tokens(3, 1), Numbers: true})
		return nn.Sum(b.Graph, "sum", b.x, b.Add("l", graph.Lookup{Count: 8, Width: 4}, ids))
	})
}
