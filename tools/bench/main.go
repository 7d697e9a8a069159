//go:build !js

// Command bench prints what the engine does: GFLOP/s of its kernels, ms of a
// network pass and of a picture for every shipped model, where the time of a
// pass goes and what memory it takes, natively and in a headless Chromium, the
// sizes that a visitor downloads, the time until the first picture, and what
// pictures cost the page that shows them. A line
// "target N" holds a figure against a goal of the project. Command bench/peers
// compares it with another engine.
//
//	go run ./tools/bench [native | memory | chromium | page-memory | messages | size | page]
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
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 2: // a process of memories'
		err = memory(printer("native"), args[0], args[1])
	case len(args) == 1 && args[0] == "-orders":
		err = orders(os.Stdout)
	default:
		err = bench(args)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func printer(part string) suite.Printer {
	return func(line string) { fmt.Println(part, line) }
}

// bench does the part that the argument names, without one all; what fails in one does not keep the others from running.
func bench(args []string) error {
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
	var names []string
	var errs []error
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"native", func() error { return natively(printer("native")) }},
		{"memory", func() error { return memories(files) }},
		{"chromium", func() error { return inChromium(printer("chromium"), []string{""}) }},
		{"page-memory", func() error { return inChromium(printer("chromium"), memoryQueries(files), files...) }},
		{"messages", func() error { return messages(printer("node")) }},
		{"size", func() error { return sizes(printer("size")) }},
		{"page", func() error { return page(printer("page")) }},
	} {
		names = append(names, part.name)
		if len(args) == 0 || args[0] == part.name {
			errs = append(errs, part.run())
		}
	}
	if len(args) > 0 && len(errs) == 0 {
		return fmt.Errorf("no part %q: expected one of %v", args[0], names)
	}
	return errors.Join(errs...)
}

func natively(print suite.Printer) error {
	if err := suite.Kernels(print); err != nil {
		return err
	}
	return suite.Models(print, func(file string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(models, file))
	})
}
