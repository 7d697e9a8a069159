package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tintype/weights"
)

// pipeline writes a small diffusers directory and gives its path.
func pipeline(t *testing.T, tensors ...weights.Tensor) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small")
	if tensors == nil {
		tensors = []weights.Tensor{
			f32("conv_in.weight", 0.5, -0.25, 1, 2),
			f32("conv_in.bias", 1e6, 1),
			f32("conv_out.bias", 3),
			f32("mid_block.attentions.0.query.weight", 0.1, 0.2),
		}
	}
	var b bytes.Buffer
	if _, err := weights.WriteFile(&b, nil, tensors); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"model_index.json": `{"unet": ["diffusers", "UNet2DModel"], "scheduler": ["diffusers", "DDPMScheduler"],
			"id2label": {"0": "cat", "1": "dog"}, "null_label": 2}`,
		"unet/config.json":                         `{"_class_name": "UNet2DModel"}`,
		"scheduler/scheduler_config.json":          `{"_class_name": "DDPMScheduler"}`,
		"unet/diffusion_pytorch_model.safetensors": b.String(),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func f32(name string, values ...float32) weights.Tensor {
	return weights.Tensor{Name: name, DType: weights.F32, Shape: []int{len(values)}, Data: weights.EncodeF32(values)}
}

// convert runs the tool and gives its status, stdout and stderr.
func convert(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	status := run(args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestConvert(t *testing.T) {
	in, out := pipeline(t), filepath.Join(t.TempDir(), "m.safetensors.zst")
	status, text, errs := convert("-in", in, "-out", out, "-name", "Small", "-licence", "CC0 1.0", "-provenance", "made here",
		"-samplers", `{"default": {"name": "dpmpp-2m", "n": 10}}`)
	if status != 0 {
		t.Fatal(errs)
	}
	for _, line := range []string{
		"conv_in.bias F32 -> F32 [2] 8",
		"conv_in.weight F32 -> F16 [4] 8",
		"conv_out.bias F32 -> F32 [1] 4",
		"mid_block.attentions.0.to_q.weight F32 -> F16 [2] 4",
		"4 tensors (2 in F32), 9 parameters",
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), line) {
			t.Errorf("%q is missing in\n%s", line, text)
		}
	}
	c, err := weights.OpenFile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d, err := c.Describe()
	if err != nil {
		t.Fatal(err)
	}
	if m := d.Model; m.Name != "Small" || m.Licence != "CC0 1.0" || m.Provenance != "made here" || len(m.Labels) != 2 || m.NullLabel != 2 {
		t.Errorf("model %+v", m)
	}
	if d.Samplers.Default == nil || d.Samplers.Default.N != 10 {
		t.Errorf("samplers %+v", d.Samplers)
	}
	info, raw, err := c.Tensor("conv_in.weight")
	if err != nil {
		t.Fatal(err)
	}
	if values, err := weights.Floats(info, raw); err != nil || values[1] != -0.25 {
		t.Error(values, err)
	}
	sums, err := c.Finish()
	if err != nil || !strings.Contains(text, "sha256 "+sums.SHA256) {
		t.Error(sums, err)
	}
}

func TestConvertF32(t *testing.T) {
	in, out := pipeline(t), filepath.Join(t.TempDir(), "m.zst")
	if status, text, errs := convert("-in", in, "-out", out, "-f32"); status != 0 || strings.Contains(text, "F16") {
		t.Error(status, text, errs)
	}
}

// Tensors come in the order that the network asks for; what it does not ask for is left out.
func TestOrder(t *testing.T) {
	j := job{in: pipeline(t), out: filepath.Join(t.TempDir(), "m.zst"), order: func(*weights.Checkpoint) ([]string, error) {
		return []string{"mid_block.attentions.0.to_q.weight", "conv_in.weight"}, nil
	}}
	var text bytes.Buffer
	if err := j.run(&text); err != nil {
		t.Fatal(err)
	}
	c, err := weights.OpenFile(j.out)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if list := c.Tensors(); len(list) != 2 || list[1].Name != "conv_in.weight" {
		t.Errorf("tensors %+v", list)
	}
	for _, name := range []string{"conv_in.bias", "conv_out.bias"} {
		if !strings.Contains(strings.Join(strings.Fields(text.String()), " "), name+" not used, left out") {
			t.Errorf("%s is not said to be left out:\n%s", name, text.String())
		}
	}
}

