//go:build !js

package main

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tintype/tools/bench/browser"
	"tintype/tools/bench/suite"
)

// inpageLimit ends a run in a browser that hangs.
const inpageLimit = 10 * time.Minute

// benchPage runs one program after the other in a worker each, where the product
// computes too: the suite, and then the memory of each model from the start.
const benchPage = `<!doctype html><title>bench</title><script type="module">
for (const query of (await (await fetch("work")).text()).split("\n")) {
	const worker = new Worker("worker.js?" + query);
	await new Promise((resolve) => { worker.onmessage = worker.onerror = resolve; });
	worker.terminate();
}
fetch("done", { method: "POST" });
</script>`

const worker = `importScripts("wasm_exec.js");
const go = new Go();
go.argv.push(...new URLSearchParams(location.search).getAll("arg"));
WebAssembly.instantiateStreaming(fetch("bench.wasm"), go.importObject).then(async ({ instance }) => {
	self.memoryBytes = () => instance.exports.mem.buffer.byteLength;
	await go.run(instance);
	postMessage("done");
});`

// inChromium builds the suite for WebAssembly, runs it in a headless Chromium
// and hands on its lines.
func inChromium(print suite.Printer, files []modelFile) error {
	dir, err := os.MkdirTemp("", "tintype-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bench.wasm")
	if err := browser.Build(file, "./tools/bench/inpage"); err != nil {
		return err
	}
	done := make(chan struct{})
	chromium, err := browser.Start(handler(print, file, files, done))
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
func handler(print suite.Printer, program string, files []modelFile, done chan struct{}) http.Handler {
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		}
	}
	mux := http.NewServeMux()
	work := []string{""}
	for _, f := range files {
		work = append(work, url.Values{"arg": {f.name, filepath.Base(f.path)}}.Encode())
		mux.HandleFunc("GET /models/"+filepath.Base(f.path), browser.File(f.path))
	}
	mux.Handle("GET /{$}", text("text/html", benchPage))
	mux.Handle("GET /work", text("text/plain", strings.Join(work, "\n")))
	mux.Handle("GET /worker.js", text("text/javascript", worker))
	mux.HandleFunc("GET /wasm_exec.js", browser.Exec)
	mux.HandleFunc("GET /bench.wasm", browser.File(program))
	mux.HandleFunc("GET /models/index.json", browser.File(filepath.Join(models, "index.json")))
	mux.HandleFunc("POST /line", func(w http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		print(string(line))
	})
	mux.HandleFunc("POST /done", func(w http.ResponseWriter, r *http.Request) { close(done) })
	return mux
}
