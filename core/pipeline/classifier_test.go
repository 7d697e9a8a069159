package pipeline

import (
	"math"
	"slices"
	"testing"

	"tintype/core/schedule"
)

// towards is a classifier whose log p(y | x) falls with the distance of x from y.
type towards struct{ planned int }

func (c *towards) Plan(n, h, w int, between func() error) (ClassifierPass, error) {
	c.planned++
	return c, nil
}

func (c *towards) LogProbGrad(dst, logp, x []float32, l schedule.Level, labels []int32) error {
	per := len(x) / len(labels)
	for i, v := range x {
		dst[i] = float32(l.A) * (float32(labels[i/per]) - v)
	}
	return nil
}

// The picture moves towards its label with the scale, a batch is its pictures one by one, and scale 0 asks nobody.
func TestClassifierGuidance(t *testing.T) {
	m, _ := testModel(t)
	c := &towards{}
	m.Classifier, m.Clip = c, 0
	s := m.Defaults()
	s.Batch, s.Choice, s.Guidance.Scale = 2, []int{2}, 1
	drawn := func(s Spec) []float32 {
		r := mustCompile(t, m, s)
		finish(t, r)
		return slices.Clone(r.X())
	}
	plain := drawn(s)
	if c.planned != 0 {
		t.Error("a classifier was planned that nobody asked for")
	}
	away := func(x []float32) (sum float64) {
		for _, v := range x {
			sum += math.Abs(float64(v) - 2)
		}
		return sum
	}
	last := away(plain)
	for _, scale := range []float64{0.05, 0.2} {
		s.Classifier = scale
		x := drawn(s)
		if off := away(x); !(off < last) {
			t.Errorf("scale %v ends %v away from the label, less scale %v", scale, off, last)
		} else {
			last = off
		}
		one := s
		one.Batch, one.Seed = 1, s.Seed+1
		if alone := drawn(one); !slices.Equal(alone, x[len(x)/2:]) {
			t.Errorf("scale %v: the second picture is %v, alone %v", scale, x[len(x)/2:], alone)
		}
	}
	r := mustCompile(t, m, s)
	if err := r.Reset(1, nil); err == nil {
		t.Error("a run towards no label")
	}
}

func TestClassifierClashes(t *testing.T) {
	for name, change := range map[string]func(m *Model, s *Spec){
		"no classifier": func(m *Model, s *Spec) { m.Classifier = nil },
		"negative":      func(m *Model, s *Spec) { s.Classifier = -1 },
		"NaN":           func(m *Model, s *Spec) { s.Classifier = math.NaN() },
		"no label":      func(m *Model, s *Spec) { s.Choice = nil },
		"open label":    func(m *Model, s *Spec) { s.Choice = []int{Open} },
		"forbidden":     func(m *Model, s *Spec) { m.Contract.NoGuidance, s.Guidance.Scale = true, 1 },
	} {
		m, _ := testModel(t)
		m.Classifier = &towards{}
		s := m.Defaults()
		s.Classifier, s.Choice = 1, []int{1}
		change(m, &s)
		if c := refused(t, m, s); c.Setting != SettingClassifier || c.Remedy == "" {
			t.Errorf("%s: %v", name, c)
		}
	}
}
