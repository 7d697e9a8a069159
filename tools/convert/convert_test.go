package main

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tintype/core/solver"
	"tintype/model"
	"tintype/weights"
)

// network is a small one that was recorded for core/arch: float16 weights, five classes.
const network = "../../core/arch/testdata/ddpm"

// pipeline lays out a directory as diffusers would for that network, with a table of betas and the
// tensors changed as a test wants them, and gives its path.
func pipeline(t *testing.T, change func([]weights.Tensor) []weights.Tensor) string {
	t.Helper()
	c, err := weights.OpenDirectory(network)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var tensors []weights.Tensor
	for _, info := range c.Tensors() {
		_, raw, err := c.Tensor(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, weights.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Data: raw})
	}
	if change != nil {
		tensors = change(tensors)
	}
	var file bytes.Buffer
	if _, err := weights.WriteFile(&file, nil, tensors); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(network, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "small")
	for name, text := range map[string]string{
		"model_index.json": `{"unet": ["diffusers", "UNet2DModel"], "scheduler": ["diffusers", "DDPMScheduler"],
			"id2label": {"0": "cat", "1": "dog", "2": "owl", "3": "eel"}, "null_label": 4}`,
		"unet/config.json":                         string(config),
		"scheduler/scheduler_config.json":          `{"_class_name": "DDPMScheduler"}`,
		"unet/diffusion_pytorch_model.safetensors": file.String(),
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

// with adds a tensor, or puts it in the place of the one of its name.
func with(extra weights.Tensor) func([]weights.Tensor) []weights.Tensor {
	return func(list []weights.Tensor) []weights.Tensor {
		list = slices.DeleteFunc(list, func(t weights.Tensor) bool { return t.Name == extra.Name })
		return append(list, extra)
	}
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
	in := pipeline(t, func(list []weights.Tensor) []weights.Tensor {
		list = with(f32("conv_in.bias", 1e6, 0, 0, 0, 0, 0, 0, 0))(list)
		return with(f32("ema.decay", 0.999))(list)
	})
	out := filepath.Join(t.TempDir(), "m.safetensors.zst")
	status, text, errs := convert("-in", in, "-out", out, "-name", "Small", "-licence", "CC0 1.0", "-provenance", "made here",
		"-samplers", `{"default": {"name": "dpmpp-2m", "n": 10}}`)
	if status != 0 {
		t.Fatal(errs)
	}
	wantLines(t, text, "conv_in.bias F32 -> F32 [8] 32", "conv_in.weight F16 -> F16 [8 3 3 3] 432", "conv_out.bias F16 -> F32 [3] 12",
		"ema.decay F32 not used, left out", "(2 in F32)")
	c, err := weights.OpenFile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d, err := c.Describe()
	if err != nil {
		t.Fatal(err)
	}
	if m := d.Model; m.Name != "Small" || m.Licence != "CC0 1.0" || m.Provenance != "made here" || len(m.Labels) != 4 || m.NullLabel != 4 {
		t.Errorf("model %+v", m)
	}
	if d.Samplers.Default == nil || d.Samplers.Default.N != 10 {
		t.Errorf("samplers %+v", d.Samplers)
	}
	m, err := model.Load(c)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := m.CheckGoldens(); n == 0 || err != nil {
		t.Errorf("%d goldens, %v", n, err)
	}
	// The network asks for the tensors in the order of the file, and for all of them.
	var order []string
	for _, info := range c.Tensors() {
		order = append(order, info.Name)
	}
	if !slices.Equal(order, c.Asked()) {
		t.Errorf("in the file %v\nasked for %v", order, c.Asked())
	}
}

// wantLines looks for lines in a text, whatever the spaces.
func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), line) {
			t.Errorf("%q is missing in\n%s", line, text)
		}
	}
}

// A lone network has no scheduler: it is converted, without goldens.
func TestConvertNetwork(t *testing.T) {
	out := filepath.Join(t.TempDir(), "m.zst")
	if status, text, errs := convert("-in", network, "-out", out, "-f32"); status != 0 || strings.Contains(text, "-> F16") {
		t.Fatal(status, text, errs)
	}
	c, err := weights.OpenFile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := buildNetwork(c); err != nil {
		t.Error(err)
	}
	if left := c.Unasked(); left != nil {
		t.Errorf("not used: %v", left)
	}
}

