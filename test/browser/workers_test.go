package browser

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// Without isolation there are no threads: then several workers share the pictures of a grid.

// notIsolated serves the site as a host without its headers does.
func notIsolated(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Del("Cross-Origin-Embedder-Policy")
	return false
}

// noStorage is a browser whose workers keep nothing.
func noStorage(t *testing.T) fault {
	return patched(t, "worker.js", always, `"use strict";`, `Object.defineProperty(self, "caches", { get() { throw new DOMException("no", "SecurityError"); } });`)
}

// watchCrew has the page note its workers and what they say.
const watchCrew = `{
	window.crew = [];
	const Real = Worker;
	window.Worker = class extends Real {
		constructor(...args) {
			super(...args);
			const me = { worker: this, heard: [], gone: false };
			crew.push(me);
			this.addEventListener("message", ({ data }) => { me.heard.push(data.kind); window.onheard?.(me, data); });
		}
		terminate() { crew.find((m) => m.worker === this).gone = true; super.terminate(); }
	};
}`

// openCrew opens the page on a host without headers, with so many processors.
func openCrew(t *testing.T, processors int, faults ...fault) *tab {
	t.Helper()
	return openCrewWith(t, processors, "", faults...)
}

// openCrewWith has a script run ahead of the page's own.
func openCrewWith(t *testing.T, processors int, script string, faults ...fault) *tab {
	t.Helper()
	b := openTab(t)
	b.before(watchCrew + keepFiles + script)
	b.opened(siteServer(t, append([]fault{notIsolated}, faults...)...) + fmt.Sprintf("?threads=%d", processors)).state("idle")
	return b
}

// gather draws a grid, for which the other workers are started, and waits until n have the model. What the page noted so far
// is forgotten.
func (b *tab) gather(n int) {
	b.t.Helper()
	b.set("#count", "5")
	b.draw()
	b.until("the workers", fmt.Sprintf(`crew.filter((m) => !m.gone && m.heard.includes("loaded")).length === %d && crew.every((m) => m.gone || m.heard.includes("loaded"))`, n))
	eval[any](b, `for (const m of crew) m.heard.length = 0`)
}

// drew is how many workers have made a picture.
const drew = `crew.filter((m) => m.heard.includes("picture")).length`

// file is the last file that the page offers.
func (b *tab) file() []byte {
	b.t.Helper()
	file, err := base64.StdEncoding.DecodeString(eval[string](b, `files.at(-1).arrayBuffer().then((a) => btoa(String.fromCharCode(...new Uint8Array(a))))`))
	if err != nil {
		b.t.Fatal(err)
	}
	return file
}

// TestGridIsShared: two workers make the pictures of a grid, with one download of the model, and hash and file are those of one worker.
func TestGridIsShared(t *testing.T) {
	path, data := firstModel(t)
	want := sampleHash(t, nil, "-model", "site"+path, "-seed", "7", "-count", "5")
	var files [][]byte
	for _, c := range []struct {
		name       string
		processors int
		workers    int // that make pictures
		fault      fault
	}{
		{"one worker", 1, 1, nil},
		{"two workers", 2, 2, nil},
		{"two workers, nothing is kept", 2, 2, noStorage(t)},
		{"more workers than pictures", 9, 5, nil},
		{"the second does not start", 2, 1, onlyFirst("/worker.js")},
	} {
		t.Run(c.name, func(t *testing.T) {
			model := &modelServer{path: path, data: data}
			faults := []fault{model.serve}
			if c.fault != nil {
				faults = append(faults, c.fault)
			}
			b := openCrew(t, c.processors, faults...)
			if n := eval[int](b, "crew.length"); n != 1 {
				t.Errorf("%d workers before anything is drawn, want 1", n)
			}
			b.gather(c.workers)
			b.set("#seed", "7")
			if hash := b.draw(); hash != want {
				t.Errorf("the hash is %s, tools/sample's is %s", hash, want)
			}
			if n := eval[int](b, drew); n != c.workers {
				t.Errorf("%d workers made pictures, want %d", n, c.workers)
			}
			if n := len(model.requests()); n != 1 {
				t.Errorf("the model was downloaded %d times", n)
			}
			if n := eval[int](b, `document.querySelectorAll("#stage [data-drawn]").length`); n != 5 {
				t.Errorf("%d pictures are shown", n)
			}
			files = append(files, b.file())
			if !bytes.Equal(files[0], files[len(files)-1]) {
				t.Error("the file is not that of one worker")
			}
		})
	}
}

