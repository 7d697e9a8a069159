package graph

import (
	"fmt"
	"math"

	"tintype/core/exact"
)

// The kinds of node that have learned tensors, or tables of their own.

// A Margin is the zeros that a convolution sees around its input, in pixels.
type Margin struct{ Top, Left, Bottom, Right int }

// The margins of the networks: padding 1 all around, and diffusers'
// downsample_padding 0, which pads (0,1,0,1) so that the window starts on the
// picture's first pixel.
var (
	MarginAround = Margin{1, 1, 1, 1}
	MarginAfter  = Margin{0, 0, 1, 1}
)

// Conv is a 3x3 convolution:
//
//	y[p][o] = b[o] + Σ_ky Σ_kx Σ_c w[o][c][ky][kx]·x[Stride·p + (ky,kx) − (Top,Left)][c]
//
// w is name.weight [Out,C,3,3], b is name.bias [Out].
type Conv struct {
	Out    int
	Stride int
	Margin Margin
	NoBias bool
}

// result is ⌊(H + Top + Bottom − 3)/Stride⌋ + 1 high, and as wide.
func (o Conv) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	m := o.Margin
	h, w := in[0].H+m.Top+m.Bottom-3, in[0].W+m.Left+m.Right-3
	if h < 0 || w < 0 || o.Stride < 1 {
		return Shape{}, fmt.Errorf("convolves %v, which is too small", in[0])
	}
	return Shape{h/o.Stride + 1, w/o.Stride + 1, o.Out}, nil
}

// Params are weight and bias.
func (o Conv) Params(name string, in []Shape) []Param {
	return product(name, o.NoBias, o.Out, in[0].C, 3, 3)
}

// Linear maps the channels of every pixel, as a 1x1 convolution does:
//
//	y[p][o] = b[o] + Σ_c w[o][c]·x[p][c]
//
// w is name.weight [Out,C], b is name.bias [Out].
type Linear struct {
	Out    int
	NoBias bool
	Kernel int // stored as a convolution, [Out,C/Kernel²,Kernel,Kernel]; 0: as a matrix
}

// result has Out channels.
func (o Linear) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	if k := o.Kernel * o.Kernel; k != 0 && in[0].C%k != 0 {
		return Shape{}, fmt.Errorf("%d channels are no blocks of %d x %d", in[0].C, o.Kernel, o.Kernel)
	}
	return Shape{in[0].H, in[0].W, o.Out}, nil
}

// Params are weight and bias.
func (o Linear) Params(name string, in []Shape) []Param {
	if o.Kernel > 0 {
		return product(name, o.NoBias, o.Out, in[0].C/(o.Kernel*o.Kernel), o.Kernel, o.Kernel)
	}
	return product(name, o.NoBias, o.Out, in[0].C)
}

// product is the learned tensors of a layer of products.
func product(name string, noBias bool, shape ...int) []Param {
	all := []Param{{name + ".weight", shape, Weight}}
	if !noBias {
		all = append(all, Param{name + ".bias", shape[:1], Bias})
	}
	return all
}

// GroupNorm brings each of Groups groups of channels of an item to mean 0 and
// variance 1, then scales and shifts every channel (Wu and He, arXiv 1803.08494):
//
//	y = (x − mean)/√(variance + Eps)·γ + β
//
// γ is name.weight [C], β is name.bias [C].
type GroupNorm struct {
	Groups int
	Eps    float32
}

// result is the input's shape.
func (o GroupNorm) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	if o.Groups < 1 || in[0].C%o.Groups != 0 {
		return Shape{}, fmt.Errorf("cuts %d channels into %d groups", in[0].C, o.Groups)
	}
	return in[0], nil
}

// Params are γ and β.
func (o GroupNorm) Params(name string, in []Shape) []Param { return norm(name, in[0].C) }

// LayerNorm brings the channels of each pixel to mean 0 and variance 1 (Ba, Kiros
// and Hinton, arXiv 1607.06450): the formula of GroupNorm for each pixel, without γ
// and β where Plain.
type LayerNorm struct {
	Eps   float32
	Plain bool
}

// result is the input's shape.
func (LayerNorm) result(in []Shape) (Shape, error) { return same(in, 1) }

// Params are γ and β.
func (o LayerNorm) Params(name string, in []Shape) []Param {
	if o.Plain {
		return nil
	}
	return norm(name, in[0].C)
}

func norm(name string, c int) []Param {
	return []Param{{name + ".weight", []int{c}, Gain}, {name + ".bias", []int{c}, Bias}}
}

