// Golden checks what this project computes against recordings of the reference implementation.
//
//	go run ./tools/golden PATH...
//
// A directory with a config.json is a case (a network with golden.safetensors beside it), and so is one with a
// model_index.json and a golden.safetensors (a whole checkpoint: sample and out are pictures): the network is loaded,
// runs the recorded input, and its output is compared. core/arch/testdata/README.md describes the recorded tensors.
//
// A file whose name ends in .zst or .safetensors is a converted checkpoint, of a model or of a classifier, with goldens
// of its own in its metadata: outputs that any build must give again. docs/FORMAT.md describes them.
//
// A file whose name ends in .jsonl or .jsonl.gz holds recorded runs of schedulers, which package compat repeats;
// compat/testdata/README.md describes them. Each class of scheduler in it is a case. Anything else that is there is
// skipped with a line.
//
// A directory with a tokens.jsonl holds a vocabulary, vocab.json and merges.txt, and the tokens of texts.
//
// It prints a line per case: name, figures, pass or fail. For a network these are the largest absolute error and the
// relative one (over the largest |out|), for a converted checkpoint the number of its goldens; for a class of scheduler the runs passed of all, and the largest error over
// its tolerance, with a line for each of the first runs that failed. The exit status is 1 if a case fails or cannot be
// run, 2 if there is no case.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tintype/internal/command"
	"tintype/internal/golden"
)

const expected = "expected directories with config.json, or model_index.json, and golden.safetensors, checkpoint files, or files of " +
	"recorded schedulers"

func main() {
	command.Main("golden", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	var paths []string
	s := command.New("golden", "PATH...", "Compares networks and schedulers with recordings of the reference implementation: "+expected+".")
	s.Args(&paths, 0, command.Most)
	return s.Run(args, stdout, stderr, func(stdout io.Writer) error { return check(paths, stdout) })
}

// check prints a line per case.
func check(paths []string, stdout io.Writer) error {
	cases, failed := 0, 0
	for _, path := range paths {
		check, why := classify(path)
		if check == nil {
			fmt.Fprintf(stdout, "%-32s skipped: %s\n", name(path), why)
			continue
		}
		for _, v := range check(path) {
			cases++
			if !v.pass {
				failed++
			}
			fmt.Fprintf(stdout, "%-32s %s\n", v.name, v.line())
		}
	}
	if cases == 0 {
		return command.Misusef("no case given: %s", expected)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d cases failed", failed, cases)
	}
	return nil
}

// verdict is how one case went.
type verdict struct {
	name    string
	pass    bool
	figures string
	err     error  // why it could not be run
	notes   string // lines below it
}

func (v verdict) line() string {
	switch {
	case v.err != nil:
		return "fail: " + v.err.Error()
	case v.pass:
		return v.figures + " pass"
	}
	return v.figures + " fail" + v.notes
}

// checker runs the cases of a path.
type checker func(path string) []verdict

// name is the last element of a path, which may be "." or end in a slash.
func name(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	return filepath.Base(path)
}

// classify tells how a path is checked, or why it is skipped. What cannot be looked at is a case that fails.
func classify(path string) (check checker, why string) {
	stat, err := os.Stat(path)
	if err == nil && !stat.IsDir() {
		switch {
		case strings.HasSuffix(path, ".jsonl"), strings.HasSuffix(path, ".jsonl.gz"):
			return checkSchedulers, ""
		case strings.HasSuffix(path, ".zst"), strings.HasSuffix(path, ".safetensors"):
			return checkFile, ""
		}
		return nil, "neither a directory nor a checkpoint nor recorded schedulers"
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return func(string) []verdict { return []verdict{{name: name(path), err: err}} }, ""
	}
	has := map[string]bool{}
	for _, e := range entries {
		has[e.Name()] = true
	}
	switch {
	case has["tokens.jsonl"]:
		return checkTokens, ""
	case has["model_index.json"] && has["golden.safetensors"]:
		return single(checkCheckpoint), ""
	case has["config.json"]:
		return single(checkNetwork), ""
	}
	return nil, "no config.json, tokens.jsonl, nor model_index.json with golden.safetensors"
}

// single checks a path that is one case.
func single(check func(path string) (golden.Difference, error)) checker {
	return func(path string) []verdict {
		d, err := check(path)
		return []verdict{{name: name(path), pass: err == nil && d.Pass(), figures: d.String(), err: err}}
	}
}
