package scheduler

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"tintype/internal/strictjson"
)

func read(t testing.TB, class, options string) (*Config, error) {
	t.Helper()
	text := `{"_class_name":"` + class + `Scheduler"`
	if options != "" {
		text += "," + options
	}
	v, err := strictjson.Parse("scheduler", text+"}", strictjson.Config)
	if err != nil {
		t.Fatal(err)
	}
	return Read(v)
}

// Every entry of the table has a type, and its default is of it.
func TestTableIsWhole(t *testing.T) {
	for i := range classes {
		c := &classes[i]
		defaults, err := c.defaults()
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		members, err := defaults.Members()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			if !slices.ContainsFunc(new(Options).all(), func(o option) bool { return o.name == m.Key }) {
				t.Errorf("%s: %s has no type", c.Name, m.Key)
			}
		}
		if _, err := c.read(strictjson.Value{}); err != nil {
			t.Error(err)
		}
		for _, name := range strings.Fields(c.groups) {
			if !slices.ContainsFunc(groups[:], func(g [2]string) bool { return g[0] == name }) {
				t.Errorf("%s: no group %s", c.Name, name)
			}
		}
		for _, name := range strings.Fields(c.unread) {
			if !slices.ContainsFunc(members, func(m strictjson.Member) bool { return m.Key == name }) {
				t.Errorf("%s: %s is not an option of it", c.Name, name)
			}
		}
		if c.passes != "" && !slices.Contains(implemented(), c.passes) {
			t.Errorf("%s: no class %s", c.Name, c.passes)
		}
	}
}

// What a class does not have is ignored, whatever its value, and listed; what it has is not.
func TestForeignOptions(t *testing.T) {
	bare, err := read(t, "EulerDiscrete", "")
	if err != nil {
		t.Fatal(err)
	}
	c, err := read(t, "EulerDiscrete", `"clip_sample":true,"thresholding":"yes","future_option":{"a":[1]},"solver_order":null,"_note":1,"steps_offset":0`)
	if err != nil || fmt.Sprint(c.Options) != fmt.Sprint(bare.Options) {
		t.Errorf("%+v, %v, want %+v", c, err, bare.Options)
	}
	if want := []string{"clip_sample", "thresholding", "future_option", "solver_order"}; !slices.Equal(c.Foreign, want) {
		t.Errorf("ignored %v, want %v", c.Foreign, want)
	}
	c, err = read(t, "TCD", `"clip_sample":true,"timestep_spacing":"leading","steps_offset":1`)
	if err != nil || c.Clip || c.Offset != 0 || !slices.Equal(c.Unread, []string{"clip_sample", "steps_offset"}) {
		t.Errorf("TCD never reads them: %+v, %v", c, err)
	}
	c, err = read(t, "DDPM", `"_use_default_values":["clip_sample","beta_end"],"clip_sample":false,"beta_end":0.5,"beta_start":0.001`)
	if err != nil || !c.Clip || c.BetaEnd != 0.02 || c.BetaStart != 0.001 || len(c.Foreign) > 0 {
		t.Errorf("what was a default of another class counts: %+v, %v", c, err)
	}
}

// sigma_min and sigma_max act on grids of sigmas of the classes that ask the config for them, and nowhere else.
func TestBoundsOfSigmas(t *testing.T) {
	const ends = `"sigma_min":0.1,"sigma_max":10,`
	for _, c := range []struct {
		class, options string
		want           bool
	}{
		{"EulerDiscrete", `"use_karras_sigmas":false`, true}, // its own
		{"UniPCMultistep", `"use_beta_sigmas":true`, true},
		{"HeunDiscrete", `"use_karras_sigmas":true`, true},
		{"DPMSolverMultistep", `"use_exponential_sigmas":true`, true},
		{"DPMSolverMultistep", `"use_lu_lambdas":true`, false},
		{"DPMSolverMultistep", `"use_karras_sigmas":false`, false},
		{"LMSDiscrete", `"use_karras_sigmas":true`, false},
		{"LMSDiscrete", `"use_beta_sigmas":true`, true},
		{"DPMSolverSDE", `"use_karras_sigmas":true`, false},
		{"EulerAncestralDiscrete", `"use_karras_sigmas":true`, false},
		{"DDPM", `"use_karras_sigmas":true`, false},
	} {
		got, err := read(t, c.class, ends+c.options)
		if err != nil {
			t.Errorf("%s: %v", c.class, err)
			continue
		}
		if acts := got.SigmaMin == 0.1 && got.SigmaMax == 10; acts != c.want || !acts && !math.IsNaN(got.SigmaMin) {
			t.Errorf("%s with %s: from %v to %v", c.class, c.options, got.SigmaMin, got.SigmaMax)
		}
		if named := slices.Contains(got.Foreign, "sigma_min"); named == c.want {
			t.Errorf("%s with %s: named as ignored %t", c.class, c.options, named)
		}
	}
	if c, err := read(t, "HeunDiscrete", `"sigma_min":null,"sigma_max":null,"use_karras_sigmas":true`); err != nil || !math.IsNaN(c.SigmaMin) {
		t.Errorf("null: %v", err)
	}
	if _, err := read(t, "HeunDiscrete", `"sigma_min":"low","use_karras_sigmas":true`); err == nil || !strings.Contains(err.Error(), "scheduler.sigma_min") {
		t.Errorf("a word for a sigma: %v", err)
	}
}

