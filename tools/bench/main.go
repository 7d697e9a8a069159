//go:build !js

// Command bench prints what the engine does: GFLOP/s of its kernels, ms of a
// network pass and of a picture for every shipped model, where the time of a
// pass goes and what memory it takes, natively and in a headless Chromium, the
// sizes that a visitor downloads and the time until the first picture. A line
// "target N" holds a figure against a goal of the project. Command bench/peers
// compares it with another engine.
//
// With -orders it prints instead how fast every solver converges.
//
// Figures are those of several rounds on one thread. They are measurements of
// this machine, never a test.
package main

import (
	"errors"
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
	err := errors.New("expected no argument, or -orders")
	switch len(os.Args) {
	case 1:
		err = bench()
	case 2:
		if os.Args[1] == "-orders" {
			err = orders(os.Stdout)
		}
	case 3:
		err = memory(printer("native"), os.Args[1], os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func printer(part string) suite.Printer {
	return func(line string) { fmt.Println(part, line) }
}

// bench does all parts; what fails in one does not keep the others from running.
func bench() error {
	fmt.Printf("machine: %s/%s, %d processors, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	dir, err := os.MkdirTemp("", "tintype-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files, err := modelFiles(dir)
	if err != nil {
		return err
	}
	return errors.Join(
		natively(printer("native")),
		memories(files),
		inChromium(printer("chromium"), files),
		messages(printer("node")),
		sizes(printer("size")),
		start(printer("start")),
	)
}

func natively(print suite.Printer) error {
	if err := suite.Kernels(print); err != nil {
		return err
	}
	return suite.Models(print, func(file string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(models, file))
	})
}
