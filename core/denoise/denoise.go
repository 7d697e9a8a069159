// Package denoise turns a network into an estimate of the clean picture. Everything above (guidance, samplers)
// speaks only of that estimate, whatever the network was trained to return.
package denoise

import (
	"errors"

	"tintype/core/schedule"
	"tintype/core/tensor"
)

// Denoiser estimates the clean picture D = E[x0 | x] at a level. dst and x hold the same pictures, [N,H,W,C], and do
// not overlap.
type Denoiser interface {
	Denoise(dst, x []float32, l schedule.Level) error
}

// Net is a network planned for one batch and size: dst and x are [N,H,W,C], times and cond have one row per picture.
type Net interface {
	Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error
}

// ErrNotFinite is returned where a network's output holds NaN or an infinity.
var ErrNotFinite = errors.New("the network returned a value that is not a number")

// Network is a Denoiser made of a network and what its output means:
//
//	D = Skip·x + Out·F(In·x, Time)
type Network struct {
	net     Net
	param   Param
	in, out *tensor.Tensor // [N,H,W,C]
	times   []float32      // [N]
	cond    *tensor.Cond
}

// NewNetwork makes the Denoiser of n pictures of [h,w,c]. The rows of cond are read at each call, so they may be
// changed between calls.
func NewNetwork(net Net, param Param, n, h, w, c int, cond *tensor.Cond) *Network {
	return &Network{net, param, tensor.New(n, h, w, c), tensor.New(n, h, w, c), make([]float32, n), cond}
}

// Floats is the number of float32s that it holds: the network's input and output.
func (d *Network) Floats() int { return len(d.in.Data) + len(d.out.Data) }

// Denoise runs the network once over the whole batch. It allocates nothing.
func (d *Network) Denoise(dst, x []float32, l schedule.Level) error {
	p, err := d.param(l)
	if err != nil {
		return err
	}
	for i := range d.times {
		d.times[i] = float32(p.Time)
	}
	in, skip, out := float32(p.In), float32(p.Skip), float32(p.Out)
	for i, v := range x {
		d.in.Data[i] = in * v
	}
	if err := d.net.Forward(d.out, d.in, d.times, d.cond); err != nil {
		return err
	}
	// f-f is 0 for every finite f and NaN for the rest; looked at before any clipping could hide an infinity.
	bad := float32(0)
	for i, f := range d.out.Data {
		bad += f - f
		dst[i] = float32(skip*x[i]) + float32(out*f)
	}
	if bad != 0 {
		return ErrNotFinite
	}
	return nil
}
