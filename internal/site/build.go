package main

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tintype/internal/program"
	"tintype/internal/wholefile"
)

// The files that a build makes in build/.
const (
	simdWasm   = "tintype.wasm"
	scalarWasm = "tintype-scalar.wasm"
	wasmExec   = "wasm_exec.js"
	stampFile  = "stamp"
)

// shipped are the files in build/ that a visitor's browser may ask for.
var shipped = []string{simdWasm, scalarWasm, wasmExec}

// A builder keeps build/ up to date with the sources.
type builder struct {
	root string // of the repository
	out  string // its build folder
	log  *log.Logger
	make func(ctx context.Context, stamp string) error // build, but for tests

	running sync.WaitGroup
	mu      sync.Mutex
	ctx     context.Context
	busy    bool   // a build is under way
	ready   bool   // the page can be served
	failure string // of the last build: what the compiler said
	stamp   string // of the sources that were built
}

func newBuilder(root string, logger *log.Logger) (*builder, error) {
	if _, err := os.Stat(filepath.Join(root, "site", "index.html")); err != nil {
		return nil, errors.New("no site/index.html here: run this in the repository's root folder")
	}
	b := &builder{root: root, out: filepath.Join(root, "build"), log: logger}
	b.make = b.build
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
	if stamp == b.stamp && b.failure == "" {
		return // built from these very sources
	}
	// What failed is tried again: the cause may be gone without a change of the sources, as when the toolchain could not be
	// downloaded. Meanwhile the failure stays to be read.
	if stamp != b.stamp {
		b.stamp, b.failure = stamp, ""
	}
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
		err = b.make(ctx, stamp)
	}
	if err == nil {
		err = compressAll(ctx, b.root, b.out)
	}
	switch {
	case ctx.Err() != nil: // shutting down
	case err != nil:
		b.log.Printf("tintype: the build failed\n%v", err)
		b.set(false, err.Error())
	default:
		b.set(true, "")
		if !fresh {
			b.log.Printf("tintype: built in %.1f s", time.Since(begun).Seconds())
		}
	}
	b.mu.Lock()
	b.busy = false
	b.mu.Unlock()
}

// build makes all files. The page is served as soon as the program with vectors
// is there: few browsers need the scalar one.
func (b *builder) build(ctx context.Context, stamp string) error {
	// Until all files are of these sources, build/ is of no sources at all: a build that fails half way must not pass
	// for the one before it when its cause is undone.
	if err := os.Remove(filepath.Join(b.out, stampFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := b.copyWasmExec(ctx); err != nil {
		return err
	}
	if err := b.compile(ctx, simdWasm, program.SIMD); err != nil {
		return err
	}
	b.set(true, "")
	if err := b.compile(ctx, scalarWasm, program.Scalar); err != nil {
		return err
	}
	return wholefile.WriteBytes(filepath.Join(b.out, stampFile), []byte(stamp))
}

func (b *builder) set(ready bool, failure string) {
	b.mu.Lock()
	b.ready, b.failure = ready, failure
	b.mu.Unlock()
}

func (b *builder) wait() { b.running.Wait() }

// compile makes one wasm file. The new file takes the old one's place at once,
// so a request never gets half of it.
func (b *builder) compile(ctx context.Context, name string, v program.Variant) error {
	out, err := filepath.Abs(filepath.Join(b.out, name))
	if err != nil {
		return err
	}
	left, err := program.Build(ctx, b.root, out+".new", "./wasm", v)
	if err != nil {
		os.Remove(out + ".new")
		return err
	}
	for _, why := range left {
		b.log.Printf("warning: %s: %v", name, why)
	}
	return os.Rename(out+".new", out)
}

// copyWasmExec takes the loader from the toolchain that builds: the two must
// be of one version.
func (b *builder) copyWasmExec(ctx context.Context) error {
	goroot, err := program.GoTool(ctx, b.root, "env", "GOROOT")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(goroot), "lib", "wasm", wasmExec))
	if err != nil {
		return err
	}
	return wholefile.WriteBytes(filepath.Join(b.out, wasmExec), text)
}
