//go:build !js

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tintype/tools/bench/suite"
)

// messages prints what the worker's messages allocate for each solver step: the benchmark of package wasm/worker, in
// Node. Its test holds the bound.
func messages(print suite.Printer) error {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	run := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")
	bench := exec.Command("go", "test", "-exec", run, "-run", "^$", "-bench", "^BenchmarkStep$", "./wasm/worker")
	bench.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	printed, err := bench.CombinedOutput()
	if err != nil {
		return fmt.Errorf("the worker's benchmark: %w\n%s", err, printed)
	}
	for _, line := range strings.Split(string(printed), "\n") {
		if strings.HasPrefix(line, "Benchmark") {
			print("messages of the worker: " + strings.Join(strings.Fields(line), " "))
		}
	}
	return nil
}
