package nn

import (
	"fmt"
	"math"
	"testing"

	"tintype/core/tensor"
)

// The layers against their definitions in float64, written as plainly as they can be.

// runLayer plans a layer over x, runs it and returns the result.
func runLayer(x *tensor.Tensor, plan func(p *Plan, x *tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
	var p Plan
	y := plan(&p, x)
	p.Commit()
	p.Run(nil)
	return y
}

// input is repeatable noise.
func input(n, h, w, c int) *tensor.Tensor {
	x := tensor.New(n, h, w, c)
	copy(x.Data, noise(99, x.Len()))
	return x
}

// at reads a pixel's channel, 0 outside the picture.
func at(t *tensor.Tensor, n, y, x, c int) float64 {
	if y < 0 || y >= t.H || x < 0 || x >= t.W {
		return 0
	}
	return float64(t.Data[((n*t.H+y)*t.W+x)*t.C+c])
}

// closeTo compares with a definition, element by element.
func closeTo(t *testing.T, have *tensor.Tensor, n, h, w, c int, want func(n, y, x, c int) float64) {
	t.Helper()
	if have.N != n || have.H != h || have.W != w || have.C != c {
		t.Fatalf("expected [%d %d %d %d], found [%d %d %d %d]", n, h, w, c, have.N, have.H, have.W, have.C)
	}
	worst := 0.0
	for i := range have.Data {
		ch, col, row, pic := i%c, i/c%w, i/c/w%h, i/c/w/h
		worst = max(worst, math.Abs(float64(have.Data[i])-want(pic, row, col, ch)))
	}
	if !(worst < 2e-5) {
		t.Errorf("largest error %g", worst)
	}
}

func TestConv2D(t *testing.T) {
	for _, c := range []struct {
		n, h, w, in, out, stride int
		margin                   Margin
	}{
		{1, 1, 1, 1, 1, 1, MarginAround}, {2, 5, 7, 3, 5, 1, MarginAround}, {1, 4, 4, 17, 33, 1, MarginAround},
		{2, 6, 8, 3, 4, 2, MarginAround}, {1, 5, 7, 2, 3, 2, MarginAround}, {2, 6, 8, 3, 4, 2, MarginAfter}, {1, 2, 2, 5, 1, 2, MarginAfter},
		{1, 64, 64, 48, 20, 1, MarginAround}, {2, 9, 500, 48, 16, 1, MarginAround}, {1, 70, 90, 15, 3, 1, MarginAround}, // several strips
		{1, 66, 130, 24, 4, 2, MarginAround}, {2, 64, 128, 17, 4, 2, MarginAfter},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := stored{}
			weight, bias := s.put("x.weight", c.out, c.in, 3, 3), s.put("x.bias", c.out)
			for i := range weight {
				weight[i] /= float32(c.in)
			}
			conv, err := NewConv2D(NewLoader(s), "x", Conv2DConfig{In: c.in, Out: c.out, Stride: c.stride, Margin: c.margin, H: c.h / c.stride, W: c.w / c.stride})
			if err != nil {
				t.Fatal(err)
			}
			x := input(c.n, c.h, c.w, c.in)
			ho, wo := (c.h+c.margin.Top+c.margin.Bottom-3)/c.stride+1, (c.w+c.margin.Left+c.margin.Right-3)/c.stride+1
			closeTo(t, runLayer(x, conv.Plan), c.n, ho, wo, c.out, func(n, row, col, o int) float64 {
				sum := float64(bias[o])
				for i := range c.in {
					for k := range 9 {
						y, x1 := row*c.stride+k/3-c.margin.Top, col*c.stride+k%3-c.margin.Left
						sum += at(x, n, y, x1, i) * float64(weight[(o*c.in+i)*9+k])
					}
				}
				return sum
			})
		})
	}
}

