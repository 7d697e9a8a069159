// Golden checks networks against recorded passes: for every directory it loads the network, runs the recorded input
// and compares the output.
//
//	go run ./tools/golden PATH...
//
// A directory with a config.json is a case (a network with golden.safetensors beside it), and so is one with a
// model_index.json and a golden.safetensors (a whole checkpoint: sample and out are pictures). Anything else that is
// there is skipped with a line. core/arch/testdata/README.md describes the recorded tensors.
//
// It prints a line per case: name, largest absolute error, relative error (the largest absolute error over the
// largest |out|), pass or fail. The exit status is 1 if a case fails or cannot be run, or if there is no case.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tintype/internal/golden"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	cases, failed := 0, 0
	for _, path := range args {
		check, why := classify(path)
		if check == nil {
			fmt.Fprintf(stdout, "%-32s skipped: %s\n", name(path), why)
			continue
		}
		cases++
		d, err := check(path)
		switch {
		case err != nil:
			fmt.Fprintf(stdout, "%-32s fail: %v\n", name(path), err)
		case d.Pass():
			fmt.Fprintf(stdout, "%-32s %s pass\n", name(path), d)
			continue
		default:
			fmt.Fprintf(stdout, "%-32s %s fail\n", name(path), d)
		}
		failed++
	}
	if cases == 0 {
		fmt.Fprintln(stderr, "golden: no case given: expected directories with config.json, or model_index.json, and golden.safetensors")
		return 1
	}
	if failed > 0 {
		fmt.Fprintf(stderr, "golden: %d of %d cases failed\n", failed, cases)
		return 1
	}
	return 0
}

// name is the last element of a path, which may be "." or end in a slash.
func name(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	return filepath.Base(path)
}

// classify tells how a directory is checked, or why it is skipped. What cannot be looked at is a case that fails.
func classify(path string) (check func(path string) (golden.Difference, error), why string) {
	if stat, err := os.Stat(path); err == nil && !stat.IsDir() {
		return nil, "not a directory"
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return func(string) (golden.Difference, error) { return golden.Difference{}, err }, ""
	}
	has := map[string]bool{}
	for _, e := range entries {
		has[e.Name()] = true
	}
	switch {
	case has["model_index.json"] && has["golden.safetensors"]:
		return checkCheckpoint, ""
	case has["config.json"]:
		return checkNetwork, ""
	}
	return nil, "no config.json, nor model_index.json with golden.safetensors"
}
