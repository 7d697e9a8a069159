//go:build !js

package postlink

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOtherLayout: a program that is not laid out as the table says is linked
// without the steps that need to know, which says so, and works. With the table of
// the Go that built it nothing is left out.
func TestOtherLayout(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no node on this machine")
	}
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.wasm")
	build := exec.Command("go", "build", "-ldflags=-w", "-o", plain, "./testdata/hello")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	bin, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	runner := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")
	for name, c := range map[string]struct {
		other func(*layout)
		left  []string
	}{
		"the same":          {func(*layout) {}, nil},
		"other table":       {func(l *layout) { l.tableMagic = []byte("\xf0\xff\xff\xff\x00\x00\x01\x08") }, []string{"a larger program", "a larger program"}},
		"other record":      {func(l *layout) { l.recordTables += 4 }, []string{"a larger program", "a larger program"}},
		"other description": {func(l *layout) { l.moduleFunctions++ }, []string{"a larger program", "a larger program"}},
		"other globals":     {func(l *layout) { l.globals = l.globals[1:] }, []string{"one thread only", "a larger program", "a larger program"}},
		"less memory":       {func(l *layout) { l.spare = 1 << 30 }, []string{"a larger program"}},
	} {
		l := *go127
		c.other(&l)
		linked, left, err := l.link(bin, "runtime.main")
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != len(c.left) {
			t.Errorf("%s: left out %v, want %q", name, left, c.left)
			continue
		}
		for i, why := range left {
			if !strings.HasPrefix(why.Error(), c.left[i]) {
				t.Errorf("%s: left out %v, want %q", name, why, c.left[i])
			}
		}
		file := filepath.Join(dir, "linked.wasm")
		if err := os.WriteFile(file, linked, 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(runner, file).CombinedOutput(); err != nil || string(out) != "7 143\n" {
			t.Errorf("%s: the program printed %q, %v", name, out, err)
		}
	}
	if _, _, err := Link(bin[4:], "runtime.main"); err == nil {
		t.Error("what is no module was linked")
	}
}
