package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// variant is one way to build and run the tests.
type variant struct {
	name     string
	env      []string
	dir      string
	flags    []string
	packages []string
	needs    string // a program without which the variant cannot run
	unless   string // why this machine cannot run the variant; "" if it can
}

// everywhere are the packages that know no operating system, browser or
// server, and the command that draws with them: they must pass in every build.
var everywhere = []string{"./core/...", "./internal/...", "./weights/...", "./model/...", "./tools/sample"}

// qemu runs a program for arm64 on another processor. It is slow, so that only
// the proof of the bits runs in it.
const qemu = "qemu-aarch64"

// bits are the tests that prove a build's bits: the pictures, and each kernel
// beside its twin.
var bits = []string{"-short", "-run", "^(TestPictures|TestTwins|TestSameBits)$"}

// noStatistics leaves out what takes minutes and proves mathematics rather than
// the build: distributions of a solver's results, every combination of settings,
// likelihoods. They run in the SIMD builds, native and WebAssembly.
var noStatistics = []string{"-skip", "^(TestDistributions|TestEveryCombination|TestLikelihood)$"}

func variants() []variant {
	wasm := []string{"GOOS=js", "GOARCH=wasm"}
	inNode := []string{"-exec", nodeExec()}
	portable := append([]string{"./tools/golden/...", "./wasm/..."}, everywhere...)
	drawing := []string{"./core/kernel", "./tools/sample"}
	scalarProgram := []string{"./wasm/...", "./core/kernel", "./core/arch", "./core/solver", "./tools/sample"}
	inQEMU := append([]string{"-exec", qemu}, bits...)
	// As a visitor gets the program: after internal/postlink, which needs the names that go test leaves out.
	self, selfErr := os.Executable()
	linked := []string{"-ldflags=-s=false -w", "-exec", self + " -linked --"}
	return []variant{
		{name: "native simd", packages: []string{"./..."}},
		{name: "native scalar", env: []string{"GOEXPERIMENT="}, flags: noStatistics, packages: everywhere},
		// The tag chooses the files that the build above has.
		{name: "native purego", flags: append([]string{"-tags", "purego"}, bits...), packages: drawing},
		{name: "native fma", env: []string{"GOAMD64=v3"}, flags: noStatistics, packages: everywhere, unless: noFMA()},
		{name: "wasm simd", env: wasm, flags: inNode, packages: portable, needs: "node"},
		// What is not here is the Go of the build above, over kernels that are.
		{name: "wasm scalar", env: append([]string{"GOEXPERIMENT="}, wasm...),
			flags: slices.Concat([]string{"-tags", "purego"}, noStatistics, inNode), packages: scalarProgram, needs: "node"},
		{name: "wasm linked", env: wasm, flags: linked, packages: []string{"./core/kernel", "./core/arch"}, needs: "node", unless: reason(selfErr)},
		{name: "arm64 simd", env: []string{"GOARCH=arm64"}, flags: inQEMU, packages: drawing, needs: qemu},
		{name: "arm64 scalar", env: []string{"GOARCH=arm64", "GOEXPERIMENT="}, flags: inQEMU, packages: drawing, needs: qemu},
		{name: "wasm/dom", env: wasm, dir: "wasm/dom", flags: inNode, packages: []string{"./..."}, needs: "node"},
	}
}

// reason is an error as a word of variant.unless.
func reason(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

// nodeExec is the program with which go test runs a wasm binary. It comes with
// the toolchain, so that loader and binary always fit.
func nodeExec() string {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil { // then no variant can be built either, and each says why
		return "go_js_wasm_exec"
	}
	return strings.TrimSpace(string(root)) + "/lib/wasm/go_js_wasm_exec"
}

// noFMA says why a build for GOAMD64=v3 cannot run here. That build is the one
// in which the compiler fuses every product and sum that it may, so it proves
// that there are none.
func noFMA() string {
	if runtime.GOARCH != "amd64" {
		return "not an amd64 processor"
	}
	flags, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || !bytes.Contains(flags, []byte(" fma ")) || !bytes.Contains(flags, []byte(" avx2 ")) {
		return "a processor without FMA and AVX2, as far as the system tells"
	}
	return ""
}

func (v variant) run(out io.Writer) tally {
	fmt.Fprintf(out, "== %s\n", v.name)
	if v.unless != "" {
		fmt.Fprintf(out, "   not run: %s\n", v.unless)
		return tally{skips: []string{v.name + ": " + v.unless}}
	}
	if v.needs != "" {
		if _, err := exec.LookPath(v.needs); err != nil {
			// ensureMachines has counted the missing program already.
			fmt.Fprintf(out, "   not run: no %s\n", v.needs)
			return tally{}
		}
	}
	return v.goTest(out)
}
