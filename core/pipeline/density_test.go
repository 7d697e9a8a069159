package pipeline

import (
	"errors"
	"math"
	"testing"

	"tintype/core/denoise"
	"tintype/core/flow"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tensor"
)

// gaussNet predicts the noise of data N(mean, width²) at the levels of the process.
type gaussNet struct {
	*Model
	mean, width float64
}

func (g gaussNet) Forward(dst, x *tensor.Tensor, times []float32, _ *tensor.Cond) error {
	l := g.Process.AtTime(float64(times[0]))
	for i, v := range x.Data {
		dst.Data[i] = float32(l.S * (float64(v) - l.A*g.mean) / (l.A*l.A*g.width*g.width + l.S*l.S))
	}
	return nil
}

// densityModel draws pixels of a normal distribution.
func densityModel(t *testing.T, mean, width float64) *Model {
	m, _ := testModel(t)
	m.Reading.Prediction, m.Cond = denoise.PredictEpsilon, nil
	m.Network = PlanFunc(func(int, int, int, func() error) (denoise.Net, error) { return gaussNet{m, mean, width}, nil })
	return m
}

// The density that the flow finds is the normal distribution's, at the process' cleanest level.
func TestLogProbOfANormalDistribution(t *testing.T) {
	const mean, width = 0.2, 0.4
	m := densityModel(t, mean, width)
	picture := make([]float32, 16)
	for i := range picture {
		picture[i] = float32(0.9 * math.Sin(float64(3*i)))
	}
	like := flow.Likelihood{Relative: 1e-4, Absolute: 1e-4, Probes: 1}
	d, err := LogProb(m, m.Defaults(), picture, like, nil)
	if err != nil {
		t.Fatal(err)
	}
	variance := width*width + d.Lo.Sigma()*d.Lo.Sigma()
	want := 0.0
	for _, v := range picture {
		off := float64(v) - mean
		want -= 0.5*off*off/variance + 0.5*math.Log(2*math.Pi*variance)
	}
	if math.Abs(d.LogProb-want) > 0.05 || d.Evals < 20 {
		t.Errorf("log p = %.3f in %d evaluations, want %.3f", d.LogProb, d.Evals, want)
	}
	if bits := d.BitsPerDim(16); math.Abs(bits-(7-want/16/math.Ln2)) > 0.01 {
		t.Errorf("%v bits a value", bits)
	}
	far, err := LogProb(m, m.Defaults(), make([]float32, 16), like, nil)
	if err != nil || far.LogProb <= d.LogProb {
		t.Errorf("the mean's neighbour has log p %v, a far picture %v (%v)", far.LogProb, d.LogProb, err)
	}
}

func TestLogProbRefuses(t *testing.T) {
	like := flow.Likelihood{Relative: 1e-2, Absolute: 1e-2}
	for name, c := range map[string]struct {
		change  func(m *Model)
		values  int
		setting Setting
	}{
		"another size": {func(*Model) {}, 9, SettingSize},
		"two heads":    {func(m *Model) { m.Extras.Head = solver.HeadVariance }, 16, SettingModel},
		"a student":    {func(m *Model) { m.Contract.Student = true }, 16, SettingModel},
		"no process":   {func(m *Model) { m.Process = nil }, 16, SettingModel},
	} {
		m, _ := testModel(t)
		c.change(m)
		var refused *Clash
		if _, err := LogProb(m, m.Defaults(), make([]float32, c.values), like, nil); !errors.As(err, &refused) || refused.Setting != c.setting {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the way back ends in is drawn to the same picture again, the nearer the more rounds; a student is refused.
func TestInvert(t *testing.T) {
	m := editModel(t)
	m.Clip = 0 // what is clipped cannot be undone
	s := m.Defaults()
	s.Solver, s.Grid, s.Steps, s.Seed, s.Guidance.Scale = solver.KindDDIM, schedule.Leading, 40, 5, 1
	picture := drawn(t, m, s)
	distance := func(rounds int) float64 {
		back := s
		back.Edit = &Edit{Picture: picture, Strength: 1, Invert: rounds}
		r := mustCompile(t, m, back)
		finish(t, r)
		again := s
		again.Seed, again.From = 99, &State{X: append([]float32(nil), r.X()...)}
		sum := 0.0
		for i, v := range drawn(t, m, again) {
			off := float64(v - picture[i])
			sum += off * off
		}
		return math.Sqrt(sum / float64(len(picture)))
	}
	one, many := distance(1), distance(8)
	if !(many < 1e-3 && many < one && one < 0.2) {
		t.Errorf("drawn again the picture is off by %.1e after one round a step, %.1e after 8", one, many)
	}
	m.Contract.Student = true
	back := s
	back.Edit = &Edit{Picture: picture, Strength: 1, Invert: 1}
	var refused *Clash
	if _, err := Compile(m, back, nil); !errors.As(err, &refused) {
		t.Errorf("a student's steps are undone: %v", err)
	}
}
