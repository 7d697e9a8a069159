package model

import (
	"testing"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/internal/jsontext"
)

// Whatever a scheduler config says, it is refused or it is a process whose ends are levels.
func FuzzScheduler(f *testing.F) {
	f.Add(`{"_class_name": "DDPMScheduler", "beta_schedule": "squaredcos_cap_v2", "clip_sample": true}`)
	f.Add(`{"_class_name": "DDIMScheduler", "num_train_timesteps": 65536, "beta_end": 1, "rescale_betas_zero_snr": true}`)
	f.Add(`{"_class_name": "EulerDiscreteScheduler", "trained_betas": [0.5, 0.25, 1e-300, 0.999]}`)
	f.Add(`{"_class_name": "HeunDiscreteScheduler", "beta_start": -1, "beta_end": 1e308, "num_train_timesteps": -5}`)
	f.Add(`{"_class_name": "DPMSolverMultistepScheduler", "beta_schedule": "scaled_linear", "num_train_timesteps": 9999999999}`)
	f.Add(`{"_class_name": "CMStochasticIterativeScheduler", "sigma_max": 1e308, "sigma_min": 1e-300}`)
	f.Add(`{"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 0, "shift_terminal": 0.5, "num_train_timesteps": 1}`)
	f.Add(`{"_class_name": "UniPCMultistepScheduler", "lambda_min_clipped": 99, "use_flow_sigmas": true, "flow_shift": -1}`)
	f.Fuzz(func(t *testing.T, text string) {
		root, err := jsontext.Parse("scheduler", text, jsontext.Config)
		if err != nil {
			return
		}
		s, err := readScheduler(root)
		if err != nil {
			return
		}
		p, err := s.process()
		if err != nil {
			return
		}
		hi, lo := p.Range()
		stepped, ok := p.(schedule.Stepped)
		if !(hi.A >= 0 && hi.S > 0 && lo.S >= 0 && lo.Below(hi) || ok && stepped.Steps() == 1) {
			t.Errorf("levels from %+v to %+v", hi, lo)
		}
	})
}

// Whatever label is written, it is refused or a choice of the model's.
func FuzzLabel(f *testing.F) {
	for _, text := range []string{"", "cat", "head=cat", "head=0,body=1", "head==", ",", "body=red,", "HEAD=DOG"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := slotted(t)
		choice, err := m.ParseLabel(text)
		if err != nil {
			return
		}
		for i, v := range choice {
			if v < pipeline.Open || v >= len(m.Cond.Slots[i].Values) {
				t.Errorf("%q: slot %d has the value %d", text, i, v)
			}
		}
	})
}
