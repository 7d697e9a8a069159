//go:build !wasm

package threads

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tintype/internal/program"
)

// node finds the program that runs the tests' program. Without it they are
// skipped, in CI they fail.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") == "true":
		t.Fatal("no node on this machine")
	default:
		t.Skip("no node on this machine")
	}
	return ""
}

// build makes the tests' program, plain as the linker leaves it, and for several
// threads as a visitor gets it.
func build(t *testing.T) (plain, threads string) {
	t.Helper()
	dir := t.TempDir()
	plain, threads = filepath.Join(dir, "plain.wasm"), filepath.Join(dir, "threads.wasm")
	const prog = "./testdata/prog"
	if _, err := program.GoTool(t.Context(), ".", "build", "-o", plain, prog); err != nil {
		t.Fatal(err)
	}
	if left, err := program.Build(t.Context(), ".", threads, prog, program.SIMD); err != nil || left != nil {
		t.Fatal(left, err)
	}
	return plain, threads
}

func goRoot(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(root))
}

// TestNode runs the program on helpers as site/threads.js starts them:
// the same bits as the plain program for any number of threads, also when a
// helper is gone; and a plain end where one is lost inside a part.
func TestNode(t *testing.T) {
	node := node(t)
	plain, threads := build(t)
	loader := filepath.Join(goRoot(t), "lib", "wasm", "wasm_exec.js")
	run := func(args ...string) (string, int) {
		t.Helper()
		cmd := exec.Command(node, append([]string{"testdata/node.js", "../../site", loader}, args...)...)
		out, err := cmd.Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	out, err := exec.Command(filepath.Join(goRoot(t), "lib", "wasm", "go_js_wasm_exec"), plain).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(out), "\n")
	for _, c := range []struct{ size, harm string }{{"1", ""}, {"2", ""}, {"3", ""}, {"4", ""}, {"2", "kill"}, {"3", "kill"}} {
		out, _ := run(threads, c.size, c.harm)
		first, got, _ := strings.Cut(out, "\n")
		if first != "threads "+c.size || got != want {
			t.Errorf("%s threads %s: %s\n%s, want\n%s", c.size, c.harm, first, got, want)
		}
	}
	for harm, says := range map[string]string{"hang": "does not answer", "throw": "compute thread 1 failed"} {
		if out, code := run(threads, "2", harm); code != 3 || !strings.Contains(out, "lost: ") || !strings.Contains(out, says) {
			t.Errorf("a helper that should %s: exit code %d\n%s", harm, code, out)
		}
	}
}
