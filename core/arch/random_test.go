package arch_test

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"tintype/core/arch"
	"tintype/core/compile"
)

// random is a Source of repeatable weights for any network: it learns the shape of each tensor from the loader's
// complaint about a wrong one, so a network is built by trying until no shape is unknown.
type random struct{ shapes map[string][]int }

func (r *random) Tensor(name string) ([]int, compile.DType, []byte, error) {
	shape := r.shapes[name]
	count, inputs := 1, 1
	for i, d := range shape {
		count *= d
		if i > 0 {
			inputs *= d
		}
	}
	raw := make([]byte, 4*count)
	scale, offset := 1/math.Sqrt(float64(inputs)), 0.0
	if len(shape) == 1 {
		scale, offset = 0.1, float64(1-count%2) // norms' gains and biases alike: neither 0 nor 1
	}
	state := uint32(len(name))
	for i := range count {
		state = state*1664525 + 1013904223
		v := scale*(float64(state>>8)/(1<<23)-1) + offset
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(float32(v)))
	}
	return shape, compile.F32, raw, nil
}

// randomNet builds a network with random weights.
func randomNet(tb testing.TB, cfg arch.UNet2DConfig) *arch.UNet2D {
	tb.Helper()
	src := &random{shapes: map[string][]int{}}
	for {
		net, err := arch.NewUNet2D(cfg, src)
		if err == nil {
			return net
		}
		var wrong *compile.ShapeError
		if !errors.As(err, &wrong) {
			tb.Fatal(err)
		}
		src.shapes[wrong.Tensor] = wrong.Want
	}
}
