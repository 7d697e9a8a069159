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

// plusOne is the conditional half of halves.
type plusOne struct{}

func (plusOne) Denoise(dst, x []float32, l schedule.Level) error {
	for i, v := range x {
		dst[i] = v + 1
	}
	return nil
}

func TestClassifierFree(t *testing.T) {
	x := []float32{0, 1, -2, 0.5}
	for _, g := range []float64{0, 0.5, 1, 1.5, 7.5} {
		h := &halves{}
		dst, unconditional := make([]float32, len(x)), make([]float32, len(x))
		c := NewClassifierFree(h, nil, 1, len(x), Options{Scale: g})
		if err := c.Denoise(dst, x, schedule.Level{A: 1}); err != nil {
			t.Fatal(err)
		}
		c.Unconditional(unconditional)
		if h.calls != 1 {
			t.Errorf("%d calls for both halves", h.calls)
		}
		for i, v := range x {
			cond, uncond := float64(v)+1, float64(v)/2
			if want := uncond + g*(cond-uncond); math.Abs(float64(dst[i])-want) > 1e-6 {
				t.Errorf("g=%v: D(%v) = %v, want %v", g, v, dst[i], want)
			}
			if unconditional[i] != v/2 {
				t.Errorf("g=%v: D(%v) without guidance is %v, want %v", g, v, unconditional[i], v/2)
			}
		}
	}
	stop := errors.New("stop")
	if err := NewClassifierFree(&halves{err: stop}, nil, 1, 4, Options{Scale: 2}).Denoise(make([]float32, 4), x, schedule.Level{}); err != stop {
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
		if err := NewClassifierFree(both, alone, 2, 2, Options{Scale: g}).Denoise(dst, x, l); err != nil {
			t.Fatal(err)
		}
		for i, v := range x {
			ec, eu := 0.5*float64(v)+0.3, 0.5*float64(v)
			if d := (float64(v) - l.S*(eu+g*(ec-eu))) / l.A; math.Abs(float64(dst[i])-d) > 1e-6 {
				t.Errorf("g=%v: D(%v) = %v, want %v", g, v, dst[i], d)
			}
		}
	}
	if err := NewClassifierFree(both, alone, 2, 2, Options{Scale: 1}).Denoise(dst, x, l); err != nil {
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
	g := NewClassifierFree(&halves{}, plusOne{}, 2, 32, Options{Scale: 2, Rescale: 0.5, SigmaMax: 80})
	x, dst := make([]float32, 64), make([]float32, 64)
	if n := testing.AllocsPerRun(10, func() { g.Denoise(dst, x, schedule.Level{A: 1}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Outside of its interval guidance is off, also where there is no signal and sigma is infinite.
func TestInterval(t *testing.T) {
	x, dst := []float32{0.5, -1}, make([]float32, 2)
	for _, c := range []struct {
		lo, hi float64
		l      schedule.Level
		guided bool
	}{
		{0, 0, schedule.Level{A: 0, S: 1}, true},
		{0, 5, schedule.Level{A: 0, S: 1}, false},
		{0.5, 5, schedule.Level{A: 0.5, S: 1}, true},
		{0.5, 5, schedule.Level{A: 2, S: 1}, true},
		{0.5, 5, schedule.Level{A: 4, S: 1}, false},
		{0.5, 5, schedule.Level{A: 0.2, S: 1}, true},
		{0.5, 5, schedule.Level{A: 0.19, S: 1}, false},
		{0.5, 0, schedule.Level{A: 0, S: 1}, true},
		{0.5, 0, schedule.Level{A: 4, S: 1}, false},
	} {
		both := &halves{}
		g := NewClassifierFree(both, plusOne{}, 1, 2, Options{Scale: 3, SigmaMin: c.lo, SigmaMax: c.hi})
		if err := g.Denoise(dst, x, c.l); err != nil {
			t.Fatal(err)
		}
		if (both.calls == 1) != c.guided {
			t.Errorf("%v to %v at %v: both halves are estimated %d times", c.lo, c.hi, c.l, both.calls)
		}
		if cond := x[0] + 1; (dst[0] != cond) != c.guided {
			t.Errorf("%v to %v at %v: estimate %v, the conditional one is %v", c.lo, c.hi, c.l, dst[0], cond)
		}
	}
}

// Rescaling by 1 gives every picture the contrast of its own conditional estimate, by half half of the way.
func TestRescale(t *testing.T) {
	x := []float32{0.5, -1, 0.2, 4, 2, -3, 0, 1}
	for _, phi := range []float64{0.5, 1} {
		plain, got := make([]float32, len(x)), make([]float32, len(x))
		for dst, o := range map[*[]float32]Options{&plain: {Scale: 3}, &got: {Scale: 3, Rescale: phi}} {
			if err := NewClassifierFree(&halves{}, nil, 2, 4, o).Denoise(*dst, x, schedule.Level{A: 1}); err != nil {
				t.Fatal(err)
			}
		}
		for k := 0; k < len(x); k += 4 {
			cond := deviation(x[k : k+4]) // x+1 has the contrast of x
			want := phi*cond + (1-phi)*deviation(plain[k:k+4])
			if have := deviation(got[k : k+4]); math.Abs(have-want) > 1e-6 {
				t.Errorf("picture %d rescaled by %v has contrast %v, want %v", k/4, phi, have, want)
			}
		}
	}
	flat, dst := make([]float32, 4), make([]float32, 4)
	flatten := flatHalves{}
	if err := NewClassifierFree(flatten, nil, 1, 4, Options{Scale: 3, Rescale: 1}).Denoise(dst, flat, schedule.Level{A: 1}); err != nil || dst[0] != 3 {
		t.Errorf("a picture without contrast becomes %v, %v", dst, err)
	}
}

// flatHalves estimates 1 under the condition and 0 without.
type flatHalves struct{}

func (flatHalves) Denoise(dst, x []float32, l schedule.Level) error {
	for i := range dst[:len(dst)/2] {
		dst[i], dst[len(dst)/2+i] = 1, 0
	}
	return nil
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{Scale: -1}, {Scale: math.NaN()}, {Scale: 2000}, {Scale: 2, Rescale: 1.1},
		{Scale: 2, Rescale: -0.1}, {Scale: 2, SigmaMin: 3, SigmaMax: 2}, {Scale: 2, SigmaMin: -1}, {Scale: 2, SigmaMax: math.NaN()}} {
		var refused *OptionError
		if err := o.Check(); !errors.As(err, &refused) {
			t.Errorf("%+v: error %v", o, err)
		}
	}
	for _, o := range []Options{{Scale: 2, Rescale: 0.7, SigmaMin: 0.3, SigmaMax: 5}, {Scale: 2, SigmaMin: 1}} {
		if err := o.Check(); err != nil {
			t.Error(err)
		}
	}
}
