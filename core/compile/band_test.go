package compile

import (
	"fmt"
	"slices"
	"testing"
	"tintype/core/graph"

	"tintype/core/tensor"
)

// TestCut: bands cover every row of every result once and in order, stay within what was asked for, and find in the
// frame what they have not framed themselves.
func TestCut(t *testing.T) {
	for _, c := range []struct{ n, h, tile, stride, pictures, rows, bands int }{
		{1, 1, 4, 1, 0, 1, 1}, {1, 32, 4, 1, 0, 3, 3}, {2, 33, 4, 1, 0, 4, 6}, {5, 8, 4, 1, 2, 9, 3}, {3, 8, 2, 1, 7, 9, 1},
		{2, 7, 1, 2, 0, 3, 6}, {1, 9, 1, 1, 0, 1, 9}, {1, 5, 1, 2, 0, 0, 5},
	} {
		bands := cut(c.n, c.h, c.tile, c.stride, c.pictures, c.rows)
		if len(bands) != c.bands {
			t.Errorf("%+v: %d bands", c, len(bands))
		}
		picture, y := 0, 0
		var before band
		for _, s := range bands {
			if s.picture != picture || s.y != y || s.n > 1 && (y != 0 || s.h != c.h) || s.n > max(c.pictures, 1) {
				t.Fatalf("%+v: %+v after %+v", c, s, before)
			}
			if c.pictures == 0 && s.h > max(c.rows, 1)*c.tile {
				t.Errorf("%+v: %+v has too many rows", c, s)
			}
			whole := (s.h + c.tile - 1) / c.tile * c.tile
			if s.top != s.y*c.stride || s.rows != (whole-1)*c.stride+3 {
				t.Errorf("%+v: %+v reads other framed rows", c, s)
			}
			if s.kept > 0 && (before.picture != s.picture || before.top+s.step != s.top || s.step+s.kept != before.rows) || (s.kept > 0) != (y > 0 && c.stride < 3) {
				t.Errorf("%+v: %+v keeps what %+v has not framed", c, s, before)
			}
			before = s
			if y += s.h; y == c.h {
				picture, y = picture+s.n, 0
			}
		}
		if picture != c.n || y != 0 {
			t.Errorf("%+v: the bands end at picture %d, row %d", c, picture, y)
		}
	}
}

// TestConvolutionInPlace: a convolution in several bands gives the same bits where it reads as elsewhere, however it
// is computed, with a norm before it and a residual that comes through another layer.
func TestConvolutionInPlace(t *testing.T) {
	for _, c := range []struct{ n, h, w, channels, meant, tile, bands int }{
		{1, 64, 64, 48, 64, 4, 3}, {3, 48, 32, 64, 48, 4, 6}, {2, 70, 66, 48, 3, 2, 10}, {2, 90, 90, 12, 90, 0, 4},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := stored{}
			s.put("x.norm.weight", c.channels)
			s.put("x.norm.bias", c.channels)
			s.put("x.conv.weight", c.channels, c.channels, 3, 3)
			s.put("x.conv.bias", c.channels)
			s.put("x.side.weight", c.channels, 8)
			s.put("x.side.bias", c.channels)
			l := NewLoader(s)
			norm, err := newGroupNorm(l, "x.norm", graph.GroupNorm{Groups: 4, Eps: 1e-5}, c.channels)
			if err != nil {
				t.Fatal(err)
			}
			conv, err := newConv2D(l, "x.conv", graph.Conv{Out: c.channels, Stride: 1, Margin: graph.MarginAround}, c.channels, c.meant, c.meant)
			if err != nil {
				t.Fatal(err)
			}
			side, err := newLinear(l, "x.side", graph.Linear{Out: c.channels}, 8)
			if err != nil {
				t.Fatal(err)
			}
			x, other := input(c.n, c.h, c.w, c.channels), input(c.n, c.h, c.w, 8)
			run := func(p *Plan, dst *tensor.Tensor) {
				affine := p.New(x.N, 1, 1, 2*x.C)
				norm.planAffine(p, affine, joined{a: x})
				conv.planInto(p, dst, reading{x: joined{a: x}, norm: affine}, added{residual: joined{a: other}, through: side, scale: 0.5})
				p.Release(affine)
				p.Commit()
				if err := p.Run(nil); err != nil {
					t.Fatal(err)
				}
			}
			var apart, same Plan
			y := tensor.New(x.N, x.H, x.W, x.C)
			run(&apart, y)
			run(&same, x)
			if !slices.Equal(x.Data, y.Data) {
				t.Error("in place the result differs")
			}
			fills := 0
			for _, op := range same.Ops() {
				if op.Kind == OpActivation {
					fills++
				}
			}
			if conv.tile != c.tile || fills != c.bands {
				t.Errorf("tiles of %d in %d bands", conv.tile, fills)
			}
			if use := same.Use(); use.Activations > 2*c.n*c.channels {
				t.Errorf("%d floats of activations", use.Activations)
			}
		})
	}
}

// input is repeatable noise.
func input(n, h, w, c int) *tensor.Tensor {
	x := tensor.New(n, h, w, c)
	copy(x.Data, noise(99, x.Len()))
	return x
}
