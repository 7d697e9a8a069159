package pipeline

import (
	"errors"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tensor"
)

// fake is a network whose output depends on place, time and condition, and on no other picture of the batch.
type fake struct {
	batches []int // planned
	passes  int
	rows    int     // pictures passed through
	bad     float32 // added to every output
}

func (f *fake) Plan(n, h, w int, between func() error) (denoise.Net, error) {
	if h%2 != 0 || w%2 != 0 {
		return nil, errors.New("fake: height and width must be even")
	}
	f.batches = append(f.batches, n)
	return &fakeNet{f, n, between}, nil
}

type fakeNet struct {
	*fake
	n       int
	between func() error
}

func (f *fakeNet) Forward(dst, x *tensor.Tensor, times []float32, cond *tensor.Cond) error {
	f.passes++
	f.rows += f.n
	per, wide := len(x.Data)/x.N, dst.C/x.C // with two heads the channels come twice
	for k := range x.N {
		if f.between != nil {
			if err := f.between(); err != nil {
				return err
			}
		}
		c := float32(0)
		if cond != nil && cond.Labels != nil {
			c = float32(cond.Labels[k]) + 10*cond.Values[k]
		}
		if cond != nil && cond.Rows != nil {
			for j, v := range cond.Rows[k*len(cond.Rows)/x.N:][:len(cond.Rows)/x.N] {
				c += float32(float32(j+1) * v)
			}
		}
		for i, v := range x.Data[k*per:][:per] {
			y := float32(v*0.5) + float32(c*0.01) + float32(times[k]*1e-4) + float32(float32(i%5)*0.1) + f.bad
			for head := range wide {
				dst.Data[(k*per+i-i%x.C)*wide+head*x.C+i%x.C] = y
			}
		}
	}
	return nil
}

func testProcess(t testing.TB) *schedule.VPDiscrete {
	t.Helper()
	b, err := schedule.BetasCosine(1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schedule.NewVPDiscrete(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func testLabels(t testing.TB, null int) *Conditioner {
	t.Helper()
	c, err := ClassLabels([]string{"t-shirt", "ankle boot", "bag"}, null)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// testModel is a class-conditional model of 4x4 grey pictures.
func testModel(t testing.TB) (*Model, *fake) {
	t.Helper()
	net := &fake{}
	return &Model{
		Network: net, Process: testProcess(t), Reading: denoise.Reading{Prediction: denoise.PredictV}, H: 4, W: 4, C: 1, Clip: 1,
		Cond:     testLabels(t, 3),
		Contract: Contract{Defaults: Defaults{Solver: solver.KindDPMpp2M, Grid: schedule.Trailing, Steps: 5, Guidance: 2}},
	}, net
}

// bring gives the model what a solver needs of it, for some number of steps; ok is false if no network of these tests
// could give it.
func bring(m *Model, info solver.Info, steps int) (ok bool) {
	m.Extras = solver.Extras{}
	switch info.Needs {
	case solver.NeedsSquares:
		m.Extras.Squares = []float64{0.4, 0.9}
	case solver.NeedsVariance:
		m.Extras.Head = solver.HeadVariance
	case solver.NeedsSecondMoment:
		m.Extras.Head = solver.HeadSecondMoment
	case solver.NeedsError:
		m.Extras.Head = solver.HeadError
	case solver.NeedsTable:
		table := &solver.Table{Noise: make([]float64, steps)}
		for i := range steps {
			x, d := make([]float64, i+1), make([]float64, i+1)
			x[i], d[i/2], table.Noise[i] = 0.6, 0.4, 0.1*float64(steps-1-i)
			table.X, table.D = append(table.X, x), append(table.D, d)
		}
		m.Extras.Table = table
	case solver.NeedsDegrader:
		m.Extras.Degrader = solver.Heat{Width: 3}
	}
	return m.Extras.Has(info.Needs, m.Process)
}

func mustCompile(t testing.TB, m *Model, s Spec) *Run {
	t.Helper()
	r, err := Compile(m, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func finish(t testing.TB, r *Run) {
	t.Helper()
	for done := false; !done; {
		var err error
		if done, err = r.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

func bytesOf(t testing.TB, r *Run, picture int, v View) []byte {
	t.Helper()
	_, h, w, _ := r.Size()
	b := make([]byte, 4*h*w)
	if err := r.RGBA(b, picture, v); err != nil {
		t.Fatal(err)
	}
	return b
}