// onlyFirst lets a path be read once.
func onlyFirst(path string) fault {
	asked := false
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		if asked {
			http.NotFound(w, r)
			return true
		}
		asked = true
		w.Header().Set("Cache-Control", "no-store")
		return false
	}
}

// longGrid asks for a grid that takes its time: a click of Generate away.
func (b *tab) longGrid() {
	b.t.Helper()
	b.choose("fashion-mnist-32")
	b.set("#steps", "4")
	b.gather(2)
	b.set("#count", "4")
	b.set("#steps", "24")
}

// TestLostWorkerIsReplaced: when one of two workers dies in the middle of a picture only that picture is made again; one
// that kills its worker twice ends the run in words.
func TestLostWorkerIsReplaced(t *testing.T) {
	const die = `(m) => { m.worker.terminate(); m.worker.onerror({ message: "on purpose" }); }`
	want := sampleHash(t, nil, "-model", fashion, "-seed", "2", "-count", "4", "-steps", "24")
	for _, which := range []int{0, 1} {
		t.Run(fmt.Sprintf("worker %d", which), func(t *testing.T) {
			b := openCrew(t, 2)
			b.longGrid()
			eval[any](b, fmt.Sprintf(`{
				let died = false;
				window.began = [];
				window.onheard = (m, data) => {
					if (data.kind === "step" && data.step === 1) began.push(data.picture);
					if (died || m !== crew.filter((c) => !c.gone)[%d] || data.kind !== "step" || data.step !== 12) return;
					died = true;
					setTimeout(%s, 0, m);
				};
			}`, which, die))
			if hash := b.draw(); hash != want {
				t.Errorf("the hash is %s, tools/sample's is %s", hash, want)
			}
			if n := eval[int](b, "began.length"); n != 5 {
				t.Errorf("pictures were begun %d times, want 4 and the one that was lost", n)
			}
			b.set("#scrub", "12")
			if n := eval[int](b, `document.querySelectorAll("#stage [data-drawn]").length`); n != 4 || b.text("#film-step") != "Step 12 of 24" {
				t.Errorf("%d pictures are shown at %s", n, b.text("#film-step"))
			}
			if n := eval[int](b, "crew.filter((m) => !m.gone).length"); n != 2 {
				t.Errorf("%d workers are there, want the one that is left and a new one", n)
			}
		})
	}
	t.Run("twice", func(t *testing.T) {
		b := openCrew(t, 2)
		b.longGrid()
		eval[any](b, `window.onheard = (m, data) => { if (data.kind === "step" && data.step === 3 && data.picture === 2) setTimeout(`+die+`, 0, m); }`)
		b.pressed("#generate").error()
		if kind, text := b.attribute("#alert", "type"), b.text("#alert-text"); kind != "crashed" || !strings.Contains(text, "on purpose") {
			t.Errorf("the page says %s: %s", kind, text)
		}
		eval[any](b, "window.onheard = null")
		b.pressed("#retry").state("done")
		if hash := b.attribute("#stage", "hash"); hash != want {
			t.Errorf("tried again the hash is %s, tools/sample's is %s", hash, want)
		}
	})
}

// TestCancelReachesAll: no worker goes on after a cancel, and the same workers make the next grid.
func TestCancelReachesAll(t *testing.T) {
	b := openCrewWith(t, 2, noGrace)
	b.longGrid()
	b.set("#steps", "500")
	b.becomes("both at work", `crew.filter((m) => !m.gone && m.heard.includes("step")).length === 2`, func() { b.click("#generate") })
	b.pressed("#cancel").state("idle")
	eval[any](b, `for (const m of crew) m.heard.length = 0`)
	b.set("#steps", "24")
	b.draw()
	steps := eval[[]int](b, `crew.filter((m) => !m.gone).map((m) => m.heard.filter((k) => k === "step").length)`)
	if len(steps) != 2 || steps[0]+steps[1] != 4*24 || steps[0] == 0 || steps[1] == 0 {
		t.Errorf("after a cancel the workers make %v steps, want 96 together", steps)
	}
}

