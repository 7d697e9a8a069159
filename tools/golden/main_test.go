package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var testdata = filepath.Join("..", "..", "core", "arch", "testdata")

// goldenTool runs the tool and returns its exit status and both outputs.
func goldenTool(args ...string) (status int, stdout, stderr string) {
	var out, err strings.Builder
	status = run(args, &out, &err)
	return status, out.String(), err.String()
}

// copyCase copies the files of a recorded case into dir/to, each changed by edit.
func copyCase(t *testing.T, name, to string, edit func(file string, content []byte) []byte) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(testdata, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(testdata, name, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, f.Name()), edit(f.Name(), content))
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if content == nil {
		return // left out
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestPasses(t *testing.T) {
	configs, err := filepath.Glob(filepath.Join(testdata, "*", "config.json"))
	if err != nil || len(configs) < 5 {
		t.Fatalf("recorded cases: %v, %v", configs, err)
	}
	var dirs []string
	for _, config := range configs {
		dirs = append(dirs, filepath.Dir(config)+"/")
	}
	status, stdout, stderr := goldenTool(dirs...)
	if status != 0 || stderr != "" {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	for i, line := range lines {
		want := `^` + filepath.Base(dirs[i]) + ` +abs \d\.\d{3}e-\d\d rel \d\.\d{3}e-\d\d pass$`
		if !regexp.MustCompile(want).MatchString(line) {
			t.Errorf("line %q does not match %s", line, want)
		}
	}
	if len(lines) != len(dirs) {
		t.Errorf("%d lines for %d cases", len(lines), len(dirs))
	}
}

// TestFailuresDoNotStop: every kind of broken case is a line that says why, and the others still run.
func TestFailuresDoNotStop(t *testing.T) {
	dir := t.TempDir()
	replace := func(file, old, new string) func(string, []byte) []byte {
		return func(name string, content []byte) []byte {
			if name == file {
				return []byte(strings.Replace(string(content), old, new, 1))
			}
			return content
		}
	}
	leaveOut := func(file string) func(string, []byte) []byte {
		return func(name string, content []byte) []byte {
			if name == file {
				return nil
			}
			return content
		}
	}
	cut := func(file string) func(string, []byte) []byte {
		return func(name string, content []byte) []byte {
			if name == file {
				return content[:len(content)-4]
			}
			return content
		}
	}
	const config, weights, recording = "config.json", "diffusion_pytorch_model.safetensors", "golden.safetensors"
	cases := []struct {
		name string
		edit func(string, []byte) []byte
		want string
	}{
		{"other-output", replace(config, `"norm_eps": 1e-06`, `"norm_eps": 0.1`), `abs \S+ rel \S+ fail`},
		{"refused", replace(config, `"silu"`, `"mish"`), `fail: .*act_fn: "mish" is not implemented`},
		{"contradiction", replace(config, `"norm_num_groups": 4`, `"norm_num_groups": 3`), `fail: .*norm_num_groups is 3`},
		{"other-shape", replace(config, `"num_class_embeds": 5`, `"num_class_embeds": 6`), `fail: .*class_embedding.weight: expected shape \[6 32\], found \[5 32\]`},
		{"no-json", replace(config, "{", "["), `fail: `},
		{"no-weights", leaveOut(weights), `fail: .*diffusion_pytorch_model.safetensors`},
		{"no-recording", leaveOut(recording), `fail: .*golden.safetensors`},
		{"cut-weights", cut(weights), `fail: .*file ends early`},
		{"cut-recording", cut(recording), `fail: .*file ends early`},
		{"no-labels", replace(recording, `"class_labels"`, `"other_labels"`), `fail: .*class_labels`},
		{"no-timestep", replace(recording, `"timestep"`, `"unknown_"`), `fail: .*timestep`},
		{"good", func(_ string, content []byte) []byte { return content }, `abs \S+ rel \S+ pass`},
	}
	args := []string{}
	for _, c := range cases {
		copyCase(t, "ddpm", filepath.Join(dir, c.name), c.edit)
		args = append(args, filepath.Join(dir, c.name)+"/")
	}
	args = append(args, filepath.Join(dir, "not-there"), filepath.Join(testdata, "README.md"), testdata)
	status, stdout, stderr := goldenTool(args...)
	if want := "golden: 12 of 13 cases failed\n"; status != 1 || stderr != want {
		t.Errorf("status %d, stderr %q: expected 1, %q", status, stderr, want)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != len(args) {
		t.Fatalf("%d lines for %d paths:\n%s", len(lines), len(args), stdout)
	}
	for i, c := range cases {
		if want := `^` + c.name + ` +` + c.want; !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("line %q does not match %s", lines[i], want)
		}
	}
	if !strings.Contains(lines[len(cases)], "not-there") || !strings.Contains(lines[len(cases)], "fail: ") {
		t.Errorf("a path that is not there: %q", lines[len(cases)])
	}
	if file := lines[len(cases)+1]; !strings.Contains(file, "skipped: neither a directory nor a checkpoint") {
		t.Errorf("a file: %q", file)
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "testdata ") || !strings.Contains(last, "skipped: no config.json") {
		t.Errorf("a directory that is no case: %q", last)
	}
}

func TestNoCaseIsAFailure(t *testing.T) {
	for _, args := range [][]string{nil, {testdata}} {
		if status, _, stderr := goldenTool(args...); status != 2 || !strings.Contains(stderr, "no case given") {
			t.Errorf("%v: status %d, stderr %q", args, status, stderr)
		}
	}
}

// TestCheckpoint: a directory with model_index.json goes through the whole model.
func TestCheckpoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "whole")
	build := func(labels string) {
		copyCase(t, "ddpm", filepath.Join(dir, "unet"), func(name string, content []byte) []byte {
			if name == "golden.safetensors" {
				write(t, filepath.Join(dir, name), content)
				return nil
			}
			return content
		})
		write(t, filepath.Join(dir, "scheduler", "scheduler_config.json"), []byte(`{"_class_name": "DDPMScheduler"}`))
		write(t, filepath.Join(dir, "model_index.json"), []byte(`{"_class_name": "ClassConditionalPipeline",
			"unet": ["diffusers", "UNet2DModel"], "scheduler": ["diffusers", "DDPMScheduler"], `+labels+`}`))
	}
	// The recorded labels are 4 and 0: with four names and null label 4, row 4 is the open slot.
	build(`"id2label": {"0": "a", "1": "b", "2": "c", "3": "d"}, "null_label": 4`)
	if status, stdout, _ := goldenTool(dir); status != 0 || !strings.HasSuffix(stdout, "pass\n") {
		t.Errorf("status %d, %q", status, stdout)
	}
	// A class without a name is one, too.
	build(`"id2label": {"0": "a", "1": "b", "2": "c"}, "null_label": 3`)
	if status, stdout, _ := goldenTool(dir); status != 0 || !strings.HasSuffix(stdout, "pass\n") {
		t.Errorf("row 4 without a name: status %d, %q", status, stdout)
	}
	build(`"id2label": {"0": "a", "1": "b", "2": "c"}, "null_label": 5`)
	if status, stdout, _ := goldenTool(dir); status != 1 || !strings.Contains(stdout, "fail: ") {
		t.Errorf("a null class beyond the table: status %d, %q", status, stdout)
	}
}