// What model_index.json says of costs of steps, a learned sampler and a degradation is in the file, and in the model that it loads as.
func TestConvertTables(t *testing.T) {
	const tables = `"tables": {"costs": [[1], [2, 0.5]], "ggdm": {"x": [[1], [0.25, 1]], "d": [[0.5], [1, -0.5]], "noise": [0, 0.125]}}`
	in := edited(t, "model_index.json", `"null_label": 4`, `"null_label": 4, `+tables+`, "degrader": {"kind": "pixelate", "largest": 8}`)
	out := filepath.Join(t.TempDir(), "m.zst")
	if status, _, errs := convert("-in", in, "-out", out); status != 0 {
		t.Fatal(errs)
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
	want := weights.Tables{
		Costs: [][]float64{{1}, {2, 0.5}},
		GGDM:  &weights.GGDM{X: [][]float64{{1}, {0.25, 1}}, D: [][]float64{{0.5}, {1, -0.5}}, Noise: []float64{0, 0.125}},
	}
	if !reflect.DeepEqual(d.Tables, want) {
		t.Errorf("tables %+v, want %+v", d.Tables, want)
	}
	m, err := model.Load(c)
	if err != nil {
		t.Fatal(err)
	}
	if m.Grid.Costs == nil || m.Grid.Costs.Steps != 2 || m.Extras.Table == nil || m.Extras.Degrader != (solver.Pixelate{Largest: 8}) {
		t.Errorf("the model has costs %v, table %v, degrader %v", m.Grid.Costs, m.Extras.Table, m.Extras.Degrader)
	}
}

func TestManifest(t *testing.T) {
	in, site := pipeline(t, nil), t.TempDir()
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

// edited gives the path of a pipeline in which one text of a config was replaced.
func edited(t *testing.T, file, old, new string) string {
	t.Helper()
	dir := pipeline(t, nil)
	path := filepath.Join(dir, filepath.FromSlash(file))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), old, new, 1)
	if changed == string(text) {
		t.Fatalf("%s has no %s", file, old)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRefusals(t *testing.T) {
	good, dir := pipeline(t, nil), t.TempDir()
	out := filepath.Join(dir, "m.zst")
	pickled := pipeline(t, nil)
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
		{2, []string{"-in", good, "-out", out, "-id", "x"}, "-id needs -manifest"},
		{2, []string{"-in", good, "-out", out, "-default"}, "-default needs -manifest"},
		{2, []string{"-in", good, "-out", out, "-manifest", filepath.Join(dir, "index.json")}, "-manifest needs -id"},
		{2, []string{"-in", good, "-out", out, "-manifest", "index.json", "-id", "x"}, "different directories"},
		{2, []string{"-unknown"}, "-unknown"},
		{2, []string{"-in", good, "-output", out}, "is -out meant?"},
		{2, []string{"-in", good, "-out", filepath.Join(dir, "m.ckpt")}, "ends in .zst or .safetensors"},
		{2, []string{"-in", good, "-out", filepath.Join(dir, "m")}, "ends in .zst or .safetensors"},
		{1, []string{"-in", filepath.Join(dir, "absent"), "-out", out}, "absent"},
		{1, []string{"-in", pickled, "-out", out}, "save_pretrained"},
		{1, []string{"-in", good, "-out", out, "-samplers", "{"}, "-samplers"},
		{1, []string{"-in", good, "-out", out, "-samplers", `{"default":{}}`}, "samplers.default.name"},
		{1, []string{"-in", good, "-out", filepath.Join(dir, "no", "m.zst")}, "-out: open " + filepath.Join(dir, "no", "m.zst")},
		{1, []string{"-in", good, "-out", dir}, "directory"},
		{1, []string{"-in", pipeline(t, with(f32("conv_out.bias", 0, float32(math.NaN()), 0))), "-out", out}, "conv_out.bias"},
		{1, []string{"-in", pipeline(t, with(f32("conv_out.bias", 0))), "-out", out}, "conv_out.bias"},
		{1, []string{"-in", good, "-out", out, "-samplers", `{"default":{"name":"magic"}}`}, "magic"},
		{1, []string{"-in", good, "-out", out, "-samplers", `{"default":{"name":"ddim","n":1001}}`}, "use 1 to 1000"},
		{1, []string{"-in", edited(t, "unet/config.json", `"sample_size": 16`, `"sample_size": 1000000000`), "-out", out}, "1000000000 x 1000000000"},
		{1, []string{"-in", edited(t, "unet/config.json", `"num_class_embeds": 5`, `"num_class_embeds": 16777216`), "-out", out}, "at most 65536 classes"},
		{1, []string{"-in", edited(t, "model_index.json", `"null_label": 4`, `"null_label": 4, "tables": {"costs": [[1], [1, 1], [1, 1, 1]]}`), "-out", out}, "costs: 3 rows"},
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
	if status, help, errs := convert("-h"); status != 0 || errs != "" || !strings.Contains(help, "-samplers JSON") || strings.Count(help, "\n") > 24 {
		t.Errorf("help: %d\n%s%s", status, help, errs)
	}
	for _, name := range []string{"in", "out", "name", "licence", "provenance", "samplers", "manifest", "id", "student-of"} {
		if status, _, errs := convert("-in", good, "-out", out, "-"+name, ""); status != 2 || !strings.HasPrefix(errs, "convert: -"+name+" is empty") {
			t.Errorf("-%s \"\": status %d, %s", name, status, errs)
		}
	}
}

// The name of the output says what it is.
func TestTheEndingDecides(t *testing.T) {
	in, dir := pipeline(t, nil), t.TempDir()
	packed, plain := filepath.Join(dir, "m.safetensors.zst"), filepath.Join(dir, "m.SAFETENSORS")
	for _, out := range []string{packed, plain} {
		if status, _, errs := convert("-in", in, "-out", out); status != 0 {
			t.Fatal(errs)
		}
	}
	var hashes []string
	for i, path := range []string{packed, plain} {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if zstd := bytes.HasPrefix(file, []byte{0x28, 0xb5, 0x2f, 0xfd}); zstd != (i == 0) {
			t.Errorf("%s begins with % x", path, file[:4])
		}
		c, err := weights.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum, _ := c.Metadata("sha256")
		hashes = append(hashes, sum)
		if _, err := model.Load(c); err != nil {
			t.Error(err)
		}
		c.Close()
	}
	if hashes[0] != hashes[1] || hashes[0] == "" {
		t.Errorf("tensors %v", hashes)
	}
}

// What was printed and cannot be written is an error.
func TestAFullOutputIsAnError(t *testing.T) {
	var errs bytes.Buffer
	status := run([]string{"-in", pipeline(t, nil), "-out", filepath.Join(t.TempDir(), "m.zst")}, full{}, &errs)
	if status != 1 || errs.String() != "convert: standard output: no space\n" {
		t.Errorf("status %d, %s", status, errs.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

// Options that the scheduler's class does not have, or never reads, are named and nothing else.
func TestIgnoredOptionsAreNamed(t *testing.T) {
	in := pipeline(t, nil)
	config := `{"_class_name": "EulerDiscreteScheduler", "clip_sample": true, "thresholding": true, "steps_offset": 1, "future": [1], "_diffusers_version": "0.42.1"}`
	if err := os.WriteFile(filepath.Join(in, "scheduler", "scheduler_config.json"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in, "model_index.json"), []byte(`{"scheduler": ["diffusers", "EulerDiscreteScheduler"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	status, text, errs := convert("-in", in, "-out", filepath.Join(t.TempDir(), "m.safetensors.zst"))
	if status != 0 {
		t.Fatal(errs)
	}
	for _, name := range []string{"clip_sample", "thresholding", "future"} {
		wantLines(t, text, "option "+name+": not an option of EulerDiscreteScheduler, ignored, as the reference does")
	}
	if got := strings.Count(text, "option "); got != 3*2 { // "option X: not an option of"
		t.Errorf("%d options are named in\n%s", got/2, text)
	}
}
