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
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

func main() {
	static := flag.Bool("static", false, "check formatting, vet and go.mod instead of running tests")
	post := flag.Bool("linked", false, "run one wasm test binary after internal/postlink: what go test -exec calls")
	flag.Parse()
	if *post {
		os.Exit(runLinked(flag.Args(), os.Stdout))
	}
	os.Exit(run(*static, os.Stdout))
}

func run(static bool, out io.Writer) int {
	start := time.Now()
	if static {
		return runChecks(out)
	}
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
	if len(total.failures) > 0 {
		return 1
	}
	return 0
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
