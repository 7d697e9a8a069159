package compile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tintype/core/graph"
	"tintype/internal/kinds"
)

// kindsOf lists what is left of an example after some rewrites, by its ops' names.
func kindsOf(t *testing.T, name string, some ...func(*layers)) string {
	t.Helper()
	all := kinds.All()
	i := slices.IndexFunc(all, func(e kinds.Example) bool { return e.Name == name })
	if i < 0 {
		t.Fatalf("no example %q", name)
	}
	n := read(all[i].Graph)
	for _, r := range some {
		r(n)
		n.drop()
	}
	var left []string
	for _, l := range n.all {
		if _, given := l.op.(graph.Input); !given {
			left = append(left, strings.TrimPrefix(fmt.Sprintf("%T", l.op), "graph."))
		}
	}
	return strings.Join(left, " ")
}

// TestRewrites: each rewrite takes its pattern, and leaves what only looks like it.
// (That the result stays the same is TestPassesFollowTheDefinition's.)
func TestRewrites(t *testing.T) {
	for _, c := range []struct {
		rewrites []func(*layers)
		example  string
		left     string
	}{
		{[]func(*layers){normIntoConv}, "norm and silu before a convolution", "GroupNorm Conv"},
		{[]func(*layers){normIntoConv}, "the same, read twice", "GroupNorm Apply Conv Add"},
		{[]func(*layers){normIntoConv}, "a norm and a doubled picture", "GroupNorm Conv"},
		{[]func(*layers){doubleIntoConv}, "a doubled picture", "Conv"},
		{[]func(*layers){doubleIntoConv}, "upsample", "Upsample"},
		{[]func(*layers){rowIntoConv}, "a row", "Linear Conv"},
		{[]func(*layers){rowIntoConv}, "a row that comes after the convolution", "Linear Conv"},
		{[]func(*layers){rowIntoConv}, "a given row", "Conv Add"},
		{[]func(*layers){residualIntoConv}, "a residual", "Conv"},
		{[]func(*layers){residualIntoConv}, "a residual through a layer", "Conv"},
		{[]func(*layers){residualIntoConv}, "a row", "Linear Conv Add"},
		{[]func(*layers){normIntoConv, residualIntoConv, joinConcat}, "a skip", "GroupNorm Conv GroupNorm Conv"},
		{[]func(*layers){normIntoConv, residualIntoConv, joinConcat}, "a skip that is read whole", "Concat GroupNorm Conv GroupNorm Conv"},
		{[]func(*layers){actAfter}, "a function after a layer: relu", "Conv Conv Add Apply Linear"},
		{[]func(*layers){residualIntoConv, actAfter}, "a function after a layer: relu", "Conv Conv Linear"},
		{[]func(*layers){foldOneHead}, "pixel attention {3 4 8 8 4}", "GroupNorm Linear Linear Attention Add"},
		{[]func(*layers){foldOneHead}, "pixel attention {3 5 8 2 4}", "GroupNorm Linear Linear Linear Attention Linear Add"},
		{[]func(*layers){foldOneHead}, "cross-attention of one head", "Linear Linear Linear Attention Linear"},
		{[]func(*layers){stackProjections}, "pixel attention {3 5 8 2 4}", "GroupNorm Linear Attention Linear Add"},
		{[]func(*layers){stackProjections}, "cross-attention", "Linear Linear Attention Linear"},
		{rewrites, "residual block 1 0 12", "Linear GroupNorm Conv GroupNorm Conv"},
		{rewrites, "residual block 0 1 16", "Linear GroupNorm Apply AvgPool AvgPool Conv GroupNorm Conv"},
		{rewrites, "residual block 1 2 12", "Linear Upsample GroupNorm Conv GroupNorm Conv"},
	} {
		if left := kindsOf(t, c.example, c.rewrites...); left != c.left {
			t.Errorf("%s: left are %s, want %s", c.example, left, c.left)
		}
	}
}

// TestWeightsFitEverySize: what rewrites make does not depend on the size of pictures,
// so that weights loaded for one size serve all.
func TestWeightsFitEverySize(t *testing.T) {
	describe := func(h, w int) (*graph.Graph, error) {
		g := &graph.Graph{}
		x := g.Add("x", graph.Input{Shape: graph.Shape{H: h, W: w, C: 16}})
		x = g.Add("up", graph.Upsample{}, x)
		g.Outputs = []*graph.Node{g.Add("conv", graph.Conv{Out: 16, Stride: 1, Margin: graph.MarginAround}, x)}
		return g, nil
	}
	s := stored{}
	s.put("conv.weight", 16, 16, 3, 3)
	s.put("conv.bias", 16)
	net, err := New(describe, 32, 32, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []int{1, 3, 40} {
		pass, err := net.Plan(2, side, side, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := pass.Give("x", make([]float32, 2*side*side*16)); err != nil {
			t.Fatal(err)
		}
		if err := pass.Run(make([]float32, 2*4*side*side*16)); err != nil {
			t.Fatal(err)
		}
	}
}
