package graph

import (
	"errors"
	"fmt"
)

// The kinds of node that learn nothing. x, y are inputs in
// order, p a pixel, c a channel.

// free is embedded by kinds without learned tensors.
type free struct{}

// Params is none.
func (free) Params(string, []Shape) []Param { return nil }

// An Input is what a pass is given under the node's name.
type Input struct {
	free
	Shape   Shape
	Numbers bool // whole numbers: labels, tokens
}

// result is the input's own shape.
func (o Input) result(in []Shape) (Shape, error) { return o.Shape, takes(in, 0) }

// A Function is a function of one number, applied to each.
type Function uint8

// The functions.
const (
	SiLU      Function = iota // x·σ(x), σ(x) = 1/(1+e⁻ˣ)
	ReLU                      // max(x, 0)
	GELU                      // x·Φ(x), Φ the normal distribution's (Hendrycks and Gimpel, arXiv 1606.08415)
	GELUTanh                  // x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), ibidem
	QuickGELU                 // x·σ(1.702·x), ibidem
	Tanh
)

var functionNames = [...]string{"silu", "relu", "gelu", "gelu_tanh", "quick_gelu", "tanh"}

func (f Function) String() string { return functionNames[f] }

// Apply is y = Function(x).
type Apply struct {
	free
	Function Function
}

// result is the input's shape.
func (Apply) result(in []Shape) (Shape, error) { return same(in, 1) }

// Add is (x + y)·Scale. y may be a row [1,1,C], added to every pixel.
type Add struct {
	free
	Scale float32
}

// result is the shape of x.
func (Add) result(in []Shape) (Shape, error) { return rowwise(in, 2) }

// Mul is x·y. y may be a row [1,1,C], by which every pixel is multiplied.
type Mul struct{ free }

// result is the shape of x.
func (Mul) result(in []Shape) (Shape, error) { return rowwise(in, 2) }

// Affine is x·Mul + Add.
type Affine struct {
	free
	Mul, Add float32
}

// result is the input's shape.
func (Affine) result(in []Shape) (Shape, error) { return same(in, 1) }

// Modulate is x·(1 + scale) + shift; scale and shift, the second and third input, are rows [1,1,C].
type Modulate struct{ free }

// result is the shape of x.
func (Modulate) result(in []Shape) (Shape, error) { return rowwise(in, 3) }

// Divide is x/y; y is a number a picture, [1,1,1].
type Divide struct{ free }

// result is the shape of x.
func (Divide) result(in []Shape) (Shape, error) {
	if err := takes(in, 2); err != nil {
		return Shape{}, err
	}
	if in[1] != Row(1) {
		return Shape{}, fmt.Errorf("divides by %v, expected one number", in[1])
	}
	return in[0], nil
}

// Concat is the channels of x, then those of y.
type Concat struct{ free }

// result has the channels of both.
func (Concat) result(in []Shape) (Shape, error) {
	if err := takes(in, 2); err != nil {
		return Shape{}, err
	}
	x, y := in[0], in[1]
	if x.H != y.H || x.W != y.W {
		return Shape{}, fmt.Errorf("joins %v and %v, of different sizes", x, y)
	}
	return Shape{x.H, x.W, x.C + y.C}, nil
}

// Slice is channels From to To of x.
type Slice struct {
	free
	From, To int
}

// result has these channels.
func (o Slice) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	if o.From < 0 || o.From >= o.To || o.To > in[0].C {
		return Shape{}, fmt.Errorf("takes channels %d to %d of %v", o.From, o.To, in[0])
	}
	return Shape{in[0].H, in[0].W, o.To - o.From}, nil
}

// AvgPool is the mean of every block of 2x2 pixels.
type AvgPool struct{ free }

// result is half as high and wide.
func (AvgPool) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	if in[0].H%2 != 0 || in[0].W%2 != 0 {
		return Shape{}, fmt.Errorf("halves %v, which is odd", in[0])
	}
	return Shape{in[0].H / 2, in[0].W / 2, in[0].C}, nil
}

