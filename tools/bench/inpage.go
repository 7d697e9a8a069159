//go:build !js

package main

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"tintype/internal/wholefile"
	"tintype/test/browser"
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
go.importObject.threads = { count: () => 1, start() {}, next: () => -1 };
const args = new URLSearchParams(location.search).getAll("arg");
go.argv.push(...args);
WebAssembly.instantiateStreaming(fetch("bench.wasm"), go.importObject).then(async ({ instance }) => {
	if (args.length) self.file = new Uint8Array(await (await fetch("models/" + args[1])).arrayBuffer());
	self.memoryBytes = () => instance.exports.mem.buffer.byteLength;
	await go.run(instance);
	postMessage("done");
});`

// memoryQueries has the worker measure the memory of each file.
func memoryQueries(files []modelFile) (work []string) {
	for _, f := range files {
		work = append(work, url.Values{"arg": {f.name, filepath.Base(f.path)}}.Encode())
	}
	return work
}

// inChromium builds the suite for WebAssembly, runs it in a headless Chromium,
// a worker for each query, and hands on its lines. The files are served beside the
// shipped models.
func inChromium(print suite.Printer, work []string, files ...modelFile) error {
	dir, remove, err := wholefile.Folder("", "tintype-bench")
	if err != nil {
		return err
	}
	defer remove()
	file := filepath.Join(dir, "bench.wasm")
	if err := browser.Build(file, "./tools/bench/inpage"); err != nil {
		return err
	}
	done := make(chan struct{})
	chromium, err := browser.Start(handler(print, file, work, files, done))
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
func handler(print suite.Printer, program string, work []string, files []modelFile, done chan struct{}) http.Handler {
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		}
	}
	mux := http.NewServeMux()
	for _, f := range files {
		mux.HandleFunc("GET /models/"+filepath.Base(f.path), browser.File(f.path))
	}
	mux.Handle("GET /{$}", text("text/html", benchPage))
	mux.Handle("GET /work", text("text/plain", strings.Join(work, "\n")))
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
