package pipeline

import (
	"fmt"

	"tintype/core/denoise"
	"tintype/core/solver"
	"tintype/core/tensor"
)

// Pass runs the network once on pictures, outside of any sampler: what recorded outputs are compared with.
//
// dst and x are pictures [n,h,w,c], times has the model's time and choices the conditioner's choice of each picture
// (nil: every slot open). dst is the network's own output F, with the codec undone.
func (m *Model) Pass(dst, x *tensor.Tensor, times []float32, choices [][]int) error {
	if err := m.check(); err != nil {
		return err
	}
	f := m.Codec.factor()
	if x.H%f != 0 || x.W%f != 0 || x.C*f*f != m.C || len(times) != x.N || len(choices) != x.N && choices != nil {
		return fmt.Errorf("pipeline: pass over %d pictures of %d x %d x %d with %d times and %d choices does not fit the model",
			x.N, x.H, x.W, x.C, len(times), len(choices))
	}
	h, w := x.H/f, x.W/f
	net, err := m.Network.Plan(x.N, h, w, nil)
	if err != nil {
		return err
	}
	cond := m.Cond.NewCond(x.N)
	for k := range x.N {
		var choice []int
		if choices != nil {
			choice = choices[k]
		}
		if err := m.Cond.check(choice); err != nil {
			return err
		}
		m.Cond.fill(cond, k, k+1, choice)
	}
	in, out := tensor.New(x.N, h, w, m.C), tensor.New(x.N, h, w, m.C)
	size := h * w * m.C
	for k := range x.N {
		m.Codec.encode(in.Data[k*size:][:size], x.Data[k*size:][:size], h, w, m.C)
	}
	if m.Extras.Head != solver.HeadNone { // only its prediction is of interest
		net = denoise.NewTwoHeads(net, m.Reading.Param(), x.N, h, w, m.C, cond)
	}
	if err := net.Forward(out, in, times, cond); err != nil {
		return err
	}
	for k := range x.N {
		m.Codec.decode(dst.Data[k*size:][:size], out.Data[k*size:][:size], h, w, m.C)
	}
	return nil
}