// Lookup is the rows of a table: y[t] = w[x[t]], w is name.weight [Count,Width].
// The input is whole numbers [1,T,1], or times that must be whole.
type Lookup struct{ Count, Width int }

// result is a row for each number.
func (o Lookup) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	if in[0].C != 1 {
		return Shape{}, fmt.Errorf("looks up %v, expected one number a token", in[0])
	}
	return Shape{in[0].H, in[0].W, o.Width}, nil
}

// Params is the table.
func (o Lookup) Params(name string, _ []Shape) []Param {
	return []Param{{name + ".weight", []int{o.Count, o.Width}, Table}}
}

// Learned is x plus the first rows of a learned table, name.weight [Count,C]: row t
// is added to token t.
type Learned struct{ Count int }

// result is the input's shape.
func (o Learned) result(in []Shape) (Shape, error) {
	s, err := same(in, 1)
	if err == nil && s.Pixels() > o.Count {
		err = fmt.Errorf("%d tokens, the table of positions has %d", s.Pixels(), o.Count)
	}
	return s, err
}

// Params is the table.
func (o Learned) Params(name string, in []Shape) []Param {
	return []Param{{name + ".weight", []int{o.Count, in[0].C}, Table}}
}

// AddTable is x plus a table that is computed, not learned: [H,W,C] as x.
type AddTable struct {
	free
	Table []float32
}

// result is the input's shape.
func (o AddTable) result(in []Shape) (Shape, error) {
	s, err := same(in, 1)
	if err == nil && s.Len() != len(o.Table) {
		err = fmt.Errorf("adds %d numbers to %v", len(o.Table), s)
	}
	return s, err
}

// Quantise replaces each pixel by the nearest row of a codebook, name.weight
// [Count,C]: the first of those with the smallest Σ_c (x[c] − w[k][c])² (van den
// Oord et al., arXiv 1711.00937, equation 2).
type Quantise struct{ Count int }

// result is the input's shape.
func (Quantise) result(in []Shape) (Shape, error) { return same(in, 1) }

// Params is the codebook.
func (o Quantise) Params(name string, in []Shape) []Param {
	return []Param{{name + ".weight", []int{o.Count, in[0].C}, Table}}
}

// Sinusoid is the embedding of a number t by waves (Vaswani et al., arXiv
// 1706.03762, section 3.5, as DDPM uses it):
//
//	[sin(t f_i) | cos(t f_i)], f_i = 10000^(-i / (half - Shift)), i < half = Width/2, rounded down
//
// the halves swapped if CosineFirst, and a zero behind them if Width is odd.
type Sinusoid struct {
	free
	Width       int
	Shift       float64 // diffusers' freq_shift
	Scale       float32 // t is multiplied by it before; 0: not
	CosineFirst bool
}

// result is a row.
func (o Sinusoid) result(in []Shape) (Shape, error) { return embeds(in, o.Width) }

// Frequencies are f_i. One that is infinite or not a number (where Shift is half
// itself, for example) is an error.
//
// They follow the reference (diffusers, torch) operation by operation in float32:
// an angle of a thousand radians, rounded differently, would move its sine by more
// than any tolerance.
func (o Sinusoid) Frequencies() ([]float32, error) {
	all := make([]float32, o.Width/2)
	step := float32(-math.Ln10 * 4)
	for i := range all {
		exponent := float32(step*float32(i)) / float32(float64(len(all))-o.Shift)
		f := float32(exact.Exp(float64(exponent)))
		if f-f != 0 {
			return nil, fmt.Errorf("a time embedding of %d channels then has a frequency that is not finite", o.Width)
		}
		all[i] = f
	}
	return all, nil
}

// Fourier embeds the logarithm of a noise level t at random frequencies (Song et
// al., arXiv 2011.13456, appendix C):
//
//	[sin(2π w_i log t) | cos(2π w_i log t)], w is name.weight [Count]
type Fourier struct{ Count int }

// result is a row.
func (o Fourier) result(in []Shape) (Shape, error) { return embeds(in, 2*o.Count) }

// Params is the frequencies. They are not trained.
func (o Fourier) Params(name string, _ []Shape) []Param {
	return []Param{{name + ".weight", []int{o.Count}, Table}}
}

// embeds is a row of the given width for one number.
func embeds(in []Shape, width int) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	if in[0] != Row(1) {
		return Shape{}, fmt.Errorf("embeds %v, expected one number", in[0])
	}
	return Row(width), nil
}
