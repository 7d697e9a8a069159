package model

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/internal/strictjson"
	"tintype/weights"
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
		root, err := strictjson.Parse("scheduler", text, strictjson.Config)
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

// Whatever a checkpoint says of itself beside its network, it is refused or gives a process, and a reading, and its own
// defaults are those of its contract.
func FuzzDescribed(f *testing.F) {
	const ddim = `{"_class_name": "DDIMScheduler", "timestep_spacing": "trailing", "prediction_type": "v_prediction"}`
	f.Add(ddim, `{"kind": "vp", "T": 20}`, `{"method": "pd", "trained_steps": [4], "t_list": [999, 749, 499, 249]}`, `{"default": {"name": "ddim", "n": 4}}`, `{"kind": "none"}`)
	f.Add(ddim, `{"kind": "edm", "sigma_max": 1e300}`, `{"method": "cd", "t_list": [0, 22]}`, `{}`, `{"kind": "cm"}`)
	f.Add(ddim, `{"kind": "gamma_table", "gamma_table": [-10, 10]}`, `{"method": "tcd", "gamma": 1, "original_steps": 9999999999}`, `{"allowed": ["tcd"]}`, `{"kind": "lcm", "timestep_scaling": 1e308}`)
	f.Add(`{}`, `{"kind": "flow", "shift": 1e-300}`, `{"method": "x"}`, `{"default": {"name": "euler", "eta": 1e300}, "forbidden": {"*": "why"}}`, `null`)
	f.Fuzz(func(t *testing.T, scheduler, process, student, samplers, boundary string) {
		var file bytes.Buffer
		metadata := map[string]string{"scheduler": scheduler, "process": process, "student": student, "samplers": samplers, "boundary": boundary}
		if _, err := weights.WriteFile(&file, metadata, nil); err != nil {
			return
		}
		c, err := weights.Open(&file, "file", weights.Options{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Describe()
		if err != nil {
			return
		}
		m := &Model{}
		if err := m.sampling(d); err != nil {
			return
		}
		if m.Process == nil || m.Reading.Param() == nil {
			t.Fatal("neither refused nor described")
		}
		if k := &m.Contract; len(k.Allowed) > 0 && !slices.Contains(k.Allowed, k.Defaults.Solver) {
			t.Errorf("the default %v is not one of %v", k.Defaults.Solver, k.Allowed)
		}
	})
}

// Whatever label is written, it is refused or a choice of the model's.
func FuzzLabel(f *testing.F) {
	for _, text := range []string{"", "cat", "head=cat", "head=0,body=1", "head==", ",", "body=red,", "HEAD=DOG", `head="c""at", body=#1`, `"`, "head=\u00e9"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range []*Model{slotted(t), classesOf(t, 0, "", "crane", "a=b, c", "crane", "7", "caf\u00e9")} {
			choice, err := m.ParseLabel(text)
			if err != nil {
				continue
			}
			var numbers []string
			for i, v := range choice {
				if v < pipeline.Open || v >= len(m.Cond.Slots[i].Values) || v == m.Cond.NullRow(i) {
					t.Fatalf("%q: slot %d has the value %d", text, i, v)
				}
				if v >= 0 {
					numbers = append(numbers, m.Cond.Slots[i].Name+"=#"+strconv.Itoa(v))
				}
			}
			if again, err := m.ParseLabel(strings.Join(numbers, ",")); err != nil || !slices.Equal(again, choice) {
				t.Errorf("%q is %v, by its numbers %v, %v", text, choice, again, err)
			}
		}
	})
}