func TestLinear(t *testing.T) {
	for _, c := range []struct{ rows, in, out int }{{1, 1, 1}, {3, 5, 2}, {7, 33, 17}, {600, 128, 512}} {
		for _, ones := range [][]int{nil, {1, 1}} { // a linear layer, a 1x1 convolution
			s := stored{}
			weight, bias := s.put("x.weight", append([]int{c.out, c.in}, ones...)...), s.put("x.bias", c.out)
			build := NewLinear
			if ones != nil {
				build = NewConv1x1
			}
			layer, err := build(NewLoader(s), "x", c.in, c.out)
			if err != nil {
				t.Fatal(err)
			}
			x := input(1, c.rows, 1, c.in)
			closeTo(t, runLayer(x, layer.Plan), 1, c.rows, 1, c.out, func(_, row, _, o int) float64 {
				return float64(bias[o]) + dot(x.Data[row*c.in:][:c.in], weight[o*c.in:][:c.in])
			})
		}
	}
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestAttention(t *testing.T) {
	for _, c := range []struct{ n, h, w, channels, dim, groups int }{
		{1, 1, 1, 4, 4, 0}, {2, 3, 5, 8, 2, 4}, {1, 4, 4, 8, 3, 2}, {2, 2, 2, 6, 6, 0}, {1, 3, 3, 5, 1, 1},
		{2, 3, 4, 8, 8, 4},
		{1, 30, 20, 8, 4, 2}, // 600 rows of scores, in several runs
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := stored{}
			heads := c.channels / c.dim
			inner := heads * c.dim
			matrix, bias := map[string][]float32{}, map[string][]float32{}
			for _, name := range []string{"to_q", "to_k", "to_v"} {
				matrix[name], bias[name] = s.put("x."+name+".weight", inner, c.channels), s.put("x."+name+".bias", inner)
			}
			out, outBias := s.put("x.to_out.0.weight", c.channels, inner), s.put("x.to_out.0.bias", c.channels)
			x := input(c.n, c.h, c.w, c.channels)
			normed := x
			if c.groups != 0 {
				s.put("x.group_norm.weight", c.channels)
				s.put("x.group_norm.bias", c.channels)
				norm, err := NewGroupNorm(NewLoader(s), "x.group_norm", c.channels, c.groups, 1e-5)
				if err != nil {
					t.Fatal(err)
				}
				normed = runLayer(x, norm.Plan)
			}
			a, err := NewAttention(NewLoader(s), "x", AttentionConfig{Channels: c.channels, HeadDim: c.dim, Groups: c.groups, Eps: 1e-5, Divisor: 2})
			if err != nil {
				t.Fatal(err)
			}
			tokens := c.h * c.w
			project := func(name string) []float64 {
				y := make([]float64, c.n*tokens*inner)
				for i := range y {
					y[i] = float64(bias[name][i%inner]) + dot(normed.Data[i/inner*c.channels:][:c.channels], matrix[name][i%inner*c.channels:][:c.channels])
				}
				return y
			}
			o := attend(project("to_q"), project("to_k"), project("to_v"), c.n, tokens, heads, c.dim)
			closeTo(t, runLayer(x, a.Plan), c.n, c.h, c.w, c.channels, func(n, row, col, ch int) float64 {
				sum := at(x, n, row, col, ch) + float64(outBias[ch])
				for i, v := range o[((n*c.h+row)*c.w+col)*inner:][:inner] {
					sum += v * float64(out[ch*inner+i])
				}
				return sum / 2
			})
		})
	}
}

// attend is softmax(q kᵀ / sqrt(dim)) v of every head, from [n,tokens,heads*dim] to the same.
func attend(q, k, v []float64, n, tokens, heads, dim int) []float64 {
	inner := heads * dim
	o := make([]float64, len(q))
	weight := make([]float64, tokens)
	for pic := range n {
		for head := range heads {
			base := pic*tokens*inner + head*dim
			for i := range tokens {
				total := 0.0
				for j := range tokens {
					score := 0.0
					for d := range dim {
						score += q[base+i*inner+d] * k[base+j*inner+d]
					}
					weight[j] = math.Exp(score / math.Sqrt(float64(dim)))
					total += weight[j]
				}
				for j := range tokens {
					for d := range dim {
						o[base+i*inner+d] += weight[j] / total * v[base+j*inner+d]
					}
				}
			}
		}
	}
	return o
}

func TestUpAndDown(t *testing.T) {
	s := stored{}
	weight, bias := s.put("x.conv.weight", 3, 3, 3, 3), s.put("x.conv.bias", 3)
	up, err := NewUp(NewLoader(s), "x", 3, 4, 6)
	if err != nil {
		t.Fatal(err)
	}
	x := input(2, 2, 3, 3)
	closeTo(t, runLayer(x, up.Plan), 2, 4, 6, 3, func(n, row, col, o int) float64 {
		sum := float64(bias[o])
		for i := range 3 {
			for k := range 9 {
				y, x1 := row+k/3-1, col+k%3-1
				if y >= 0 && x1 >= 0 {
					sum += at(x, n, y/2, x1/2, i) * float64(weight[(o*3+i)*9+k])
				}
			}
		}
		return sum
	})
	pool := runLayer(x, func(p *Plan, x *tensor.Tensor) *tensor.Tensor { return AvgPool(p, "x", x) })
	closeTo(t, pool, 2, 1, 1, 3, func(n, _, _, c int) float64 {
		return (at(x, n, 0, 0, c) + at(x, n, 0, 1, c) + at(x, n, 1, 0, c) + at(x, n, 1, 1, c)) / 4
	})
}
