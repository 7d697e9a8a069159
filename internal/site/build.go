//go:build !js

// Package site makes what a host gives out: the program, built from the
// sources (Builder), the site as a folder for any host (Dist), and the page as
// one file (Offline).
package site

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
	StampFile  = "stamp" // says of which sources they are, and is nobody else's business
)

// Shipped are the files in build/ that a visitor's browser may ask for.
var Shipped = []string{simdWasm, scalarWasm, wasmExec}

// A Builder keeps build/ up to date with the sources.
type Builder struct {
	root string // of the repository
	out  string // its build folder
	log  *log.Logger
	make func(ctx context.Context, stamp string) error // build, but for tests
	then func(ctx context.Context, site, build string) error

	running sync.WaitGroup
	mu      sync.Mutex
	ctx     context.Context
	busy    bool   // a build is under way
	ready   bool   // the page can be served
	failure string // of the last build: what the compiler said
	stamp   string // of the sources that were built
}

// NewBuilder returns the builder of the repository at root, which says in a log
// what it does. Whenever it has looked for stale files in the background it
// calls then with the two folders that are served, unless that is nil.
func NewBuilder(root string, logger *log.Logger, then func(ctx context.Context, site, build string) error) (*Builder, error) {
	if _, err := os.Stat(filepath.Join(root, "site", "index.html")); err != nil {
		return nil, errors.New("no site/index.html here: run this in the repository's root folder")
	}
	b := &Builder{root: root, out: filepath.Join(root, "build"), log: logger, then: then}
	b.make = b.build
	return b, os.MkdirAll(b.out, 0o777)
}

// Folders are the two that are served: the site's files, and behind them the
// builder's.
func (b *Builder) Folders() (site, build string) { return filepath.Join(b.root, "site"), b.out }

// Start looks for stale files and makes them in the background. It is called
// again whenever somebody asks for the page.
func (b *Builder) Start(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ctx = ctx
	b.checkLocked()
}

// Status looks for changed sources and tells how the page stands: being built
// or ready, and why it failed if it did.
func (b *Builder) Status() (ready bool, failure string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checkLocked()
	return b.ready, b.failure
}

func (b *Builder) checkLocked() {
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

// work builds, unless that is done, has done what comes after it, and says how it went.
func (b *Builder) work(ctx context.Context, stamp string, fresh bool) {
	defer b.running.Done()
	begun := time.Now()
	var err error
	if !fresh {
		b.log.Print("tintype: building …")
		err = b.make(ctx, stamp)
	}
	if err == nil && b.then != nil {
		site, build := b.Folders()
		err = b.then(ctx, site, build)
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
func (b *Builder) build(ctx context.Context, stamp string) error {
	// Until all files are of these sources, build/ is of no sources at all: a build that fails half way must not pass
	// for the one before it when its cause is undone.
	if err := os.Remove(filepath.Join(b.out, StampFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
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
	return wholefile.WriteBytes(filepath.Join(b.out, StampFile), []byte(stamp))
}

func (b *Builder) set(ready bool, failure string) {
	b.mu.Lock()
	b.ready, b.failure = ready, failure
	b.mu.Unlock()
}

// Wait returns when nothing is built any more.
func (b *Builder) Wait() { b.running.Wait() }

// compile makes one wasm file. The new file takes the old one's place at once,
// so a request never gets half of it.
func (b *Builder) compile(ctx context.Context, name string, v program.Variant) error {
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
func (b *Builder) copyWasmExec(ctx context.Context) error {
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
