//go:build !js

package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTrace: a program as a visitor gets it still says why it ended and in which functions.
func TestTrace(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no node on this machine")
		}
		t.Skip("no node on this machine")
	}
	root, err := GoTool(t.Context(), ".", "env", "GOROOT")
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]Variant{"simd": SIMD, "scalar": Scalar} {
		out := filepath.Join(t.TempDir(), "trace.wasm")
		if left, err := Build(t.Context(), ".", out, "./testdata/trace", v); err != nil || left != nil {
			t.Fatal(left, err)
		}
		run := exec.Command(filepath.Join(strings.TrimSpace(root), "lib", "wasm", "go_js_wasm_exec"), out)
		printed, err := run.CombinedOutput()
		if err == nil {
			t.Errorf("%s: no panic", name)
		}
		for _, want := range []string{"index out of range [5] with length 3", "main.(*list[...]).fifth(", "main.main(",
			"value method time.Duration.String called using nil *Duration pointer"} {
			if !strings.Contains(string(printed), want) {
				t.Errorf("%s: no %q in\n%s", name, want, printed)
			}
		}
	}
}