func TestManifest(t *testing.T) {
	in, site := pipeline(t), t.TempDir()
	index := filepath.Join(site, "index.json")
	enter := func(id string, more ...string) {
		t.Helper()
		args := append([]string{"-in", in, "-out", filepath.Join(site, id+".zst"), "-manifest", index, "-id", id, "-licence", "MIT"}, more...)
		if status, _, errs := convert(args...); status != 0 {
			t.Fatal(errs)
		}
	}
	enter("teacher", "-default")
	enter("student", "-default", "-student-of", "teacher", "-name", "S")
	enter("teacher", "-name", "T")
	text, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	m, err := weights.ParseManifest(index, string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(m) != 2 || m[0].Name != "T" || m[0].Default || !m[1].Default || m[1].StudentOf != "teacher" || m[1].File != "student.zst" {
		t.Errorf("manifest %+v", m)
	}
	for _, e := range m {
		f, err := os.Open(filepath.Join(site, e.File))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c, err := weights.Open(f, e.File, weights.Options{Expect: e.Expect()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Finish(); err != nil {
			t.Error(err)
		}
	}
}

func TestRefusals(t *testing.T) {
	good, dir := pipeline(t), t.TempDir()
	out := filepath.Join(dir, "m.zst")
	pickled := pipeline(t)
	unet := filepath.Join(pickled, "unet", "diffusion_pytorch_model.")
	if err := os.Rename(unet+"safetensors", unet+"bin"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		args   []string
		part   string
	}{
		{2, nil, "-in is missing"},
		{2, []string{"-in", good}, "-out is missing"},
		{2, []string{"-in", good, "-out", out, "more"}, `"more"`},
		{2, []string{"-in", good, "-out", out, "-id", "x"}, "need -manifest"},
		{2, []string{"-in", good, "-out", out, "-manifest", filepath.Join(dir, "index.json")}, "needs -id"},
		{2, []string{"-in", good, "-out", out, "-manifest", "index.json", "-id", "x"}, "different directories"},
		{2, []string{"-unknown"}, "-unknown"},
		{1, []string{"-in", filepath.Join(dir, "absent"), "-out", out}, "absent"},
		{1, []string{"-in", pickled, "-out", out}, "save_pretrained"},
		{1, []string{"-in", good, "-out", out, "-samplers", "{"}, "-samplers"},
		{1, []string{"-in", good, "-out", out, "-samplers", `{"default":{}}`}, "samplers.default.name"},
		{1, []string{"-in", good, "-out", filepath.Join(dir, "no", "m.zst")}, "no"},
		{1, []string{"-in", pipeline(t, f32("w", float32(math.NaN()))), "-out", out}, "w: value cannot be stored: element 0 is NaN"},
		{1, []string{"-in", pipeline(t, weights.Tensor{Name: "w", DType: weights.I64, Shape: []int{1}, Data: []byte("\xff\xff\xff\xff\xff\x00\x00\x00")}), "-out", out}, "w: "},
		{1, []string{"-in", good, "-out", filepath.Join(dir, "n.zst"), "-manifest", filepath.Join(dir, "index.json"), "-id", "x"}, "models[0].licence"},
	} {
		status, _, errs := convert(c.args...)
		if status != c.status || !strings.Contains(errs, c.part) {
			t.Errorf("%v: status %d, want %d, %q to be in\n%s", c.args, status, c.status, c.part, errs)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("a refused conversion leaves %v", left)
	}
	hidden, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(hidden) != 0 {
		t.Errorf("a refused conversion leaves %v", hidden)
	}
	if status, _, errs := convert("-h"); status != 0 || !strings.Contains(errs, "-samplers JSON") {
		t.Errorf("help: %d\n%s", status, errs)
	}
}