// TestSharedComparison: solvers that are compared are made at the same time, each as it is alone; a fork of a picture in a
// grid is what the command line makes of it.
func TestSharedComparison(t *testing.T) {
	b := openCrew(t, 2)
	b.longGrid()
	b.set("#steps", "6")
	b.draw()
	eval[any](b, `document.querySelectorAll("#stage .cell")[2].click()`)
	b.set("#scrub", "3")
	b.click("#fork")
	b.set("#solver", "heun")
	b.set("#count", "3")
	hash := b.draw()
	if want := sampleHash(t, nil, "-model", fashion, "-recipe", b.recipe()); hash != want || !strings.Contains(b.recipe(), "fork=3~4~") {
		t.Errorf("the fork's hash is %s, tools/sample's is %s for %s", hash, want, b.recipe())
	}
	if caption := eval[string](b, `[...document.querySelectorAll("figcaption button")].at(-1).innerText`); !strings.HasPrefix(caption, "Fork at 3, heun\n") {
		t.Errorf("the fork's caption is %q", caption)
	}
	b.click("#unfork")
	b.set("#seed", "2")
	b.set("#count", "2")
	b.listSolvers()
	for _, solver := range []string{"ddim", "heun"} {
		b.click("[data-solver=" + solver + "] input")
	}
	eval[any](b, `for (const m of crew) m.heard.length = 0`)
	b.draw()
	if n := eval[int](b, drew); n != 2 {
		t.Errorf("%d workers made pictures, want 2", n)
	}
	for i, solver := range []string{"ddim", "heun"} {
		eval[any](b, fmt.Sprintf(`document.querySelectorAll("figcaption button")[%d].click()`, i))
		want := sampleHash(t, nil, "-model", fashion, "-seed", "2", "-steps", "6", "-solver", solver, "-count", "2")
		if got := b.attribute("#stage", "hash"); got != want {
			t.Errorf("%s has the hash %s, tools/sample's is %s", solver, got, want)
		}
	}
}

// TestSharedClassifier: the classifier's file is downloaded once, too.
func TestSharedClassifier(t *testing.T) {
	data, err := os.ReadFile("site/models/fashion-mnist-32-classifier.safetensors.zst")
	if err != nil {
		t.Fatal(err)
	}
	file := &modelServer{path: "/models/fashion-mnist-32-classifier.safetensors.zst", data: data}
	b := openCrew(t, 2, file.serve)
	b.longGrid()
	b.set("#steps", "6")
	b.set("#classify", "3")
	eval[any](b, `[...document.querySelectorAll("#slots label")].find(l => l.textContent.trim() === "dress").click()`)
	b.draw()
	hash := b.draw()
	want := sampleHash(t, nil, "-model", fashion, "-seed", "2", "-count", "4", "-steps", "6", "-label", "dress",
		"-classifier", "3")
	if hash != want {
		t.Errorf("the hash is %s, tools/sample's is %s", hash, want)
	}
	if n := len(file.requests()); n != 1 {
		t.Errorf("the classifier was downloaded %d times", n)
	}
	if n := eval[int](b, drew); n != 2 {
		t.Errorf("%d workers made pictures, want 2", n)
	}
}

// TestMemoryBoundsTheCrew: there are no more workers than their memory allows.
func TestMemoryBoundsTheCrew(t *testing.T) {
	b := openTab(t)
	b.before(watchCrew)
	b.before(`window.onheard = (m, data) => { if (data.kind === "loaded") data.info.memory = 130 << 20; }`)
	b.opened(siteServer(t, notIsolated) + "?threads=8").state("idle")
	b.gather(3) // of 512 MB
	if cost := b.text("#cost"); !strings.Contains(cost, "137.3 MB of memory in each of 3 workers") {
		t.Errorf("the page says it costs %q", cost)
	}
}

// TestBudgetCountsReadyWorkers: steps for a time are planned with the workers that have the model, not with those that will be
// started. On the machine of this test every evaluation takes 100 ms.
func TestBudgetCountsReadyWorkers(t *testing.T) {
	b := openCrewWith(t, 2, `window.onheard = (m, data) => { if (data.kind === "step") data.ms = 100; };`)
	b.choose("fashion-mnist-32")
	plans := func(want string) {
		t.Helper()
		b.set("#count", "16")
		b.set("#budget", "8")
		if note := b.text("#budget-note"); note != want {
			t.Errorf("the page plans %q, want %q", note, want)
		}
		b.set("#budget", "")
	}
	b.set("#steps", "2")
	b.draw()
	plans("At 100 ms per evaluation: ddim with 4 steps.") // nine tenths of 8 s, by 16 pictures one after the other
	b.set("#steps", "2")
	b.gather(2)
	plans("At 100 ms per evaluation: unipc with 9 steps.") // by 8 pairs
}