// Upsample is every pixel twice, both ways.
type Upsample struct{ free }

// result is twice as high and wide.
func (Upsample) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	return Shape{2 * in[0].H, 2 * in[0].W, in[0].C}, nil
}

// Unshuffle moves blocks of Factor x Factor pixels into channels: channel
// (c·f + dy)·f + dx of a pixel is channel c of the block's pixel (dy, dx), as in
// torch.nn.functional.pixel_unshuffle.
type Unshuffle struct {
	free
	Factor int
}

// result is smaller by the factor, both ways.
func (o Unshuffle) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	f := o.Factor
	if f < 1 || in[0].H%f != 0 || in[0].W%f != 0 {
		return Shape{}, fmt.Errorf("cuts %v into blocks of %d x %d", in[0], f, f)
	}
	return Shape{in[0].H / f, in[0].W / f, in[0].C * f * f}, nil
}

// Shuffle moves channels into blocks of Factor x Factor pixels. With Last, channel
// (dy·f + dx)·C + c of a pixel is channel c of the block's pixel (dy, dx), which is
// how a diffusion transformer's output lies; else it undoes Unshuffle.
type Shuffle struct {
	free
	Factor int
	Last   bool
}

// result is larger by the factor, both ways.
func (o Shuffle) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	f := o.Factor
	if f < 1 || in[0].C%(f*f) != 0 {
		return Shape{}, fmt.Errorf("makes blocks of %d x %d of %v", f, f, in[0])
	}
	return Shape{in[0].H * f, in[0].W * f, in[0].C / (f * f)}, nil
}

// Mean is the mean over the pixels, a row.
type Mean struct{ free }

// result is a row.
func (Mean) result(in []Shape) (Shape, error) {
	if err := takes(in, 1); err != nil {
		return Shape{}, err
	}
	return Row(in[0].C), nil
}

// Attention is that of queries x [.,.,C] to keys y and values z [.,.,C], head by
// head (Vaswani et al., arXiv 1706.03762, equation 1): with d = C/Heads channels a
// head,
//
//	result = softmax(x yᵀ / √d) z
//
// where Causal, a token attends to itself and those before it.
type Attention struct {
	free
	Heads  int
	Causal bool
}

// result is the shape of the queries.
func (o Attention) result(in []Shape) (Shape, error) {
	if err := takes(in, 3); err != nil {
		return Shape{}, err
	}
	q, k, v := in[0], in[1], in[2]
	switch {
	case o.Heads < 1 || q.C%o.Heads != 0:
		return Shape{}, fmt.Errorf("cuts %d channels into %d heads", q.C, o.Heads)
	case k != v || k.C != q.C:
		return Shape{}, fmt.Errorf("queries %v, keys %v and values %v do not fit", q, k, v)
	case o.Causal && q.Pixels() != k.Pixels():
		return Shape{}, errors.New("attends to what came before among other tokens")
	}
	return q, nil
}

// takes says how many inputs were expected.
func takes(in []Shape, n int) error {
	if len(in) != n {
		return fmt.Errorf("reads %d values, expected %d", len(in), n)
	}
	return nil
}

// same is the shape of the first of n inputs, all of one shape.
func same(in []Shape, n int) (Shape, error) {
	if err := takes(in, n); err != nil {
		return Shape{}, err
	}
	for _, s := range in[1:] {
		if s != in[0] {
			return Shape{}, fmt.Errorf("reads %v and %v, expected one shape", in[0], s)
		}
	}
	return in[0], nil
}

// rowwise is the shape of the first of n inputs; the others have it too, or are a row for it.
func rowwise(in []Shape, n int) (Shape, error) {
	if err := takes(in, n); err != nil {
		return Shape{}, err
	}
	for _, s := range in[1:] {
		if s != in[0] && s != Row(in[0].C) {
			return Shape{}, fmt.Errorf("reads %v and %v, expected that shape or a row of it", in[0], s)
		}
	}
	return in[0], nil
}
