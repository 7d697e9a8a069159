//go:build !js

// Package program builds Go programs for the browser as a visitor gets them:
// compiled small, and put through the steps after linking. The page's build and
// the bench share it, so that what is measured is what is shipped.
package program

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"

	"tintype/internal/postlink"
)

// toolchain is the one Go version that builds the program: wasm_exec.js, the
// archsimd package and the steps after linking fit no other.
const toolchain = "go1.27.4"

// Variant is what a program's kernels run on.
type Variant int

const (
	SIMD   Variant = iota
	Scalar         // for browsers without vectors
)

// flags make a build the same on every machine (no paths, no build ID, no state
// of the repository) and small: no data for debuggers but the names of functions,
// which the steps after linking need and drop, and no inlining except where it
// pays. The kernels, their numbers and the decompressor need it; in the rest it
// adds 8 % to what a visitor downloads and no speed that could be measured.
var flags = []string{
	"-trimpath", "-buildvcs=false", "-ldflags=-w -buildid=", "-gcflags=all=-l",
	"-gcflags=tintype/core/kernel/...=", "-gcflags=tintype/core/exact=", "-gcflags=tintype/core/rng=",
	"-gcflags=simd=", "-gcflags=simd/...=", "-gcflags=github.com/klauspost/compress/...=",
}

// experiments are the SIMD packages, and without two runtime features that a
// program with one thread and few allocations only pays for in size.
const experiments = "simd,nogreenteagc,nosizespecializedmalloc"

// variantTags choose the kernels. Every program can use threads, where the page
// gives it some.
var variantTags = [...]string{SIMD: "threads", Scalar: "threads,purego"}

// Build makes the main package pkg of the project at root as the file out. left
// says which steps after linking were left out, as postlink.Link does: none with
// toolchain.
func Build(ctx context.Context, root, out, pkg string, v Variant) (left []error, err error) {
	args := append([]string{"build", "-tags", variantTags[v]}, flags...)
	if _, err := GoTool(ctx, root, append(args, "-o", out, pkg)...); err != nil {
		return nil, err
	}
	bin, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	if bin, left, err = postlink.Link(bin, postlink.Leaf); err != nil {
		return nil, fmt.Errorf("%s, after linking: %w", pkg, err)
	}
	return left, os.WriteFile(out, bin, 0o666)
}

// GoTool runs the go command for the browser, in root, and returns what it
// printed.
func GoTool(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOTOOLCHAIN="+toolchain, "GOEXPERIMENT="+experiments, "GOFLAGS=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, errs.String())
	}
	return out.String(), nil
}
