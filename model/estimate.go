package model

import "tintype/core/pipeline"

// An EstimateSetting is a number by which every estimate of the clean picture is adjusted, whatever the solver and the grid.
type EstimateSetting struct {
	Name, Line string
	get        func(s *pipeline.Spec) (v float64, ok bool) // ok: it was asked for
	set        func(m *Model, s *pipeline.Spec, v float64)
}

// EstimateSettings are all of them. The pipeline checks their values: see guidance.Options and denoise.Threshold.
var EstimateSettings = []EstimateSetting{
	ofGuidance("guidance.sigma-min", "guidance stops below this sigma; 0: it does not",
		func(s *pipeline.Spec) *float64 { return &s.Guidance.SigmaMin }),
	ofGuidance("guidance.sigma-max", "guidance begins at this sigma; 0: with the first step",
		func(s *pipeline.Spec) *float64 { return &s.Guidance.SigmaMax }),
	ofThreshold("threshold.quantile", "pictures are held to the range that this share of their values keeps to; 0: off",
		func(t *pipeline.Threshold) *float64 { return &t.Quantile }),
	ofThreshold("threshold.max", "the widest range that is brought back to black and white, 1 or more; 0: any",
		func(t *pipeline.Threshold) *float64 { return &t.Max }),
}

func ofGuidance(name, line string, in func(*pipeline.Spec) *float64) EstimateSetting {
	return EstimateSetting{name, line,
		func(s *pipeline.Spec) (float64, bool) { return *in(s), *in(s) != 0 },
		func(_ *Model, s *pipeline.Spec, v float64) { *in(s) = v }}
}

// ofThreshold has one number of the threshold: the other one stays the model's.
func ofThreshold(name, line string, in func(*pipeline.Threshold) *float64) EstimateSetting {
	return EstimateSetting{name, line,
		func(s *pipeline.Spec) (float64, bool) {
			if s.Thresh == nil {
				return 0, false
			}
			return *in(s.Thresh), true
		},
		func(m *Model, s *pipeline.Spec, v float64) {
			t := m.Thresh
			if s.Thresh != nil {
				t = *s.Thresh
			}
			*in(&t) = v
			s.Thresh = &t // a copy: other legs may have the one before
		}}
}
