package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// drawWith opens the page, draws a picture and returns its hash and
// the number of threads that drew it.
func drawWith(t *testing.T, query string, faults ...fault) (hash string, threads int) {
	t.Helper()
	b := openTab(t)
	b.before(listen)
	b.open(siteServer(t, faults...) + query)
	b.waitState("idle")
	b.set("#seed", "42")
	b.click("#generate")
	b.waitState("done")
	return b.attribute("#stage", "hash"), eval[int](b, `heard.findLast((m) => m.kind === "ready").threads`)
}

// TestPageThreads: the picture is the command line's, with any number of
// threads, and with one where several cannot be had.
func TestPageThreads(t *testing.T) {
	chromium(t)
	want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "42")
	notIsolated := func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Del("Cross-Origin-Embedder-Policy")
		return false
	}
	for _, c := range []struct {
		name, query string
		fault       fault
		threads     int
	}{
		{"one", "?threads=1", nil, 1},
		{"two", "?threads=2", nil, 2},
		{"three", "?threads=3", nil, 3},
		{"too many", "?threads=1000", nil, 8},
		{"not isolated", "?threads=2", notIsolated, 1},
		{"step missing", "?threads=2", at("/share.js", always, 404, "text/plain", nil), 1},
		{"step broken", "?threads=2", patched(t, "share.js", "bytes.subarray(start, at)", "bytes.subarray(start, at - 1)"), 1},
		{"script missing", "?threads=2", at("/threads.js", always, 404, "text/plain", nil), 1},
		{"helper missing", "?threads=2", at("/helper.js", always, 404, "text/plain", nil), 1},
		{"helper broken", "?threads=2", at("/helper.js", always, 200, "text/javascript", []byte(`throw new Error("broken")`)), 1},
		{"no memory", "?threads=2", patched(t, "threads.js", `"use strict";`,
			`WebAssembly.Memory = class { constructor() { throw new RangeError("no memory"); } };`), 1},
		{"helper gone while asleep", "?threads=2", patched(t, "helper.js", "runHelper(instance, index, memory, words);", "self.close();"), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var faults []fault
			if c.fault != nil {
				faults = []fault{c.fault}
			}
			hash, threads := drawWith(t, c.query, faults...)
			if hash != want {
				t.Errorf("the page's hash is %s, tools/sample's is %s", hash, want)
			}
			if threads != c.threads {
				t.Errorf("drawn by %d threads, want %d", threads, c.threads)
			}
		})
	}
}

// patched serves a script of the site with a piece of it replaced.
func patched(t *testing.T, name, old, replacement string) fault {
	t.Helper()
	text, err := os.ReadFile("site/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	return at("/"+name, always, 200, "text/javascript", []byte(strings.Replace(string(text), old, replacement, 1)))
}

// TestLostThread: a helper that is lost inside a part takes the worker with it,
// in so many words, and the next worker draws the picture.
func TestLostThread(t *testing.T) {
	script, err := os.ReadFile("site/helper.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, harm, says string }{
		{"throws", `throw new Error("on purpose")`, "compute thread 1 failed"},
		{"hangs", `for (;;) Atomics.wait(words, THREADS.WORDS - 1, Atomics.load(words, THREADS.WORDS - 1))`, "does not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := strings.Replace(string(script), "runHelper(instance, index", `const late = () => Atomics.load(words, THREADS.JOB) > 150; // the model is loaded by then
    const exports = { ...instance.exports, "tintype.leaf": (pc) => { if (late()) `+c.harm+`; return instance.exports["tintype.leaf"](pc); } };
    runHelper({ exports }, index`, 1)
			hurry := patched(t, "threads.js", "PATIENCE_MS: 10000", "PATIENCE_MS: 500")
			b := openTab(t)
			b.open(siteServer(t, at("/helper.js", 1, 200, "text/javascript", []byte(broken)), hurry) + "?threads=2")
			b.waitState("idle")
			b.click("#generate")
			b.waitError()
			if text := b.text("#alert-text"); b.attribute("#alert", "type") != "crashed" || !strings.Contains(text, c.says) {
				t.Errorf("the page says %q, want %q in it", text, c.says)
			}
			b.click("#retry")
			b.waitState("done")
		})
	}
}
