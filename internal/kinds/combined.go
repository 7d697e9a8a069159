package kinds

import (
	"fmt"

	"tintype/core/graph"
	"tintype/core/nn"
)

// combined are what plans treat as one: each rewrite's pattern, and what is close to
// it but must be left alone.
func combined(add adder) {
	picture := graph.Shape{H: 6, W: 4, C: 16}
	add("norm and silu before a convolution", 2, picture, func(b builder) *graph.Node {
		return nn.Conv(b.Graph, "conv", nn.NormAct(b.Graph, "norm", b.x, 4, 1e-5), 8)
	})
	add("the same, read twice", 2, picture, func(b builder) *graph.Node {
		h := nn.NormAct(b.Graph, "norm", b.x, 4, 1e-5)
		return nn.Sum(b.Graph, "sum", nn.Conv(b.Graph, "conv", h, 16), h)
	})
	add("a doubled picture", 2, picture, func(b builder) *graph.Node { return nn.Up(b.Graph, "up", b.x) })
	add("a norm and a doubled picture", 1, picture, func(b builder) *graph.Node {
		return nn.Conv(b.Graph, "conv", b.Add("u", graph.Upsample{}, nn.NormAct(b.Graph, "norm", b.x, 2, 1e-5)), 5)
	})
	add("a row", 2, picture, func(b builder) *graph.Node {
		row := nn.Linear(b.Graph, "row", b.input("t", graph.Row(3)), 8)
		return nn.Sum(b.Graph, "sum", nn.Conv(b.Graph, "conv", b.x, 8), row)
	})
	add("a row that comes after the convolution", 2, picture, func(b builder) *graph.Node {
		y := nn.Conv(b.Graph, "conv", b.x, 8)
		return nn.Sum(b.Graph, "sum", y, nn.Linear(b.Graph, "row", b.input("t", graph.Row(3)), 8))
	})
	add("a given row", 2, picture, func(b builder) *graph.Node {
		return nn.Sum(b.Graph, "sum", nn.Conv(b.Graph, "conv", b.x, 8), b.input("row", graph.Row(8)))
	})
	add("a residual", 2, picture, func(b builder) *graph.Node {
		return b.Add("sum", graph.Add{Scale: 0.5}, nn.Conv(b.Graph, "conv", b.x, 16), b.x)
	})
	add("a residual through a layer", 2, picture, func(b builder) *graph.Node {
		return b.Add("sum", graph.Add{Scale: 0.5}, nn.Conv(b.Graph, "conv", b.x, 8), nn.Conv1x1(b.Graph, "side", b.x, 8))
	})
	add("a skip", 2, picture, func(b builder) *graph.Node {
		x := b.Add("cat", graph.Concat{}, b.x, b.input("skip", graph.Shape{H: 6, W: 4, C: 8}))
		return nn.ResBlock(b.Graph, "res", nn.ResBlockConfig{Out: 12, Groups: 4, Eps: 1e-5, Divisor: 1}, x)
	})
	add("a skip that is read whole", 2, picture, func(b builder) *graph.Node {
		x := b.Add("cat", graph.Concat{}, b.x, b.input("skip", graph.Shape{H: 6, W: 4, C: 8}))
		return nn.ResBlock(b.Graph, "res", nn.ResBlockConfig{Out: 24, Groups: 4, Eps: 1e-5, Divisor: 1}, x)
	})
	for _, function := range []graph.Function{graph.ReLU, graph.QuickGELU} {
		add("a function after a layer: "+function.String(), 2, picture, func(b builder) *graph.Node {
			h := b.Add("act", graph.Apply{Function: function}, nn.Conv(b.Graph, "conv", b.x, 16))
			h = b.Add("act2", graph.Apply{Function: function}, nn.Sum(b.Graph, "sum", nn.Conv(b.Graph, "conv2", h, 16), b.x))
			return b.Add("act3", graph.Apply{Function: function}, nn.Linear(b.Graph, "linear", h, 3))
		})
	}
	resBlocks(add)
	attentions(add)
}

func resBlocks(add adder) {
	for _, norm := range []nn.TimeNorm{nn.TimeAdd, nn.TimeScaleShift} {
		for _, to := range []nn.Resample{nn.ResampleNone, nn.ResampleDown, nn.ResampleUp} {
			for _, out := range []int{16, 12} {
				add(fmt.Sprint("residual block ", norm, to, out), 2, graph.Shape{H: 6, W: 4, C: 16}, func(b builder) *graph.Node {
					t := b.input("t", graph.Row(3))
					return nn.ResBlock(b.Graph, "res", nn.ResBlockConfig{Out: out, Groups: 4, Eps: 1e-5, Time: t, TimeNorm: norm, Divisor: 2, Resample: to}, b.x)
				})
			}
		}
	}
	add("residual block without a time", 2, graph.Shape{H: 4, W: 4, C: 8}, func(b builder) *graph.Node {
		return nn.ResBlock(b.Graph, "res", nn.ResBlockConfig{Out: 8, Groups: 4, Eps: 1e-6, Divisor: 1}, b.x)
	})
}

func attentions(add adder) {
	for _, c := range []struct{ h, w, channels, dim, groups int }{
		{1, 1, 4, 4, 0}, {3, 5, 8, 2, 4}, {4, 4, 8, 3, 2}, {2, 2, 6, 6, 0}, {3, 4, 8, 8, 4}, {3, 3, 5, 1, 1},
		{30, 20, 8, 4, 2}, // 600 rows of scores, in several runs
	} {
		add(fmt.Sprint("pixel attention ", c), 2, graph.Shape{H: c.h, W: c.w, C: c.channels}, func(b builder) *graph.Node {
			return nn.PixelAttention(b.Graph, "a", nn.PixelAttentionConfig{HeadDim: c.dim, Groups: c.groups, Eps: 1e-5, Divisor: 2}, b.x)
		})
	}
	add("cross-attention", 2, graph.Shape{H: 3, W: 4, C: 8}, func(b builder) *graph.Node {
		text := b.input("text", graph.Tokens(5, 6))
		return nn.Attention(b.Graph, "a", nn.AttentionConfig{Heads: 2, Inner: 4, Out: 8}, b.x, text)
	})
	add("cross-attention of one head", 2, graph.Shape{H: 3, W: 4, C: 8}, func(b builder) *graph.Node {
		text := b.input("text", graph.Tokens(5, 8))
		return nn.Attention(b.Graph, "a", nn.AttentionConfig{Heads: 1, Inner: 8, Out: 8, Bias: true}, b.x, text)
	})
}
