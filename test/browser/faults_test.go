package browser

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// firstModel reads the file that the page loads by itself.
func firstModel(t *testing.T) (target string, data []byte) {
	t.Helper()
	files, err := filepath.Glob("site/models/nouns-32-student-4*.zst")
	if err != nil || len(files) != 1 {
		t.Fatalf("the default model: %v, %v", files, err)
	}
	if data, err = os.ReadFile(files[0]); err != nil {
		t.Fatal(err)
	}
	return "/models/" + filepath.Base(files[0]), data
}

// at answers one path with a status, a type and a body, times times.
func at(path string, times int32, status int, kind string, body []byte) fault {
	var done atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path || done.Add(1) > times {
			return false
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-store") // every request counts
		w.WriteHeader(status)
		w.Write(body)
		return true
	}
}

const always = 1 << 30

// TestFaultsAreSentences: whatever the server does wrong, the page says what
// happened and what helps.
func TestFaultsAreSentences(t *testing.T) {
	chromium(t)
	model, data := firstModel(t)
	flipped := bytes.Clone(data)
	flipped[len(flipped)/2] ^= 1
	for _, c := range []struct {
		name  string
		fault fault
		kind  string // data-type of the alert; "" before Go is up
		says  string
	}{
		{"program missing", at("/tintype.wasm", always, 404, "text/plain", nil), "", "program is missing"},
		{"page instead of program", at("/tintype.wasm", always, 200, "text/html", []byte("<html>sign in")), "", "something else instead of the program"},
		{"loader missing", at("/wasm_exec.js", always, 404, "text/plain", nil), "", "wasm_exec.js is missing"},
		{"worker missing", at("/worker.js", always, 404, "text/plain", nil), "crashed", "worker stopped"},
		{"list missing", at("/models/index.json", always, 404, "text/plain", nil), "missing", "No models"},
		{"list broken", at("/models/index.json", always, 200, "application/json", []byte("[{")), "missing", "No models"},
		{"another hash in the list", at("/models/index.json", always, 200, "application/json", otherHashes(t)), "hash", "not the one"},
		{"model missing", at(model, always, 404, "text/plain", nil), "missing", "no file for the model"},
		{"page instead of model", at(model, always, 200, "text/html", []byte("<html>sign in")), "not-model", "an HTML page"},
		{"other file instead of model", at(model, always, 200, "application/zstd", bytes.Repeat([]byte("x"), len(data))), "not-model", `a text that begins "xxxx`},
		{"model too short", at(model, always, 200, "application/zstd", data[:len(data)-7]), "length", "wrong length"},
		{"model too long", at(model, always, 200, "application/zstd", append(bytes.Clone(data), 0)), "length", "wrong length"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := openTab(t)
			b.opened(siteServer(t, c.fault)).error()
			if got := b.attribute("#alert", "type"); got != c.kind {
				t.Errorf("type %q, want %q: %s", got, c.kind, b.text("#alert"))
			}
			if !strings.Contains(b.text("#alert-text"), c.says) {
				t.Errorf("says %q, want %q in it", b.text("#alert-text"), c.says)
			}
			if b.text("#alert-remedy") == "" {
				t.Error("names no remedy")
			}
		})
	}
	t.Run("flipped bit", func(t *testing.T) {
		b := openTab(t)
		b.opened(siteServer(t, at(model, 1, 200, "application/zstd", flipped))).error()
		if kind := b.attribute("#alert", "type"); kind != "hash" && kind != "refused" {
			t.Errorf("type %q: %s", kind, b.text("#alert"))
		}
		// The fault is over: the button must be enough.
		b.pressed("#retry").state("idle")
		b.pressed("#generate").state("done")
	})
}

// otherHashes is the manifest with a wrong hash for every model.
func otherHashes(t *testing.T) []byte {
	t.Helper()
	manifest, err := os.ReadFile("site/models/index.json")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`"sha256":"[0-9a-f]{8}`).ReplaceAll(manifest, []byte(`"sha256":"00000000`))
}

// TestSignInPageInTheCache: what a network gave in the place of the program, for an hour, is passed by once the host answers
// again.
func TestSignInPageInTheCache(t *testing.T) {
	var once sync.Once
	signIn := func(w http.ResponseWriter, r *http.Request) (answered bool) {
		if r.URL.Path == "/tintype.wasm" {
			once.Do(func() {
				answered = true
				w.Header().Set("Content-Type", "text/html")
				w.Header().Set("Cache-Control", "max-age=3600")
				io.WriteString(w, "<h1>Please sign in</h1>")
			})
		}
		return answered
	}
	b := openTab(t)
	b.opened(siteServer(t, signIn) + "?threads=1").state("idle")
	b.draw()
}

// TestWrongMIMEStillRuns: some hosts do not know wasm.
func TestWrongMIMEStillRuns(t *testing.T) {
	b := openTab(t)
	if _, err := built(); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("build/tintype.wasm")
	if err != nil {
		t.Fatal(err)
	}
	b.opened(siteServer(t, at("/tintype.wasm", always, 200, "application/octet-stream", program))).state("idle")
}

// TestCrashedWorkerIsReplaced: an error that escapes the worker, or memory that
// cannot be had, ends in a sentence, and the run can be repeated.
func TestCrashedWorkerIsReplaced(t *testing.T) {
	script, err := os.ReadFile("site/worker.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, crash, kind string }{
		{"error", `throw new RangeError("Maximum call stack size exceeded")`, "crashed"},
		{"memory", `exit(2, "fatal error: out of memory")`, "memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := openTab(t)
			// The first worker breaks when it shows its first step.
			crash := append(bytes.Clone(script), `
				{ const post = self.postMessage.bind(self);
				  self.postMessage = (m, t) => { if (m.kind === "step") { setTimeout(() => { `+c.crash+` }); } post(m, t); } }`...)
			b.opened(siteServer(t, at("/worker.js", 1, 200, "text/javascript", crash))).state("idle")
			b.set("#count", "16")
			b.pressed("#generate").error()
			if got := b.attribute("#alert", "type"); got != c.kind {
				t.Errorf("type %q, want %q: %s", got, c.kind, b.text("#alert"))
			}
			b.set("#count", "1")
			b.pressed("#retry").state("done")
		})
	}
}

// TestSilentWorkerIsReplaced: a worker that hangs is not waited for for ever.
// The page looks at it when the test says so instead of every ten seconds.
func TestSilentWorkerIsReplaced(t *testing.T) {
	b := openTab(t)
	b.before(`{ const set = setInterval; setInterval = (f, ms) => ms === 10000 ? (window.look = f, 0) : set(f, ms); }`)
	b.opened(siteServer(t, at("/worker.js", 1, 200, "text/javascript", []byte("self.onmessage = () => { for (;;); }")))).state("loading")
	eval[any](b, `look(), look()`)
	if state := b.attribute("#app", "state"); state != "loading" {
		t.Errorf("after two looks the page is %s: a quiet worker is forgiven one", state)
	}
	if says := b.after(func() { eval[any](b, `look()`) }).error(); !strings.Contains(says, "did not answer") {
		t.Errorf("says %q", says)
	}
	b.pressed("#retry").state("idle")
}
