//go:build !js

// Package browser drives headless Chromium (Tab): for the tests of the page,
// which are here, and for what the tools measure and check, Go programs for
// WebAssembly among it, on pages that may use threads and an exact clock.
package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"

	"tintype/internal/program"
)

// Chromium is a headless browser that shows one page of a loopback server.
type Chromium struct {
	Exited <-chan error // gets one value if the browser ends by itself

	server *http.Server
	tab    *Tab
}

// Start serves pages on a loopback port and opens the page at its root.
func Start(pages http.Handler) (*Chromium, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: isolated(pages)}
	go server.Serve(listener)
	tab, err := OpenTab(0)
	if err == nil {
		if err = tab.Go("http://" + listener.Addr().String() + "/"); err != nil {
			tab.Close()
		}
	}
	if err != nil {
		server.Close()
		return nil, err
	}
	exited := make(chan error, 1)
	go func() {
		<-tab.ctx.Done()
		exited <- fmt.Errorf("chromium ended before its work: %w", context.Cause(tab.ctx))
	}()
	return &Chromium{Exited: exited, server: server, tab: tab}, nil
}

// Close ends the browser and the server.
func (c *Chromium) Close() {
	c.tab.Close()
	c.server.Close()
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
