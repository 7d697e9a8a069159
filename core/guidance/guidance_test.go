package guidance

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tensor"
)

// halves estimates x+1 in its first half and x/2 in its second.
type halves struct {
	err   error
	calls int
}

func (h *halves) Denoise(dst, x []float32, l schedule.Level) error {
	h.calls++
	n := len(x) / 2
	for i := range n {
		dst[i], dst[n+i] = x[i]+1, x[n+i]/2
	}
	return h.err
}

func TestClassifierFree(t *testing.T) {
	x := []float32{0, 1, -2, 0.5}
	for _, g := range []float64{0, 0.5, 1, 1.5, 7.5} {
		h := &halves{}
		dst := make([]float32, len(x))
		if err := NewClassifierFree(h, len(x), g).Denoise(dst, x, schedule.Level{A: 1}); err != nil {
			t.Fatal(err)
		}
		if h.calls != 1 {
			t.Errorf("%d calls for both halves", h.calls)
		}
		for i, v := range x {
			cond, uncond := float64(v)+1, float64(v)/2
			if want := uncond + g*(cond-uncond); math.Abs(float64(dst[i])-want) > 1e-6 {
				t.Errorf("g=%v: D(%v) = %v, want %v", g, v, dst[i], want)
			}
		}
	}
	stop := errors.New("stop")
	if err := NewClassifierFree(&halves{err: stop}, 4, 2).Denoise(make([]float32, 4), x, schedule.Level{}); err != stop {
		t.Errorf("error %v", err)
	}
}

// labelled is a network whose epsilon depends on the label.
type labelled struct{}

func (labelled) Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error {
	per := len(x.Data) / x.N
	for i, v := range x.Data {
		dst.Data[i] = 0.5*v + 0.1*float32(cond.Labels[i/per])
	}
	return nil
}

// Guiding the estimates equals guiding epsilon before it becomes an estimate, and g = 1 the condition alone.
func TestGuidanceOfEstimatesIsGuidanceOfEpsilon(t *testing.T) {
	l := schedule.Level{T: 5, A: 0.6, S: 0.8}
	cond := &tensor.Cond{Labels: []int32{3, 3, 0, 0}}
	both := denoise.NewNetwork(labelled{}, denoise.PredictEpsilon.Param(), 4, 1, 2, 1, cond)
	alone := denoise.NewNetwork(labelled{}, denoise.PredictEpsilon.Param(), 2, 1, 2, 1, &tensor.Cond{Labels: []int32{3, 3}})
	x := []float32{0.3, -0.4, 1.2, 0.9}
	dst, want := make([]float32, 4), make([]float32, 4)
	for _, g := range []float64{0, 1, 2.5} {
		if err := NewClassifierFree(both, 4, g).Denoise(dst, x, l); err != nil {
			t.Fatal(err)
		}
		for i, v := range x {
			ec, eu := 0.5*float64(v)+0.3, 0.5*float64(v)
			if d := (float64(v) - l.S*(eu+g*(ec-eu))) / l.A; math.Abs(float64(dst[i])-d) > 1e-6 {
				t.Errorf("g=%v: D(%v) = %v, want %v", g, v, dst[i], d)
			}
		}
	}
	if err := NewClassifierFree(both, 4, 1).Denoise(dst, x, l); err != nil {
		t.Fatal(err)
	}
	if err := alone.Denoise(want, x, l); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(float64(dst[i]-want[i])) > 1e-6 {
			t.Errorf("g=1: %v, without guidance %v", dst[i], want[i])
		}
	}
}

func TestGuidanceAllocatesNothing(t *testing.T) {
	g := NewClassifierFree(&halves{}, 64, 2)
	x, dst := make([]float32, 64), make([]float32, 64)
	if n := testing.AllocsPerRun(10, func() { g.Denoise(dst, x, schedule.Level{A: 1}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
