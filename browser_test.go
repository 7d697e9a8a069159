package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// watch records, from its call on: what each canvas of the page holds after
// every step, and every task that kept the main thread over 50 ms.
const watch = `
	window.seen = [];
	window.longTasks = [];
	new PerformanceObserver(list => { for (const e of list.getEntries()) longTasks.push(Math.round(e.duration)); })
		.observe({type: "longtask"});
	const stage = document.getElementById("stage");
	new MutationObserver(() => {
		const canvas = stage.querySelector("canvas");
		const step = Number(stage.dataset.step);
		if (canvas && step > 0) seen[step - 1] = canvas.toDataURL();
	}).observe(stage, {attributes: true, attributeFilter: ["data-step"]});
	true`

// TestPageDrawsWithTheDefaultModel is a visitor's first picture: the canvas
// changes at every step, the main thread stays free, and the hash is the one
// that the command line gives for the same spec, with and without SIMD.
func TestPageDrawsWithTheDefaultModel(t *testing.T) {
	b := openTab(t)
	b.open(siteServer(t))
	b.waitState("idle")
	b.set("#seed", "42")
	eval[bool](b, watch)
	b.click("#generate")
	b.waitState("done")

	steps := eval[[]string](b, "seen")
	if len(steps) != 4 {
		t.Errorf("the canvas was seen at %d steps, want the model's 4", len(steps))
	}
	distinct := map[string]bool{}
	for _, picture := range steps {
		distinct[picture] = true
	}
	if len(distinct) != len(steps) {
		t.Errorf("%d different pictures in %d steps: the canvas did not change at each", len(distinct), len(steps))
	}
	if long := eval[[]int](b, "longTasks"); len(long) > 0 {
		t.Errorf("the page's main thread was blocked for %v ms, want nothing over 50", long)
	}
	hash := b.attribute("#stage", "hash")
	for _, build := range [][]string{nil, {"-tags", "purego"}} {
		if want := sampleHash(t, build, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "42"); hash != want {
			t.Errorf("the page's hash is %s, tools/sample's with %v is %s", hash, build, want)
		}
	}
}

// TestPageWithoutSIMD: a browser that refuses SIMD gets the scalar build, and
// the same picture.
func TestPageWithoutSIMD(t *testing.T) {
	b := openTab(t)
	b.before(`WebAssembly.validate = () => false;`)
	b.open(siteServer(t))
	b.waitState("idle")
	b.click("#generate")
	b.waitState("done")
	hash := b.attribute("#stage", "hash")
	if want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "2"); hash != want {
		t.Errorf("the scalar page's hash is %s, tools/sample's is %s", hash, want)
	}
}

// choose picks a model by its ID and waits until it is loaded.
func (b *tab) choose(id string) {
	b.t.Helper()
	b.click("#model-list input[value='" + id + "']")
	b.waitState("idle")
}

// TestPageGrid: several pictures with labels and guidance are, hash and all,
// what the command line draws.
func TestPageGrid(t *testing.T) {
	b := openTab(t)
	b.open(siteServer(t))
	b.waitState("idle")
	b.choose("fashion-mnist-32")
	eval[any](b, `[...document.querySelectorAll("#slots label")].find(l => l.textContent.trim() === "sneaker").click()`)
	b.set("#count", "3")
	b.set("#steps", "5")
	b.set("#solver", "heun")
	b.set("#guidance", "3.25")
	b.click("#generate")
	b.waitState("done")
	if n := eval[int](b, `document.querySelectorAll("#stage [data-drawn]").length`); n != 3 {
		t.Errorf("%d pictures are shown, want 3", n)
	}
	hash := b.attribute("#stage", "hash")
	want := sampleHash(t, nil, "-model", "site/models/fashion-mnist-32.safetensors.zst",
		"-seed", "2", "-count", "3", "-label", "sneaker", "-steps", "5", "-solver", "heun", "-guidance", "3.25")
	if hash != want {
		t.Errorf("the page's hash is %s, tools/sample's is %s", hash, want)
	}
}

// sampleHash is the last line that tools/sample prints.
func sampleHash(t *testing.T, build []string, flags ...string) string {
	t.Helper()
	args := append(append([]string{"run"}, build...), "./tools/sample")
	cmd := exec.Command("go", append(args, flags...)...)
	cmd.Env = append(os.Environ(), "GOEXPERIMENT=simd")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	lines := strings.Fields(string(out))
	return lines[len(lines)-1]
}

// cancelRun starts a long run, waits until it is inside a pass, cancels, and
// resolves to the milliseconds from the click until the page is free again.
const cancelRun = `new Promise(resolve => {
	const app = document.getElementById("app"), stage = document.getElementById("stage");
	const after = (target, attribute, ready) => new Promise(go => {
		const watcher = new MutationObserver(() => { if (ready()) { watcher.disconnect(); go(); } });
		watcher.observe(target, {attributes: true, attributeFilter: [attribute]});
	});
	(async () => {
		const stepped = after(stage, "data-step", () => stage.dataset.step > 1);
		document.getElementById("generate").click();
		await stepped;
		await new Promise(go => setTimeout(go, %d));
		const free = after(app, "data-state", () => app.dataset.state !== "sampling");
		const begun = performance.now();
		document.getElementById("cancel").click();
		await free;
		resolve(performance.now() - begun);
	})();
})`

func cancelOnce(b *tab, script string) float64 {
	b.t.Helper()
	ms, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return ms
}

// TestCancel: a cancel arrives in the middle of a pass. The limit is the
// median's, and generous on purpose: machines are noisy, and a worker that
// only listened between steps of this model would need the time of a step.
func TestCancel(t *testing.T) {
	b := openTab(t)
	b.open(siteServer(t))
	b.waitState("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "200")
	var took []float64
	for i := range 11 {
		took = append(took, cancelOnce(b, fmt.Sprintf(cancelRun, 7*i)))
	}
	slices.Sort(took)
	t.Logf("cancel, ms: median %.1f, largest %.1f of %d", took[len(took)/2], took[len(took)-1], len(took))
	if median := took[len(took)/2]; median > 30 {
		t.Errorf("the median cancel took %.1f ms, want 30 at most: %v", median, took)
	}
}

// TestLongNamesFit: a word without a break, typed or from the manifest, stays on the screen.
func TestLongNamesFit(t *testing.T) {
	long := strings.Repeat("incomprehensibilities", 20)
	manifest, err := os.ReadFile("site/models/index.json")
	if err != nil {
		t.Fatal(err)
	}
	manifest = []byte(strings.ReplaceAll(string(manifest), `"name":"`, `"name":"`+long))
	b := openTab(t)
	b.open(siteServer(t, at("/models/index.json", always, 200, "application/json", manifest)))
	b.waitState("idle")
	b.set("#words", long)
	b.click("#generate")
	b.waitState("done")
	for _, width := range []int64{320, 390, 1280} {
		b.size(width, 844)
		if over := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			t.Errorf("at %d pixels the page is %d pixels too wide", width, over)
		}
	}
	b.screenshot("long-names")
}
