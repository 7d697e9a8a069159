package grad

import (
	"testing"

	"tintype/core/compile"
	"tintype/core/tensor"
)

// A convolution's frames and packed pictures are scratch: what counts as activations is what layers hand on.
func TestScratchIsNoActivation(t *testing.T) {
	const in, out, side = 16, 32, 8
	c, err := NewConv(compile.NewLoader(stored{"c.weight": {out, in, 3, 3}, "c.bias": {out}}), "c", in, out, true)
	if err != nil {
		t.Fatal(err)
	}
	c.W.Grad, c.B.Grad = make([]float32, len(c.W.Value)), make([]float32, out)
	p := &compile.Plan{}
	x := tensor.New(2, side, side, in)
	y := c.Forward(p, x, nil)
	dy := like(p, y)
	c.Gradient(p, x, dy)
	dx := c.Backward(p, dy)
	if got, want := p.Use().Activations, y.Len()+dy.Len()+dx.Len(); got != want {
		t.Errorf("%d values of activations, expected %d", got, want)
	}
	if use := p.Use(); use.Live <= use.Activations {
		t.Errorf("no scratch: %+v", use)
	}
}
