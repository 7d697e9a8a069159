package denoise

import (
	"errors"

	"tintype/core/schedule"
	"tintype/core/tensor"
)

// Jumper is a Denoiser whose network is also told where the step ends: a flow map (shortcut models, MeanFlow). D is the
// estimate with which the first-order step from one level to the other is the network's own jump.
type Jumper interface {
	Denoiser
	Jump(dst, x []float32, from, to schedule.Level) error
}

// ErrNoSecondTime is the clash of a solver for flow maps and a Denoiser that is none.
var ErrNoSecondTime = errors.New("the solver needs a network that takes a second time")

// TwoHeads is a Denoiser of a network with twice the channels: the prediction, then a second output that says something
// about its error, as the learned variance of A. Nichol, P. Dhariwal, arXiv 2102.09672.
type TwoHeads struct {
	*Network
	net    Net
	both   *tensor.Tensor // [N,H,W,2C]
	second []float32      // [N,H,W,C]
}

// NewTwoHeads makes the Denoiser of n pictures of [h,w,c]; see NewNetwork.
func NewTwoHeads(net Net, param Param, n, h, w, c int, cond *tensor.Cond) *TwoHeads {
	d := &TwoHeads{net: net, both: tensor.New(n, h, w, 2*c), second: make([]float32, n*h*w*c)}
	d.Network = NewNetwork(d, param, n, h, w, c, cond)
	return d
}

// Second is the network's second output at the latest evaluation, shaped as the pictures.
func (d *TwoHeads) Second() []float32 { return d.second }

// Floats is the number of float32s that it holds.
func (d *TwoHeads) Floats() int { return d.Network.Floats() + len(d.both.Data) + len(d.second) }

// Forward runs the network and parts its outputs. It is called by Denoise.
func (d *TwoHeads) Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error {
	if err := d.net.Forward(d.both, x, times, cond); err != nil {
		return err
	}
	c := dst.C
	for i := 0; i < len(dst.Data); i += c {
		copy(dst.Data[i:][:c], d.both.Data[2*i:])
		copy(d.second[i:][:c], d.both.Data[2*i+c:])
	}
	return nil
}
