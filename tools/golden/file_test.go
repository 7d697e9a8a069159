package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tintype/weights"
)

// Every shipped file computes its own goldens, and one whose goldens are other numbers, or missing, does not pass.
func TestShippedFiles(t *testing.T) {
	shipped, err := filepath.Glob(filepath.Join("..", "..", "site", "models", "*.zst"))
	if err != nil || len(shipped) == 0 {
		t.Fatalf("shipped files: %v, %v", shipped, err)
	}
	status, stdout, stderr := goldenTool(shipped...)
	if status != 0 || len(regexp.MustCompile(`(?m)^\S+\.zst +2 goldens pass$`).FindAllString(stdout, -1)) != len(shipped) {
		t.Errorf("status %d, %q, %s", status, stderr, stdout)
	}
	classifier := filepath.Join("..", "..", "site", "models", "fashion-mnist-32-classifier.safetensors.zst")
	dir := t.TempDir()
	for name, c := range map[string]struct {
		change func(metadata map[string]string)
		want   string
	}{
		"other": {func(m map[string]string) {
			m["goldens"] = regexp.MustCompile(`"seed":1`).ReplaceAllString(m["goldens"], `"seed":3`)
		}, `fail: goldens.cases\[0\]`},
		"missing": {func(m map[string]string) { delete(m, "goldens") }, "fail: its metadata has no goldens"},
	} {
		path := filepath.Join(dir, name+".safetensors")
		rewrite(t, path, classifier, c.change)
		if status, stdout, _ := goldenTool(path); status != 1 || !regexp.MustCompile(c.want).MatchString(stdout) {
			t.Errorf("%s: status %d, %s", name, status, stdout)
		}
	}
	if status, stdout, _ := goldenTool(filepath.Join(dir, "absent.zst")); status != 1 || !regexp.MustCompile("fail: .*absent.zst").MatchString(stdout) {
		t.Errorf("a file that is not there: status %d, %s", status, stdout)
	}
}

// rewrite copies a checkpoint with other metadata.
func rewrite(t *testing.T, to, from string, change func(metadata map[string]string)) {
	t.Helper()
	c, err := weights.OpenFile(from)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	metadata := c.AllMetadata()
	change(metadata)
	var tensors []weights.Tensor
	for _, info := range c.Tensors() {
		_, raw, err := c.Tensor(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, weights.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Data: raw})
	}
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := weights.WriteFile(f, metadata, tensors); err != nil {
		t.Fatal(err)
	}
}

func TestUsage(t *testing.T) {
	if status, help, stderr := goldenTool("-h"); status != 0 || stderr != "" || !strings.Contains(help, "usage: golden PATH") {
		t.Errorf("-h: status %d, %q, %q", status, help, stderr)
	}
	if status, _, stderr := goldenTool("-colour"); status != 2 || !strings.Contains(stderr, "-colour") {
		t.Errorf("-colour: status %d, %q", status, stderr)
	}
}
