//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tintype/tools/bench/suite"
)

// inpageLimit ends a run in a browser that hangs.
const inpageLimit = 5 * time.Minute

// page starts the suite in a worker, where the product computes too.
const page = `<!doctype html><title>bench</title><script>new Worker("worker.js")</script>`

const worker = `importScripts("wasm_exec.js");
const go = new Go();
WebAssembly.instantiateStreaming(fetch("bench.wasm"), go.importObject).then(r => go.run(r.instance));`

// inChromium builds the suite for WebAssembly, runs it in a headless Chromium
// and hands on its lines.
func inChromium(print suite.Printer, models string) error {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return fmt.Errorf("no chromium on this machine: install Debian's package chromium")
	}
	dir, err := os.MkdirTemp("", "tintype-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := buildInpage(filepath.Join(dir, "bench.wasm")); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	done := make(chan struct{})
	server := &http.Server{Handler: handler(print, dir, models, done)}
	go server.Serve(listener)
	defer server.Close()

	ctx, cancel := context.WithTimeout(context.Background(), inpageLimit)
	defer cancel()
	browser := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--remote-debugging-port=0", "http://"+listener.Addr().String()+"/")
	if err := browser.Start(); err != nil {
		return err
	}
	exited := make(chan error, 1)
	go func() { exited <- browser.Wait() }()
	select {
	case <-done:
		cancel()
		<-exited
		return nil
	case err := <-exited:
		return fmt.Errorf("chromium ended before the suite did: %w", err)
	}
}

func buildInpage(out string) error {
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, "./tools/bench/inpage")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if printed, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the suite for WebAssembly: %w\n%s", err, printed)
	}
	return nil
}

// handler serves the page, the program and the models, and takes the lines.
func handler(print suite.Printer, dir, models string, done chan struct{}) http.Handler {
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", text("text/html", page))
	mux.Handle("GET /worker.js", text("text/javascript", worker))
	mux.HandleFunc("GET /wasm_exec.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(goRoot(), "lib", "wasm", "wasm_exec.js"))
	})
	mux.HandleFunc("GET /bench.wasm", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/wasm")
		http.ServeFile(w, r, filepath.Join(dir, "bench.wasm"))
	})
	mux.Handle("GET /models/", http.StripPrefix("/models/", http.FileServer(http.Dir(models))))
	mux.HandleFunc("POST /line", func(w http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		print(string(line))
	})
	mux.HandleFunc("POST /done", func(w http.ResponseWriter, r *http.Request) { close(done) })
	return mux
}

func goRoot() string {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(root))
}
