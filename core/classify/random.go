package classify

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"tintype/core/compile"
	"tintype/core/rng"
)

// Random is a Source of the weights from which training starts: normal with variance 2/fan-in (K. He et al., arXiv
// 1502.01852, eq. 10) in convolutions, 1/fan-in in linear layers, ones and zeros in norms, zero biases. Equal
// arguments give equal weights.
func Random(c Config, seed uint64) compile.Source { return random{c.shapes(), seed} }

type random struct {
	shapes []named
	seed   uint64
}

type named struct {
	name  string
	shape []int
}

func (r random) Tensor(name string) ([]int, compile.DType, []byte, error) {
	for stream, s := range r.shapes {
		if s.name != name {
			continue
		}
		count, fanIn := 1, 1
		for i, d := range s.shape {
			if count *= d; i > 0 {
				fanIn *= d
			}
		}
		values := make([]float32, count)
		switch {
		case len(s.shape) > 1:
			rng.Normal(values, r.seed, uint32(stream), 0)
			gain := 1.0
			if len(s.shape) == 4 {
				gain = 2
			}
			std := float32(math.Sqrt(gain / float64(fanIn)))
			for i, v := range values {
				values[i] = std * v
			}
		case strings.HasSuffix(name, ".weight"):
			for i := range values {
				values[i] = 1
			}
		}
		raw := make([]byte, 0, 4*count)
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		return s.shape, compile.F32, raw, nil
	}
	return nil, compile.F32, nil, fmt.Errorf("not one of the network's")
}

// shapes lists what New asks for.
func (c Config) shapes() (all []named) {
	add := func(name string, shape ...int) { all = append(all, named{name + ".weight", shape}) }
	both := func(name string, shape ...int) {
		add(name, shape...)
		all = append(all, named{name + ".bias", shape[:1]})
	}
	last := len(c.Channels) - 1
	for i, in := range c.Channels[:last] {
		b, out := fmt.Sprintf("blocks.%d.", i), c.Channels[i+1]
		add(b+"conv1", out, in, 3, 3)
		both(b+"conv2", out, out, 3, 3)
		both(b+"norm1", in)
		both(b+"norm2", out)
		both(b+"time", out, c.TimeDim)
	}
	both("conv_in", c.Channels[0], c.InChannels, 3, 3)
	both("head", c.Outputs, c.Channels[last])
	both("norm_out", c.Channels[last])
	both("time_embedding.linear_1", c.TimeDim, 2*c.Harmonics)
	both("time_embedding.linear_2", c.TimeDim, c.TimeDim)
	return all
}
