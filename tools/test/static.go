package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// check is one command that must succeed and, where quiet is set, print nothing.
type check struct {
	name  string
	env   []string
	dir   string
	args  []string
	quiet bool
}

func checks() []check {
	wasm := []string{"GOOS=js", "GOARCH=wasm"}
	portable := append([]string{"./wasm/...", "./tools/golden/..."}, everywhere...)
	vet := func(packages ...string) []string { return append([]string{"go", "vet"}, packages...) }
	vetPurego := append([]string{"go", "vet", "-tags", "purego"}, everywhere...)
	return []check{
		{name: "gofmt", args: []string{"gofmt", "-l", "."}, quiet: true},
		{name: "generated kernels are current", args: []string{"go", "run", "./tools/unroll", "-check"}},
		{name: "scripts, PROTOCOL and limits are current", args: []string{"go", "test", "-count=1", "./wasm/proto"}},
		{name: "go.mod is tidy", args: []string{"go", "mod", "tidy", "-diff"}, quiet: true},
		{name: "modules verify", args: []string{"go", "mod", "verify"}},
		{name: "vet native simd", args: vet("./...")},
		{name: "vet native scalar", env: []string{"GOEXPERIMENT="}, args: vet(everywhere...)},
		{name: "vet native purego", args: vetPurego},
		{name: "vet arm64", env: []string{"GOARCH=arm64"}, args: vet(everywhere...)},
		{name: "vet wasm simd", env: wasm, args: vet(portable...)},
		{name: "vet wasm scalar", env: append([]string{"GOEXPERIMENT="}, wasm...), args: vet(portable...)},
		{name: "vet wasm/dom", env: wasm, dir: "wasm/dom", args: vet("./...")},
	}
}

// runChecks runs every check, prints a line each, and returns 1 if any failed.
func runChecks(out io.Writer) error {
	passed, failed := 0, 0
	for _, c := range checks() {
		printed, err := c.run()
		if err == nil && (!c.quiet || printed == "") {
			passed++
			fmt.Fprintf(out, "ok   %s\n", c.name)
			continue
		}
		failed++
		fmt.Fprintf(out, "FAIL %s (%s)\n%s\n", c.name, strings.Join(c.args, " "), printed)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return fmt.Errorf("%d failed", failed)
	}
	return nil
}

func (c check) run() (string, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Dir = c.dir
	printed, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(printed)), err
}
