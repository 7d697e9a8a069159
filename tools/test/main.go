// Command test runs the project's tests in every build that this machine can
// run: native SIMD, native scalar (GOEXPERIMENT unset and -tags purego),
// WebAssembly under Node (SIMD, scalar, and after internal/postlink), arm64 under qemu, the nested module
// wasm/dom, and, as part of the native run, the page in Chromium and the
// pictures of internal/proof in Chromium, Firefox and WebKit. A line "picture"
// says what each of these drew.
//
// Node and Chromium are installed where that is possible (root, with apt-get),
// with CI=true also Firefox, WebKitGTK, Xvfb and qemu. What is missing is
// skipped with the reason; with CI=true that is a failure: coverage is never
// lost silently.
//
//	go run ./tools/test           the tests
//	go run ./tools/test -static   formatting, vet in every variant, tidy go.mod
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tintype/internal/command"
)

func main() {
	command.Main("test", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	var static, linked bool
	var program []string
	s := command.New("test", "[-static]", "Runs the project's tests in every build that this machine can run.")
	s.Group("Instead")
	s.Switch(&static, "static", "check formatting, vet and go.mod")
	s.Switch(&linked, "linked", "run one wasm test binary after internal/postlink: what go test -exec calls").Rare()
	s.Args(&program, 0, command.Most)
	return s.Run(args, stdout, stderr, func(stdout io.Writer) error {
		switch {
		case linked:
			return runLinked(program, stdout)
		case len(program) > 0:
			return command.Misusef("unexpected argument %q", program[0])
		case static:
			return runChecks(stdout)
		}
		return runTests(stdout)
	})
}

func runTests(out io.Writer) error {
	start := time.Now()
	var total tally
	ci := os.Getenv("CI") == "true"
	fetchModules(out)
	for _, m := range ensureMachines(out, ci) {
		total.missing(m, ci)
	}
	for _, v := range variants() {
		total.add(v.run(out))
	}
	total.report(out, time.Since(start))
	if n := len(total.failures); n > 0 {
		return fmt.Errorf("%d failed", n)
	}
	return nil
}

// report prints what was skipped and why, what failed with what it printed, and
// last the plain line that continuous integration reads.
func (t *tally) report(out io.Writer, took time.Duration) {
	if len(t.skips) > 0 {
		fmt.Fprintln(out, "\nskipped:")
		for _, s := range t.skips {
			fmt.Fprintln(out, "  "+s)
		}
	}
	if len(t.failures) > 0 {
		fmt.Fprintln(out, "\nfailed:")
		for _, f := range t.failures {
			fmt.Fprintln(out, "  "+f.name)
			for line := range strings.Lines(ends(f.printed, 30)) {
				fmt.Fprint(out, "    | "+line)
			}
		}
	}
	fmt.Fprintf(out, "\ntook %s\n", took.Round(time.Second))
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", t.passed, len(t.failures), len(t.skips))
}

// ends is a text without its middle: a test that has hung says so and goes on
// with the stacks of hundreds of goroutines.
func ends(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	cut := len(lines) - 2*n
	if cut <= 0 {
		return text
	}
	return strings.Join(lines[:n], "") + fmt.Sprintf("(%d lines are printed above only)\n", cut) + strings.Join(lines[n+cut:], "")
}