// Null is a value where it is the default, or where it says that something is off; whole numbers are numbers.
func TestValues(t *testing.T) {
	c, err := read(t, "DPMSolverMultistep", `"variance_type":null,"thresholding":null,"trained_betas":null,"lambda_min_clipped":-Infinity,"flow_shift":3,"lower_order_final":null`)
	if err != nil || c.Variance != "" || c.Threshold || c.LowerOrderFinal || c.FlowShift != 3 || !math.IsInf(c.LambdaMin, -1) {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = read(t, "DDPM", `"trained_betas":[0.1,0.2]`)
	if err != nil || c.Steps != 2 {
		t.Errorf("a table of two betas: %d steps, %v", c.Steps, err)
	}
}

// A value of another type, or of no meaning, is refused by the option's name.
func TestRefusesByName(t *testing.T) {
	for class, options := range map[string][]string{
		"DDPM": {`"clip_sample":1`, `"clip_sample":"true"`, `"num_train_timesteps":1000.5`, `"num_train_timesteps":"1000"`, `"num_train_timesteps":null`,
			`"beta_start":"small"`, `"beta_start":null`, `"beta_end":-Infinity`, `"beta_end":NaN`, `"beta_schedule":"cubic"`, `"beta_schedule":null`,
			`"prediction_type":"noise"`, `"prediction_type":7`, `"trained_betas":0.5`, `"trained_betas":["a"]`, `"variance_type":"large"`,
			`"timestep_spacing":"even"`, `"steps_offset":true`, `"rescale_betas_zero_snr":"no"`, `"trained_betas":[0.1],"num_train_timesteps":1000`},
		"UniPCMultistep":      {`"disable_corrector":null`, `"disable_corrector":[0.5]`, `"solver_p":{"a":1}`, `"solver_type":"bh3"`, `"predict_x0":"yes"`, `"sigma_min":[1]`},
		"EDMEuler":            {`"sigma_min":null`, `"sigma_schedule":"cosine"`, `"sigma_schedule":null`, `"rho":"7"`},
		"FlowMatchLCM":        {`"scale_factors":[1,2]`, `"shift":null`, `"time_shift_type":"cubic"`},
		"TCD":                 {`"clip_sample":"yes"`, `"steps_offset":0.5`}, // what it never reads has a type
		"LTXEulerAncestralRF": {`"shift":3.0`, `"use_karras_sigmas":true`},
	} {
		for _, o := range options {
			name := o[1 : strings.Index(o[1:], `"`)+1]
			if _, err := read(t, class, o); err == nil || !strings.Contains(err.Error(), "scheduler."+name) {
				t.Errorf("%s with %s: %v", class, o, err)
			}
		}
	}
	if _, err := read(t, "SASolver", ""); err == nil || !strings.Contains(err.Error(), "SASolverScheduler") {
		t.Errorf("an unknown class: %v", err)
	}
	if c, err := read(t, "LTXEulerAncestralRF", `"shift":1.0,"use_karras_sigmas":false,"shift_terminal":null`); err != nil || len(c.Foreign) != 3 {
		t.Errorf("the other class's defaults: %v", err)
	}
}

// No config, however made, does more than to be refused.
func FuzzRead(f *testing.F) {
	for i := range classes {
		f.Add(`{"_class_name":"` + classes[i].Name + `",` + groups[i%len(groups)][1] + `}`)
	}
	f.Add(`{"_class_name":"DDIMScheduler","_use_default_values":[],"trained_betas":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := strictjson.Parse("scheduler", text, strictjson.Config); err == nil {
			_, _ = Read(v)
		}
	})
}
