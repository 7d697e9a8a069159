package pipeline

import (
	"errors"
	"testing"

	"tintype/core/denoise"
	"tintype/core/solver"
	"tintype/core/tensor"
)

// double returns its input and, in as many channels again, its negative.
type double struct{}

func (double) Forward(dst, x *tensor.Tensor, _ []float32, _ *tensor.Cond) error {
	if dst.C != 2*x.C {
		return errors.New("double: half of the channels are missing")
	}
	for p := range x.N * x.H * x.W {
		for c := range x.C {
			dst.Data[p*dst.C+c], dst.Data[p*dst.C+x.C+c] = x.Data[p*x.C+c], -x.Data[p*x.C+c]
		}
	}
	return nil
}

// A pass of a network with a second output gives its prediction.
func TestPassOfTwoHeads(t *testing.T) {
	m, _ := testModel(t)
	m.Network = PlanFunc(func(n, h, w int, _ func() error) (denoise.Net, error) { return double{}, nil })
	m.Extras.Head = solver.HeadVariance
	x, dst := tensor.New(2, 4, 4, 1), tensor.New(2, 4, 4, 1)
	for i := range x.Data {
		x.Data[i] = float32(i)
	}
	if err := m.Pass(dst, x, []float32{5, 900}, nil); err != nil {
		t.Fatal(err)
	}
	for i, v := range dst.Data {
		if v != x.Data[i] {
			t.Fatalf("value %d is %v, want %v", i, v, x.Data[i])
		}
	}
}
