package denoise

import (
	"testing"

	"tintype/core/schedule"
	"tintype/core/tensor"
)

// twice returns its input and, as a second output, its input plus 100·(channel + 1).
type twice struct{}

func (twice) Forward(dst, x *tensor.Tensor, _ []float32, _ *tensor.Cond) error {
	for p := range x.N * x.H * x.W {
		for c := range x.C {
			v := x.Data[p*x.C+c]
			dst.Data[p*dst.C+c] = v
			dst.Data[p*dst.C+x.C+c] = v + 100*float32(c+1)
		}
	}
	return nil
}

func TestTwoHeads(t *testing.T) {
	const n, h, w, c = 2, 2, 3, 2
	d := NewTwoHeads(twice{}, PredictSample.Param(), n, h, w, c, nil)
	x, dst := make([]float32, n*h*w*c), make([]float32, n*h*w*c)
	for i := range x {
		x[i] = float32(i)
	}
	if err := d.Denoise(dst, x, schedule.Level{T: 1, A: 0.6, S: 0.8}); err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		if want := v + 100*float32(i%c+1); dst[i] != v || d.Second()[i] != want {
			t.Fatalf("value %d: %v and %v, want %v and %v", i, dst[i], d.Second()[i], v, want)
		}
	}
	if a := testing.AllocsPerRun(10, func() { d.Denoise(dst, x, schedule.Level{T: 1, A: 0.6, S: 0.8}) }); a != 0 {
		t.Errorf("%v allocations", a)
	}
}
