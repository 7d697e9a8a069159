//go:build unix

package command

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tintype/internal/wholefile"
)

// A tool that is in the middle of a file, and waits there. The test below runs it as a program of its own.
func TestMain(m *testing.M) {
	if dir := os.Getenv("TINTYPE_TEST_UNFINISHED"); dir != "" {
		Main("tool", func([]string) int {
			if _, _, err := wholefile.Folder(dir, "folder"); err != nil {
				return 3
			}
			wholefile.Write(filepath.Join(dir, "file"), func(f *os.File) error {
				fmt.Println("begun")
				select {} // for the signal
			})
			return 0
		})
	}
	if os.Getenv("TINTYPE_TEST_PIPE") != "" {
		Main("tool", func([]string) int {
			return New("tool", "", "").Run(nil, os.Stdout, os.Stderr, func(out io.Writer) error {
				io.Copy(io.Discard, os.Stdin) // until the reader of stdout is gone
				fmt.Fprintln(out, "text")
				return nil
			})
		})
	}
	os.Exit(m.Run())
}

func TestInterruptionLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		dir := t.TempDir()
		tool := exec.Command(os.Args[0])
		tool.Env = append(os.Environ(), "TINTYPE_TEST_UNFINISHED="+dir)
		var errs bytes.Buffer
		tool.Stderr = &errs
		out, err := tool.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := tool.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || line != "begun\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
			t.Errorf("in the middle of it: %v, %v", entries, err)
		}
		if err := tool.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		var exit *exec.ExitError
		if err := tool.Wait(); !errors.As(err, &exit) || exit.ExitCode() != c.status {
			t.Errorf("%v: ended with %v, want status %d", c.signal, err, c.status)
		}
		if !strings.HasPrefix(errs.String(), "tool: interrupted: ") || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%v says %q", c.signal, errs.String())
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("%v leaves %v, %v", c.signal, entries, err)
		}
	}
}

func TestAClosedPipeIsAnError(t *testing.T) {
	tool := exec.Command(os.Args[0])
	tool.Env = append(os.Environ(), "TINTYPE_TEST_PIPE=1")
	var errs bytes.Buffer
	tool.Stderr = &errs
	in, err := tool.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	tool.Stdout = write
	if err := tool.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	read.Close()
	in.Close()
	var exit *exec.ExitError
	if err := tool.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(errs.String(), "standard output") {
		t.Errorf("ended with %v: %q", err, errs.String())
	}
}
