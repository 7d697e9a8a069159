//go:build !js

// Command docs builds the example of each documentation site in site/examples
// with its generator, serves it below a sub-path and drives it in Chromium: the
// element draws the picture that tools/sample draws, leaving the page and coming
// back, without a reload where the generator's sites do so, leaves no error and no
// worker at work, and axe-core finds nothing in it.
// Generators come from Debian and npm, as test tools only; one that cannot be
// installed is skipped with the reason. One line a generator:
//
//	NAME VERSION passed|failed|skipped REASON
//
// Command line:
//
//	go run ./tools/docs [-only NAME] [-shots FOLDER]
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tintype/internal/command"
	"tintype/internal/wholefile"
	"tintype/tools/axe"
)

func main() {
	command.Main("docs", func(args []string) int {
		var only, shots string
		s := command.New("docs", "[flags]", "Builds the examples of documentation sites with their generators and drives them in Chromium.")
		s.Group("Less, or more")
		s.Text(&only, "only", "NAME", "check only the example with this name")
		s.Text(&shots, "shots", "DIR", "write a screenshot of each example to this folder")
		return s.Run(args, os.Stdout, os.Stderr, func(stdout io.Writer) error {
			failed, err := run(only, shots, stdout)
			if err == nil && failed > 0 {
				err = fmt.Errorf("%d failed", failed)
			}
			return err
		})
	})
}

// The picture of every example, and of the page it is part of.
const (
	model = "nouns-32-student-4"
	seed  = "7"
)

// run checks one example or all, and returns how many failed.
func run(only, shots string, out io.Writer) (failed int, err error) {
	dir, remove, err := wholefile.Folder("", "tintype-docs")
	if err != nil {
		return 0, err
	}
	defer remove()
	m, err := prepare(dir)
	if err != nil {
		return 0, err
	}
	m.shots = shots
	if m.axe, err = axe.Script(); err != nil {
		fmt.Fprintf(out, "%-10s %-22s skipped: %v\n", "axe-core", axe.Version, err)
	}
	found := false
	for _, s := range sites {
		if only != "" && only != s.name {
			continue
		}
		found = true
		begun := time.Now()
		version, err := s.check(m)
		var skip skipped
		switch {
		case errors.As(err, &skip):
			fmt.Fprintf(out, "%-10s %-22s skipped: %v\n", s.name, version, err)
		case err != nil:
			failed++
			fmt.Fprintf(out, "%-10s %-22s failed: %v\n", s.name, version, err)
		default:
			fmt.Fprintf(out, "%-10s %-22s passed in %.0f s\n", s.name, version, time.Since(begun).Seconds())
		}
	}
	if !found {
		return failed, fmt.Errorf("there is no example %s", only)
	}
	return failed, nil
}

// skipped is why an example could not be checked.
type skipped struct{ error }

// materials are what examples are built from and measured by.
type materials struct {
	dist    string // folder of the static site
	offline string // the single file
	picture string // PNG file of the examples' picture
	hash    string // of its pixels
	axe     string // the script of axe-core; "": nobody looks
	shots   string // where screenshots go; "": nowhere
}

func prepare(dir string) (*materials, error) {
	m := &materials{dist: filepath.Join(dir, "dist"), offline: filepath.Join(dir, "tintype.html"), picture: filepath.Join(dir, "picture.png")}
	for _, args := range [][]string{{"-dist", m.dist}, {"-offline", m.offline, "-model", model}} {
		if _, err := execute(".", nil, "go", append([]string{"run", "."}, args...)...); err != nil {
			return nil, err
		}
	}
	printed, err := execute(".", nil, "go", "run", "./tools/sample", "-model", filepath.Join("site", "models", model+".safetensors.zst"), "-seed", seed, "-o", m.picture)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(printed)
	m.hash = words[len(words)-1]
	return m, nil
}

// execute runs a program in dir, with further variables of the environment, and
// returns what it printed.
func execute(dir string, env []string, name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, out)
	}
	return string(out), err
}
