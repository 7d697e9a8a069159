package pipeline

import (
	"fmt"

	"tintype/core/denoise"
	"tintype/core/guidance"
	"tintype/core/limits"
	"tintype/core/schedule"
)

// Classifier tells noisy pictures of a model apart. It plans a pass over n inputs [h,w,c] of the network's size;
// between is as a Network's.
type Classifier interface {
	Plan(n, h, w int, between func() error) (ClassifierPass, error)
}

// ClassifierPass gives the gradient of log p(y | x) with respect to x, [N,h,w,C] at level l, for one label y per
// picture; logp, [N], may be nil.
type ClassifierPass interface {
	LogProbGrad(dst, logp, x []float32, l schedule.Level, labels []int32) error
}

// CheckClassifier returns the *Clash that keeps classifier guidance from this checkpoint, or nil.
func (m *Model) CheckClassifier() error {
	switch {
	case m.Classifier == nil:
		return clash(SettingClassifier, "use classifier guidance 0", "the model has no classifier beside it")
	case m.Contract.NoGuidance:
		return clash(SettingClassifier, "use classifier guidance 0", "the model does not allow guidance")
	}
	return nil
}

func (m *Model) checkClassifier(s *Spec) error {
	switch {
	case s.Classifier == 0:
		return nil
	case !(s.Classifier > 0 && s.Classifier <= limits.Classifier):
		return clash(SettingClassifier, fmt.Sprintf("use 0 to %d; 0 is off", limits.Classifier), "classifier guidance %v", s.Classifier)
	}
	if err := m.CheckClassifier(); err != nil {
		return err
	}
	if len(s.Choice) == 0 || s.Choice[0] < 0 {
		return clash(SettingClassifier, "choose a label", "a classifier guides towards a label, and none is chosen")
	}
	return nil
}

// classified guides den by the model's classifier, towards the run's labels.
func (r *Run) classified(den denoise.Denoiser, s *Spec, per int, between func() error) (denoise.Denoiser, error) {
	pass, err := r.model.Classifier.Plan(s.Batch, r.h, r.w, between)
	if err != nil {
		return nil, &Clash{SettingClassifier, err.Error(), "use another size of picture", err}
	}
	r.memory.add(pass)
	r.labels = make([]int32, s.Batch)
	objective := func(dst, x []float32, l schedule.Level) error { return pass.LogProbGrad(dst, nil, x, l, r.labels) }
	den = guidance.NewGradient(den, guidance.ObjectiveFunc(objective), s.Batch*per, s.Classifier)
	r.memory.add(den)
	return den, nil
}
