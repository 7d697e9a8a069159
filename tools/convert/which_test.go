package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tintype/weights"
)

// converted is the file that a directory and flags give, and the table.
func converted(t *testing.T, in string, flags ...string) (file []byte, text string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "m.safetensors.zst")
	status, text, errs := convert(append([]string{"-in", in, "-out", out, "-name", "m"}, flags...)...)
	if status != 0 {
		t.Fatalf("%v: %s", flags, errs)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return file, text
}

// renamed gives every tensor the prefix, and with zeros a second network of zeros beside it.
func renamed(prefix, zeros string) func([]weights.Tensor) []weights.Tensor {
	return func(list []weights.Tensor) (all []weights.Tensor) {
		for _, w := range list {
			z := w
			z.Data = make([]byte, len(w.Data))
			w.Name, z.Name = prefix+w.Name, zeros+w.Name
			if all = append(all, w); zeros != "" {
				all = append(all, z)
			}
		}
		return all
	}
}

// TestWhichWeights: however the weights are wrapped or named, the file is the same, and the table says what was done.
func TestWhichWeights(t *testing.T) {
	want, _ := converted(t, pipeline(t, nil))
	moved := func(variant string) string {
		dir := pipeline(t, nil)
		at := filepath.Join(dir, "unet", "diffusion_pytorch_model")
		if err := os.Rename(at+".safetensors", at+"."+variant+".safetensors"); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	two := moved("ema")
	if err := os.WriteFile(filepath.Join(two, "unet", "diffusion_pytorch_model.safetensors"), []byte("not looked at"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in    string
		flags []string
		says  string
	}{
		{pipeline(t, renamed("_orig_mod.", "")), nil, "such as _orig_mod.conv_in.weight"},
		{pipeline(t, renamed("module._orig_mod.", "")), nil, "such as module._orig_mod.conv_in.weight"},
		{pipeline(t, renamed("model.", "ema_model.")), []string{"-prefix", "model."}, "-prefix ema_model. takes it"},
		{pipeline(t, renamed("", "ema_model.")), nil, "ema_model.conv_in.weight                                      F16 not used, left out"},
		{moved("ema"), nil, "the only weights there: the variant ema"},
		{two, []string{"-variant", "ema"}, "diffusion_pytorch_model.safetensors: not read"},
		{edited(t, "unet/config.json", "{", `{"decay": 0.99, "power": 0.75,`), nil, "unet.decay: left from training, ignored\nunet.power"},
	} {
		got, text := converted(t, c.in, c.flags...)
		if !strings.Contains(text, c.says) {
			t.Errorf("%q is missing in\n%s", c.says, text)
		}
		if tensorsOf(t, got) != tensorsOf(t, want) {
			t.Errorf("%s: other tensors", c.says)
		}
	}
}

// tensorsOf is the hash of a file's tensors.
func tensorsOf(t *testing.T, file []byte) string {
	t.Helper()
	c, err := weights.Open(bytes.NewReader(file), "m", weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sum, _ := c.Metadata("sha256")
	return sum
}

// TestSize: a network that does not say how large its pictures are is refused with the way to say it.
func TestSize(t *testing.T) {
	for _, size := range []string{"null", "0", "[0, 8]"} {
		in := edited(t, "unet/config.json", `"sample_size": 16`, `"sample_size": `+size)
		status, _, errs := convert("-in", in, "-out", filepath.Join(t.TempDir(), "m.zst"))
		if status != 1 || !strings.Contains(errs, "sample_size") || !strings.Contains(errs, "-size") {
			t.Errorf("%s: status %d, %s", size, status, errs)
		}
		for flag, want := range map[string]string{"8": `"sample_size":[8,8]`, "8x16": `"sample_size":[8,16]`} {
			file, _ := converted(t, in, "-size", flag)
			c, err := weights.Open(bytes.NewReader(file), "m", weights.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if unet, _ := c.Metadata("unet"); !strings.Contains(unet, want) || strings.Count(unet, "sample_size") != 1 {
				t.Errorf("-size %s: %s", flag, unet)
			}
			c.Close()
		}
	}
	for _, bad := range []string{"", "0", "8x", "x8", "8x8x8", "-8", "9999999", "a"} {
		if status, _, errs := convert("-in", "x", "-out", "y.zst", "-size", bad); status != 2 || !strings.Contains(errs, "-size") {
			t.Errorf("-size %q: status %d, %s", bad, status, errs)
		}
	}
}

// TestLabelFlags: names that the directory does not have, or has otherwise, are given by a file.
func TestLabelFlags(t *testing.T) {
	in, dir := pipeline(t, nil), t.TempDir()
	names := func(text string) string {
		path := filepath.Join(dir, "names.txt")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for text, want := range map[string]string{
		"\ufeffcat\r\n dog \r\na, b\r\n": `"labels":["cat","dog","a, b"]`,
		"\ncat\ndog":                     `"labels":[null,"cat","dog"]`,
	} {
		file, _ := converted(t, in, "-labels", names(text), "-null-label", "0")
		c, err := weights.Open(bytes.NewReader(file), "m", weights.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := c.Metadata("model"); !strings.Contains(got, want) || !strings.Contains(got, `"null_label":0`) || strings.Count(got, "null_label") != 1 {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		c.Close()
	}
	for text, says := range map[string]string{
		"": "has no names", "\n\n": "has no names", "cat\n\ndog": "model.labels[1]", "\xff": "not UTF-8", "a\nb\nc\nd\ne\nf": "name 6 classes",
	} {
		status, _, errs := convert("-in", in, "-out", filepath.Join(dir, "m.zst"), "-labels", names(text), "-null-label", "4")
		if status != 1 || !strings.Contains(errs, says) {
			t.Errorf("%q: status %d, %s; want %q", text, status, errs, says)
		}
	}
	if status, _, errs := convert("-in", in, "-out", filepath.Join(dir, "m.zst"), "-labels", filepath.Join(dir, "absent")); status != 1 || !strings.Contains(errs, "-labels") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// FuzzSize: a size is two sides within the limits, or refused.
func FuzzSize(f *testing.F) {
	for _, text := range []string{"32", "8x16", "x", "0x8", "8x8x8", "+8", "１"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cv := &conversion{}
		if err := cv.parseSize(text); err == nil && (cv.height < 1 || cv.width < 1 || cv.height > largestSize || cv.width > largestSize) {
			t.Errorf("%q is %d x %d", text, cv.height, cv.width)
		}
	})
}
