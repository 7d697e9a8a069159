package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"tintype/internal/postlink"
)

// runLinked runs a wasm test binary in the form in which a visitor gets the
// program: go test -exec starts this command with -linked. It returns the exit
// code of the tests.
func runLinked(args []string, out io.Writer) int {
	code, err := linked(args, out)
	if err != nil {
		fmt.Fprintln(out, "linked:", err)
		return 1
	}
	return code
}

func linked(args []string, out io.Writer) (code int, err error) {
	if len(args) == 0 {
		return 0, fmt.Errorf("expected a test binary and its flags")
	}
	bin, err := os.ReadFile(args[0])
	if err != nil {
		return 0, err
	}
	// A test without helpers exports no part of a kernel: any function does.
	bin, left, err := postlink.Link(bin, "runtime.main")
	if err := errors.Join(append(left, err)...); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "tintype-linked-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "test.wasm")
	if err := os.WriteFile(file, bin, 0o666); err != nil {
		return 0, err
	}
	cmd := exec.Command(nodeExec(), append([]string{file}, args[1:]...)...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	err = cmd.Run()
	if cmd.ProcessState != nil {
		return cmd.ProcessState.ExitCode(), nil
	}
	return 0, err
}
