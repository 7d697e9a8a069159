//go:build !js

// Command bench prints what the engine does: GFLOP/s of its kernels, ms of a
// network pass and of a picture for every shipped model and where the time of
// a pass goes, natively and in a headless Chromium, and the sizes that a
// visitor downloads. Command bench/peers compares it with another engine.
//
// Figures are medians of several rounds on one thread. They are measurements
// of this machine, never a test.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"tintype/tools/bench/suite"
)

// models is where the checkpoints lie, seen from the root of the repository.
const models = "site/models"

func main() {
	fmt.Printf("machine: %s/%s, %d processors, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	failed := false
	for _, part := range []struct {
		name string
		run  func(suite.Printer) error
	}{
		{"native", natively},
		{"chromium", func(p suite.Printer) error { return inChromium(p, models) }},
		{"size", sizes},
	} {
		if err := part.run(func(line string) { fmt.Println(part.name, line) }); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", part.name, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func natively(print suite.Printer) error {
	suite.Kernels(print)
	return suite.Models(print, func(file string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(models, file))
	})
}
