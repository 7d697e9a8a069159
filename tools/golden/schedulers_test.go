package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const recordings = "../../compat/testdata/schedulers.jsonl.gz"

func TestSchedulers(t *testing.T) {
	status, stdout, stderr := goldenTool(recordings)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if status != 0 || stderr != "" || len(lines) != 23 {
		t.Errorf("status %d, stderr %q, %d lines", status, stderr, len(lines))
	}
	want := regexp.MustCompile(`^[A-Za-z0-9]+Scheduler +\d+ of \d+ runs, largest error 0\.\d{3} of its tolerance pass$`)
	for _, line := range lines {
		if !want.MatchString(line) {
			t.Errorf("line %q", line)
		}
	}
}

// A run that cannot be repeated fails its class, and is named.
func TestSchedulersFail(t *testing.T) {
	run := func(config, out string) string {
		return `{"name": "one", "scheduler": "FlowMatchEulerDiscreteScheduler", "config": {` + config + `}, "n": 1, "timesteps": [1000],
			"sigmas": [1, 0], "init_noise_sigma": 1, "steps": [{"t": 1000, "x": [1, 2], "F": [0.5, 1], "z": [], "out": ` + out + `}]}`
	}
	for name, c := range map[string]struct{ text, want string }{
		"good":    {run("", "[0.5, 1]"), `1 of 1 runs, largest error 0\.\d+ of its tolerance pass`},
		"other":   {run("", "[0.5, 1.5]"), `0 of 1 runs, largest error \S+ of its tolerance fail\n +one: one step, at call 1: off by 0.5`},
		"option":  {run(`"time_shift_type": "odd"`, "[0.5, 1]"), `fail\n +one: .*time_shift_type: "odd"`},
		"class":   {strings.Replace(run("", "[0.5, 1]"), "FlowMatchEuler", "NoSuch", 1), `fail\n +one: .*"NoSuchDiscreteScheduler"`},
		"size":    {run("", "[0.5]"), `fail: one: step 0 has arrays of other sizes`},
		"no json": {"{", `fail: `},
		"empty":   {"", `fail: no recorded run`},
	} {
		path := filepath.Join(t.TempDir(), "runs.jsonl")
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(c.text, "\n", " ")), 0o666); err != nil {
			t.Fatal(err)
		}
		status, stdout, _ := goldenTool(path)
		if !regexp.MustCompile(c.want).MatchString(stdout) || (status == 0) != (name == "good") {
			t.Errorf("%s: status %d, %q does not match %s", name, status, stdout, c.want)
		}
	}
}
