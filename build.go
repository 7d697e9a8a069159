package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tintype/internal/postlink"
)

// toolchain is the one Go version that builds the program: wasm_exec.js and
// the archsimd package fit no other.
const toolchain = "go1.27.4"

// The files that a build makes in build/.
const (
	simdWasm    = "tintype.wasm"
	threadsWasm = "tintype-threads.wasm"
	scalarWasm  = "tintype-scalar.wasm"
	wasmExec    = "wasm_exec.js"
	stampFile   = "stamp"
)

// shipped are the files in build/ that a visitor's browser may ask for.
var shipped = []string{simdWasm, threadsWasm, scalarWasm, wasmExec}

// A builder keeps build/ up to date with the sources.
type builder struct {
	root string // of the repository
	out  string // its build folder
	log  *log.Logger

	running sync.WaitGroup
	mu      sync.Mutex
	ctx     context.Context
	busy    bool   // a build is under way
	ready   bool   // the page can be served
	failure string // of the last build: what the compiler said
	stamp   string // of the sources that were built
}

func newBuilder(root string, logger *log.Logger) (*builder, error) {
	b := &builder{root: root, out: filepath.Join(root, "build"), log: logger}
	return b, os.MkdirAll(b.out, 0o777)
}

// start looks for stale files and makes them in the background. It is called
// again whenever somebody asks for the page.
func (b *builder) start(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ctx = ctx
	b.checkLocked()
}

// status looks for changed sources and tells how the page stands: being built
// or ready, and why it failed if it did.
func (b *builder) status() (ready bool, failure string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checkLocked()
	return b.ready, b.failure
}

func (b *builder) checkLocked() {
	if b.busy || b.ctx == nil || b.ctx.Err() != nil {
		return
	}
	stamp, err := b.sources()
	if err != nil {
		b.ready, b.failure = false, err.Error()
		return
	}
	if stamp == b.stamp {
		return // built, or failed, from these very sources
	}
	b.stamp, b.failure = stamp, ""
	b.ready = b.fresh(stamp)
	b.busy = true
	b.running.Add(1)
	go b.work(b.ctx, stamp, b.ready)
}

// work builds, unless that is done, compresses, and says how it went.
func (b *builder) work(ctx context.Context, stamp string, fresh bool) {
	defer b.running.Done()
	begun := time.Now()
	var err error
	if !fresh {
		b.log.Print("tintype: building …")
		err = b.build(ctx, stamp)
	}
	if err == nil {
		err = compressAll(ctx, b.root, b.out)
	}
	switch {
	case ctx.Err() != nil: // shutting down
	case err != nil:
		b.log.Printf("tintype: the build failed\n%v", err)
		b.set(false, err.Error())
	case !fresh:
		b.log.Printf("tintype: built in %.1f s", time.Since(begun).Seconds())
	}
	b.mu.Lock()
	b.busy = false
	b.mu.Unlock()
}

// build makes all files. The page is served as soon as the plain program is
// there: the one with threads is a matter of speed, and few browsers need the
// scalar one.
func (b *builder) build(ctx context.Context, stamp string) error {
	if err := b.copyWasmExec(ctx); err != nil {
		return err
	}
	if err := b.compile(ctx, simdWasm); err != nil {
		return err
	}
	b.set(true, "")
	if err := b.compileThreads(ctx); err != nil {
		return err
	}
	if err := b.compile(ctx, scalarWasm, "-tags", "purego"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.out, stampFile), []byte(stamp), 0o666)
}

func (b *builder) set(ready bool, failure string) {
	b.mu.Lock()
	b.ready, b.failure = ready, failure
	b.mu.Unlock()
}

func (b *builder) wait() { b.running.Wait() }

// buildFlags make a build the same on every machine (no paths, no build ID, no
// state of the repository) and small: no symbols, and no inlining except where
// it pays. The kernels, their numbers and the decompressor need it; in the rest
// it adds 8 % to what a visitor downloads and no speed that could be measured.
var buildFlags = []string{
	"-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-gcflags=all=-l",
	"-gcflags=tintype/core/kernel/...=", "-gcflags=tintype/core/exact=", "-gcflags=tintype/core/rng=",
	"-gcflags=simd=", "-gcflags=simd/...=", "-gcflags=github.com/klauspost/compress/...=",
}

// experiments are the SIMD packages, and without two runtime features that a
// program with one thread and few allocations only pays for in size.
const experiments = "simd,nogreenteagc,nosizespecializedmalloc"

// compile makes one wasm file. The new file takes the old one's place at once,
// so a request never gets half of it.
func (b *builder) compile(ctx context.Context, name string, more ...string) error {
	out := filepath.Join(b.out, name)
	args := append([]string{"build"}, buildFlags...)
	args = append(args, more...)
	abs, err := filepath.Abs(out + ".new")
	if err != nil {
		return err
	}
	if _, err := b.goTool(ctx, append(args, "-o", abs, "./wasm")...); err != nil {
		return err
	}
	return os.Rename(out+".new", out)
}

// compileThreads makes the program whose memory workers share. The step after
// linking finds a function by its name, so this build keeps the names; the step
// drops them.
func (b *builder) compileThreads(ctx context.Context) error {
	const named = "unlinked-" + threadsWasm
	if err := b.compile(ctx, named, "-tags", "threads", "-ldflags", "-w -buildid="); err != nil {
		return err
	}
	defer os.Remove(filepath.Join(b.out, named))
	program, err := os.ReadFile(filepath.Join(b.out, named))
	if err != nil {
		return err
	}
	if program, err = postlink.Threads(program, postlink.Leaf); err != nil {
		return fmt.Errorf("%s: %w", threadsWasm, err)
	}
	out := filepath.Join(b.out, threadsWasm)
	if err := os.WriteFile(out+".new", program, 0o666); err != nil {
		return err
	}
	return os.Rename(out+".new", out)
}

// copyWasmExec takes the loader from the toolchain that builds: the two must
// be of one version.
func (b *builder) copyWasmExec(ctx context.Context) error {
	goroot, err := b.goTool(ctx, "env", "GOROOT")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(goroot), "lib", "wasm", wasmExec))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.out, wasmExec), text, 0o666)
}

// goTool runs the go command for the browser and returns what it printed.
func (b *builder) goTool(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOTOOLCHAIN="+toolchain, "GOEXPERIMENT="+experiments, "GOFLAGS=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, errs.String())
	}
	return out.String(), nil
}
