package browser

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// drawWith opens the page, draws a picture and returns its hash and
// the number of threads that drew it.
func drawWith(t *testing.T, query string, faults ...fault) (hash string, threads int) {
	t.Helper()
	b := openTab(t)
	b.before(listen)
	b.opened(siteServer(t, faults...) + query).state("idle")
	b.set("#seed", "42")
	b.pressed("#generate").state("done")
	return b.attribute("#stage", "hash"), eval[int](b, `heard.findLast((m) => m.kind === "ready").threads`)
}

// TestPageThreads: the picture is the command line's, with any number of
// threads, and with one where several cannot be had.
func TestPageThreads(t *testing.T) {
	chromium(t)
	want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "42")
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
		{"step broken", "?threads=2", patched(t, "share.js", always, "bytes.subarray(start, at)", "bytes.subarray(start, at - 1)"), 1},
		{"script missing", "?threads=2", at("/threads.js", always, 404, "text/plain", nil), 1},
		{"helper missing", "?threads=2", at("/helper.js", always, 404, "text/plain", nil), 1},
		{"helper broken", "?threads=2", at("/helper.js", always, 200, "text/javascript", []byte(`throw new Error("broken")`)), 1},
		{"no memory", "?threads=2", patched(t, "threads.js", always, `"use strict";`,
			`WebAssembly.Memory = class { constructor() { throw new RangeError("no memory"); } };`), 1},
		{"helper gone while asleep", "?threads=2", patched(t, "helper.js", always, "runHelper(instance, index, memory, words);", "self.close();"), 2},
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

// patched serves a script of the site with pieces of it replaced, times times.
func patched(t *testing.T, name string, times int32, pieces ...string) fault {
	t.Helper()
	text, err := os.ReadFile("site/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pieces); i += 2 {
		if !strings.Contains(string(text), pieces[i]) {
			t.Fatalf("%s has no %q", name, pieces[i])
		}
	}
	return at("/"+name, times, 200, "text/javascript", []byte(strings.NewReplacer(pieces...).Replace(string(text))))
}

// doomed is a condition of threads.js and helper.js: the model is loaded, and
// what the helper takes next is lost.
const doomed = `(Atomics.load(words, THREADS.JOB) > 150)`

// TestLostThread: a helper that is lost inside a part takes the worker with it,
// in so many words, and the next worker draws the picture. The worker takes no
// part of a job before the helper has one, so that it does get to its doom; only
// then does the worker lose its patience early.
func TestLostThread(t *testing.T) {
	for _, c := range []struct{ name, harm, says string }{
		{"throws", `throw new Error("on purpose")`, "compute thread 1 failed"},
		{"hangs", `for (;;) Atomics.wait(words, THREADS.WORDS - 1, Atomics.load(words, THREADS.WORDS - 1))`, "does not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			helper := patched(t, "helper.js", 1, "runHelper(instance, index", `const exports = { ...instance.exports,
					"tintype.leaf": (pc) => { if (`+doomed+`) `+c.harm+`; return instance.exports["tintype.leaf"](pc); } };
				runHelper({ exports }, index`)
			// The first worker's and its helper's.
			threads := patched(t, "threads.js", 2,
				"Atomics.store(words, THREADS.LEFT, parts);", "Atomics.store(words, THREADS.LEFT, this.parts = parts);",
				"next() {\n    const { words } = this;", `next() {
					const { words } = this;
					const constant = words[THREADS.STACK_BYTES];
					while (`+doomed+` && Atomics.load(words, THREADS.LEFT) === this.parts) Atomics.wait(words, THREADS.STACK_BYTES, constant, 1);`,
				"const turn = THREADS.PATIENCE_MS / 50;", "const turn = "+doomed+" && "+strconv.FormatBool(c.name == "hangs")+" ? 10 : THREADS.PATIENCE_MS;")
			b := openTab(t)
			b.opened(siteServer(t, helper, threads) + "?threads=2").state("idle")
			b.pressed("#generate").error()
			if text := b.text("#alert-text"); b.attribute("#alert", "type") != "crashed" || !strings.Contains(text, c.says) {
				t.Errorf("the page says %q, want %q in it", text, c.says)
			}
			b.pressed("#retry").state("done")
		})
	}
}
