//go:build !js

package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tintype/tools/bench/browser"
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
	dir, err := os.MkdirTemp("", "tintype-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "bench.wasm")
	if err := browser.Build(program, "./tools/bench/inpage"); err != nil {
		return err
	}
	done := make(chan struct{})
	chromium, err := browser.Start(handler(print, program, models, done))
	if err != nil {
		return err
	}
	defer chromium.Close()
	select {
	case <-done:
		return nil
	case err := <-chromium.Exited:
		return err
	case <-time.After(inpageLimit):
		return errors.New("the suite in chromium did not end in " + inpageLimit.String())
	}
}

// handler serves the page, the program and the models, and takes the lines.
func handler(print suite.Printer, program, models string, done chan struct{}) http.Handler {
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", text("text/html", page))
	mux.Handle("GET /worker.js", text("text/javascript", worker))
	mux.HandleFunc("GET /wasm_exec.js", browser.Exec)
	mux.HandleFunc("GET /bench.wasm", browser.File(program))
	mux.Handle("GET /models/", http.StripPrefix("/models/", http.FileServer(http.Dir(models))))
	mux.HandleFunc("POST /line", func(w http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		print(string(line))
	})
	mux.HandleFunc("POST /done", func(w http.ResponseWriter, r *http.Request) { close(done) })
	return mux
}
