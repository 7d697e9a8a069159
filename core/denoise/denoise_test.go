package denoise

import (
	"errors"
	"math"
	"testing"

	"tintype/core/schedule"
	"tintype/core/tensor"
)

func vp(t, a float64) schedule.Level { return schedule.Level{T: t, A: a, S: math.Sqrt(1 - a*a)} }

// Every prediction gives back the clean picture that x was made of.
func TestPredictionsDetermineTheCleanPicture(t *testing.T) {
	for _, a := range []float64{0.01, 0.3, 0.8, 0.999} {
		l := vp(7.5, a)
		for _, x0 := range []float64{-1, 0, 0.4} {
			for _, eps := range []float64{-1.7, 0, 0.6} {
				x := l.A*x0 + l.S*eps
				for p, f := range map[Prediction]float64{PredictEpsilon: eps, PredictV: l.A*eps - l.S*x0, PredictSample: x0} {
					c, err := p.Param()(l)
					if err != nil {
						t.Fatal(err)
					}
					if d := c.Skip*x + c.Out*f; math.Abs(d-x0) > 1e-12/a || c.In != 1 || c.Time != 7.5 {
						t.Errorf("%v at %v: D = %v, want %v (%+v)", p, l, d, x0, c)
					}
				}
			}
		}
	}
}

// A network that is right in one prediction is right in each: eps -> v -> x0 -> eps.
func TestRoundTripOfPredictions(t *testing.T) {
	l := vp(1, 0.6)
	x, eps := 0.35, 0.9
	estimate := func(p Prediction, f float64) float64 {
		c, err := p.Param()(l)
		if err != nil {
			t.Fatal(err)
		}
		return c.Skip*x + c.Out*f
	}
	invert := func(p Prediction, d float64) float64 {
		c, _ := p.Param()(l)
		return (d - c.Skip*x) / c.Out
	}
	v := invert(PredictV, estimate(PredictEpsilon, eps))
	x0 := invert(PredictSample, estimate(PredictV, v))
	if back := invert(PredictEpsilon, estimate(PredictSample, x0)); math.Abs(back-eps) > 1e-14 {
		t.Errorf("epsilon %v came back as %v", eps, back)
	}
}

// At pure noise, epsilon and score say nothing of the picture; all others do.
func TestPredictionsWithoutSignal(t *testing.T) {
	noise := schedule.Level{T: 999, A: 0, S: 1}
	for _, p := range Predictions() {
		c, err := p.Param()(noise)
		var clash *NoSignalError
		if p == PredictEpsilon || p == PredictScore {
			if !errors.As(err, &clash) || clash.Level != noise || clash.Remedy() == "" {
				t.Errorf("%v at pure noise: %v, %v", p, c, err)
			}
			continue
		}
		if err != nil || math.IsNaN(c.Skip+c.Out+c.In) || math.IsInf(c.Skip+c.Out+c.In, 0) {
			t.Errorf("%v at pure noise: %v, %v", p, c, err)
		}
	}
	for _, in := range TimeInputs() {
		_, err := Reading{Prediction: PredictSample, Time: in}.Param()(noise)
		var clash *NoSignalError
		if in != TimeOwn && !errors.As(err, &clash) || in == TimeOwn && err != nil {
			t.Errorf("%v at pure noise: %v", in, err)
		}
	}
}

// Pitfall: v prediction is made for A² + S² = 1, and is not read at other levels.
func TestVNeedsVariancePreserved(t *testing.T) {
	var clash *VarianceError
	if _, err := PredictV.Param()(schedule.Level{T: 1, A: 1, S: 3}); !errors.As(err, &clash) {
		t.Errorf("v prediction of an exploding process: %v", err)
	}
}

// netFunc is a network made of a function; it remembers what it was told.
type netFunc struct {
	f     func(dst, x []float32) error
	times []float32
	cond  *tensor.Cond
	shape [4]int
}

func (n *netFunc) Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error {
	n.times, n.cond, n.shape = times, cond, [4]int{x.N, x.H, x.W, x.C}
	return n.f(dst.Data, x.Data)
}

func TestNetworkAppliesItsPreconditioning(t *testing.T) {
	net := &netFunc{f: func(dst, x []float32) error {
		for i, v := range x {
			dst[i] = v + 1
		}
		return nil
	}}
	param := func(l schedule.Level) (Precond, error) {
		return Precond{In: 2, Skip: 3, Out: -0.5, Time: 10 * l.T}, nil
	}
	cond := &tensor.Cond{Labels: []int32{1, 2}}
	d := NewNetwork(net, param, 2, 1, 2, 1, cond)
	dst := make([]float32, 4)
	if err := d.Denoise(dst, []float32{0, 1, -2, 4}, schedule.Level{T: 4.5}); err != nil {
		t.Fatal(err)
	}
	for i, x := range []float32{0, 1, -2, 4} {
		if want := 3*x - 0.5*(2*x+1); dst[i] != want {
			t.Errorf("D of %v is %v, want %v", x, dst[i], want)
		}
	}
	if net.shape != [4]int{2, 1, 2, 1} || len(net.times) != 2 || net.times[0] != 45 || net.times[1] != 45 || net.cond != cond {
		t.Errorf("the network was called with shape %v, times %v, cond %v", net.shape, net.times, net.cond)
	}
}

