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
//	go run ./tools/test -soak 5   the page's tests five times on a busy machine; -run PATTERN names some of them
package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"tintype/internal/command"
)

func main() {
	command.Main("test", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	var static, linked bool
	var times int
	var pattern string
	var program []string
	s := command.New("test", "[-static | -soak N [-run PATTERN]]", "Runs the project's tests in every build that this machine can run.")
	s.Group("Instead")
	s.Switch(&static, "static", "check formatting, vet and go.mod")
	s.Switch(&linked, "linked", "run one wasm test binary after internal/postlink: what go test -exec calls").Rare()
	soaked := s.Whole(&times, "soak", "N", 1, 1000, "run the tests of the page N times beside two busy loops, and print what failed how often")
	chosen := s.Text(&pattern, "run", "PATTERN", "only the tests that this regular expression names")
	s.Args(&program, 0, command.Most)
	return s.Run(args, stdout, stderr, func(stdout io.Writer) error {
		if err := chosen.Needs(soaked, "it names tests that are run many times"); err != nil {
			return err
		}
		switch {
		case linked:
			return runLinked(program, stdout)
		case len(program) > 0:
			return command.Misusef("unexpected argument %q", program[0])
		case soaked.Given():
			return runSoak(times, pattern, stdout)
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
	return total.verdict()
}

// verdict is an error if anything failed.
func (t *tally) verdict() error {
	if n := len(t.failures); n > 0 {
		return fmt.Errorf("%d failed", n)
	}
	return nil
}

// slowest is how many timings are printed: those to look at when the tests take too long.
const slowest = 25

// report prints what took longest, what was skipped and why, what failed with
// what it printed, and last the plain line that continuous integration reads.
func (t *tally) report(out io.Writer, took time.Duration) {
	slices.SortStableFunc(t.times, func(a, b timing) int { return cmp.Compare(b.took, a.took) })
	if len(t.times) > 0 {
		fmt.Fprintln(out, "\nslowest:")
	}
	for _, s := range t.times[:min(slowest, len(t.times))] {
		fmt.Fprintf(out, "  %6s %s\n", s.took.Round(time.Second), s.name)
	}
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
