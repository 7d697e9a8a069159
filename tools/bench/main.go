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
	"slices"
	"strings"

	"tintype/internal/command"
	"tintype/internal/wholefile"
	"tintype/tools/bench/suite"
)

// models is where the checkpoints lie, seen from the root of the repository.
const models = "site/models"

func main() {
	command.Main("bench", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	var rest []string
	var converge bool
	s := command.New("bench", "["+strings.Join(parts, "|")+"]", "Measures the engine on this machine, all of it or one part.")
	s.Group("Instead")
	s.Switch(&converge, "orders", "print how fast every solver converges")
	s.Args(&rest, 0, 2)
	return s.Run(args, stdout, stderr, func(stdout io.Writer) error {
		switch {
		case converge && len(rest) > 0:
			return command.Misusef("-orders and %q are two things to do: give one", rest[0])
		case converge:
			return orders(stdout)
		case len(rest) == 2: // a process of memories'
			return memory(printer(stdout, "native"), rest[0], rest[1])
		case len(rest) == 1 && !slices.Contains(parts, rest[0]):
			return command.Misusef("no part %q: expected one of %s", rest[0], strings.Join(parts, ", "))
		}
		return bench(stdout, rest)
	})
}

func printer(out io.Writer, part string) suite.Printer {
	return func(line string) { fmt.Fprintln(out, part, line) }
}

// parts are what bench does, in this order.
var parts = []string{"native", "memory", "chromium", "page-memory", "messages", "size", "page"}

// bench does the part that the argument names, without one all; what fails in one does not keep the others from running.
func bench(out io.Writer, args []string) error {
	fmt.Fprintf(out, "machine: %s/%s, %d processors, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	dir, remove, err := wholefile.Folder("", "tintype-bench")
	if err != nil {
		return err
	}
	defer remove()
	files, err := modelFiles(dir)
	if err != nil {
		return err
	}
	run := map[string]func() error{
		"native":      func() error { return natively(printer(out, "native")) },
		"memory":      func() error { return memories(out, files) },
		"chromium":    func() error { return inChromium(printer(out, "chromium"), []string{""}) },
		"page-memory": func() error { return inChromium(printer(out, "chromium"), memoryQueries(files), files...) },
		"messages":    func() error { return messages(printer(out, "node")) },
		"size":        func() error { return sizes(printer(out, "size")) },
		"page":        func() error { return page(printer(out, "page")) },
	}
	var errs []error
	for _, part := range parts {
		if len(args) == 0 || args[0] == part {
			errs = append(errs, run[part]())
		}
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