func TestNetworkRefusesWhatIsNotANumber(t *testing.T) {
	for name, bad := range map[string]float32{"NaN": float32(math.NaN()), "+Inf": float32(math.Inf(1)), "-Inf": float32(math.Inf(-1))} {
		for at := range 5 {
			net := &netFunc{f: func(dst, x []float32) error {
				clear(dst)
				dst[at] = bad
				return nil
			}}
			d := &Clip{Denoiser: NewNetwork(net, PredictSample.Param(), 1, 5, 1, 1, nil), Limit: 1}
			if err := d.Denoise(make([]float32, 5), make([]float32, 5), vp(1, 0.5)); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s at %d: error %v", name, at, err)
			}
		}
	}
	stop := errors.New("stop")
	net := &netFunc{f: func(dst, x []float32) error { return stop }}
	if err := NewNetwork(net, PredictV.Param(), 1, 1, 1, 1, nil).Denoise([]float32{0}, []float32{0}, vp(1, 0.5)); err != stop {
		t.Errorf("the network's own error came back as %v", err)
	}
	net.f = func(dst, x []float32) error { t.Error("called without a level it can be asked at"); return nil }
	if err := NewNetwork(net, PredictEpsilon.Param(), 1, 1, 1, 1, nil).Denoise([]float32{0}, []float32{0}, schedule.Level{S: 1}); err == nil {
		t.Error("epsilon at pure noise is estimated")
	}
}

func TestClip(t *testing.T) {
	nan := float32(math.NaN())
	in := []float32{-3, -1.5, -1, -0.2, float32(math.Copysign(0, -1)), 0.7, 1.5, 1.5000001, 9, nan}
	want := []float32{-1.5, -1.5, -1, -0.2, 0, 0.7, 1.5, 1.5, 1.5, nan}
	net := &netFunc{f: func(dst, x []float32) error { copy(dst, in); return nil }}
	dst := make([]float32, len(in))
	inner := denoiserFunc(func(dst, x []float32, _ schedule.Level) error { return net.f(dst, x) })
	if err := (&Clip{inner, 1.5}).Denoise(dst, in, vp(0, 0.5)); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if dst[i] != want[i] && !(dst[i] != dst[i] && want[i] != want[i]) {
			t.Errorf("clip(%v) = %v, want %v", in[i], dst[i], want[i])
		}
	}
	if !math.Signbit(float64(dst[4])) {
		t.Error("clipping took the sign of -0")
	}
	stop := errors.New("stop")
	failing := denoiserFunc(func(dst, x []float32, _ schedule.Level) error { return stop })
	if err := (&Clip{failing, 1}).Denoise(dst, in, vp(0, 0.5)); err != stop {
		t.Errorf("error %v", err)
	}
}

type denoiserFunc func(dst, x []float32, l schedule.Level) error

func (f denoiserFunc) Denoise(dst, x []float32, l schedule.Level) error { return f(dst, x, l) }

func TestDenoiseAllocatesNothing(t *testing.T) {
	net := &netFunc{f: func(dst, x []float32) error { copy(dst, x); return nil }}
	x, dst := make([]float32, 64), make([]float32, 64)
	for _, p := range Predictions() {
		var d Denoiser = &Clip{NewNetwork(net, p.Param(), 4, 4, 4, 1, nil), 1}
		if n := testing.AllocsPerRun(10, func() { d.Denoise(dst, x, vp(3, 0.5)) }); n != 0 {
			t.Errorf("%v: %v allocations", p, n)
		}
	}
}

func TestPredictionNames(t *testing.T) {
	seen := map[string]bool{}
	for i, p := range Predictions() {
		if int(p) != i || seen[p.String()] || p.String() == "" {
			t.Errorf("prediction %d is %d, named %v", i, p, p)
		}
		seen[p.String()] = true
	}
	for i, in := range TimeInputs() {
		if int(in) != i || seen[in.String()] || in.String() == "" {
			t.Errorf("time input %d is %d, named %v", i, in, in)
		}
		seen[in.String()] = true
	}
	if Prediction(99).String() != "unknown prediction" || TimeInput(99).String() != "unknown time input" {
		t.Error("a prediction beyond the last has a name")
	}
}
