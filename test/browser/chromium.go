//go:build !js

// Package browser starts what the tools measure and check in Chromium: a headless
// browser of its own, left alone or driven (Tab), Go programs for WebAssembly,
// and pages that may use threads and an exact clock.
package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tintype/internal/program"
)

// Chromium is a headless browser that shows one page of a loopback server.
type Chromium struct {
	Exited <-chan error // gets one value if the browser ends by itself

	server  *http.Server
	end     context.CancelFunc
	ended   chan struct{}
	profile string
}

// Start serves pages on a loopback port and opens the page at its root.
func Start(pages http.Handler) (*Chromium, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("no chromium on this machine: install Debian's package chromium")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "tintype-profile")
	if err != nil {
		listener.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	exited := make(chan error, 1)
	c := &Chromium{Exited: exited, server: &http.Server{Handler: isolated(pages)}, end: cancel, ended: make(chan struct{}), profile: profile}
	go c.server.Serve(listener)
	run := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+profile, "--remote-debugging-port=0", "http://"+listener.Addr().String()+"/")
	if err := run.Start(); err != nil {
		close(c.ended)
		c.Close()
		return nil, err
	}
	go func() {
		err := run.Wait()
		close(c.ended)
		exited <- fmt.Errorf("chromium ended before its work: %v", err)
	}()
	return c, nil
}

// Close ends the browser and the server.
func (c *Chromium) Close() {
	c.end()
	<-c.ended
	c.server.Close()
	os.RemoveAll(c.profile)
}

// isolated makes pages cross-origin isolated: they may share memory between
// threads, and their clock ticks every 5 µs instead of every 100.
func isolated(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		pages.ServeHTTP(w, r)
	})
}

// Build makes a main package of the project as a visitor gets it.
func Build(out, pkg string) error {
	left, err := program.Build(context.Background(), ".", out, pkg, program.SIMD)
	return errors.Join(append(left, err)...) // another program is not what a visitor gets
}

// File serves one file.
func File(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }
}

// Exec serves the toolchain's wasm_exec.js.
func Exec(w http.ResponseWriter, r *http.Request) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.ServeFile(w, r, filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
}
