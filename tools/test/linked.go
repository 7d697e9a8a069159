package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"tintype/internal/postlink"
	"tintype/internal/wholefile"
)

// runLinked runs a wasm test binary in the form in which a visitor gets the
// program: go test -exec starts this command with -linked. The error is that of
// the tests, too.
func runLinked(args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("expected a test binary and its flags")
	}
	bin, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	// A test without helpers exports no part of a kernel: any function does.
	bin, left, err := postlink.Link(bin, "runtime.main")
	if err := errors.Join(append(left, err)...); err != nil {
		return err
	}
	dir, remove, err := wholefile.Folder("", "tintype-linked-")
	if err != nil {
		return err
	}
	defer remove()
	file := filepath.Join(dir, "test.wasm")
	if err := os.WriteFile(file, bin, 0o666); err != nil {
		return err
	}
	cmd := exec.Command(nodeExec(), append([]string{file}, args[1:]...)...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	return cmd.Run()
}
