// Package grad holds layers with a reverse mode: besides its forward pass each can carry the gradient of a number
// from its output back to its input, and to its weights.
//
// It is no automatic differentiation: a layer has Forward and Backward (and Gradient, for its weights), which append
// operations to an compile.Plan, and a network calls them in order and in reverse order. All buffers are planned, so a pass
// allocates nothing; sums have one order (pictures ascending, pixels ascending), so a gradient has the same bits on
// every machine. The products are those of package kernel, on the same NHWC pictures.
//
// Notation: y = f(x) is a layer, L the number at the end; dy = ∂L/∂y and dx = ∂L/∂x have the shapes of y and x. Layers
// keep their weights as they are stored, and packed for both directions; training changes the former and calls Pack.
package grad

import (
	"slices"

	"tintype/core/compile"
	"tintype/core/tensor"
)

// Weight is a learned tensor of a layer.
type Weight struct {
	Name  string
	Shape []int
	Value []float32
	Grad  []float32 // ∂L/∂Value, to which the layers add; nil where nothing is trained
}

// load takes tensor name with its shape.
func load(l *compile.Loader, name string, shape ...int) (*Weight, error) {
	v, err := l.Tensor(name, shape...)
	return &Weight{Name: name, Shape: slices.Clone(shape), Value: v}, err
}

// picture is the data of picture i of t.
func picture(t *tensor.Tensor, i int) []float32 {
	size := t.H * t.W * t.C
	return t.Data[i*size : (i+1)*size]
}

// each appends one operation for each of n pictures.
func each(p *compile.Plan, op compile.Op, n int, run func(i int)) {
	for i := range n {
		op.Run = func() { run(i) }
		p.Add(op)
	}
}

// like plans a tensor of t's shape.
func like(p *compile.Plan, t *tensor.Tensor) *tensor.Tensor { return p.New(t.N, t.H, t.W, t.C) }

// addRowSums adds the rows of x [rows,len(sum)] to sum, in ascending order.
func addRowSums(sum, x []float32) {
	for c := len(sum); len(x) >= c; x = x[c:] {
		for j, v := range x[:c] {
			sum[j] += v
		}
	}
}
