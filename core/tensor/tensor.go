// Package tensor holds the pictures and activations of the inference core, the
// arena that plans where they live, and the widening of checkpoint bytes to
// float32.
package tensor

// Tensor is a batch of pictures or activations, [N,H,W,C] contiguous: element
// (n, y, x, c) is Data[((n·H+y)·W+x)·C+c].
type Tensor struct {
	Data       []float32
	N, H, W, C int
}

// New returns a zeroed tensor of its own, outside any Arena.
func New(n, h, w, c int) *Tensor {
	return &Tensor{Data: make([]float32, n*h*w*c), N: n, H: h, W: w, C: c}
}

// Len is the number of elements, also before Data is bound.
func (t *Tensor) Len() int { return t.N * t.H * t.W * t.C }

// Cond carries what a network is conditioned on, one row per picture. A
// network reads only the field that its class embedding asks for.
type Cond struct {
	Labels []int32   // class table: [N]
	Values []float32 // class embedding made from a number as time is: [N]
	Rows   []float32 // ready class embedding: [N, time embedding's length]
}
