package browser

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// watch records, from its call on, what the first canvas of the page holds
// after every step.
const watch = `
	window.seen = [];
	const stage = document.getElementById("stage");
	new MutationObserver(() => {
		const canvas = stage.querySelector("canvas");
		const step = Number(stage.dataset.step);
		if (canvas && step > 0) seen[step - 1] = canvas.toDataURL();
	}).observe(stage, {attributes: true, attributeFilter: ["data-step"]});
	true`

// TestPageDrawsWithTheDefaultModel is a visitor's first picture: the canvas
// changes at every step, no step is computed by the page's own thread, and the
// hash is the one that the command line gives for the same spec, with and
// without SIMD. (make bench-page prints how long that thread is blocked.)
func TestPageDrawsWithTheDefaultModel(t *testing.T) {
	b := openTab(t)
	b.before(listen)
	b.opened(siteServer(t)).state("idle")
	b.set("#seed", "42")
	eval[bool](b, watch)
	b.pressed("#generate").state("done")

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
	if n := eval[int](b, `heard.filter((m) => m.kind === "step").length`); n != len(steps) {
		t.Errorf("%d of %d steps came from a worker", n, len(steps))
	}
	// Who has no weights computes nothing. Workers keep lists of their own.
	if got := eval[[]string](b, `performance.getEntriesByType("resource").map((r) => r.name).filter((n) => n.includes(".zst"))`); len(got) > 0 {
		t.Errorf("the page's own thread has fetched %q", got)
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
	b.opened(siteServer(t)).state("idle")
	b.pressed("#generate").state("done")
	hash := b.attribute("#stage", "hash")
	if want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "2"); hash != want {
		t.Errorf("the scalar page's hash is %s, tools/sample's is %s", hash, want)
	}
}

// choose picks a model by its ID and waits until it is loaded.
func (b *tab) choose(id string) {
	b.t.Helper()
	b.pressed("#model-list input[value='" + id + "']").state("idle")
}

// TestPageGrid: several pictures with labels and guidance are, hash and all,
// what the command line draws.
func TestPageGrid(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.choose("fashion-mnist-32")
	eval[any](b, `[...document.querySelectorAll("#slots label")].find(l => l.textContent.trim() === "sneaker").click()`)
	b.set("#count", "3")
	b.set("#steps", "5")
	b.set("#solver", "heun")
	b.set("#guidance", "3.25")
	b.pressed("#generate").state("done")
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

// TestLongNamesFit: a word without a break, typed or from the manifest, stays on the screen.
func TestLongNamesFit(t *testing.T) {
	long := strings.Repeat("incomprehensibilities", 20)
	manifest, err := os.ReadFile("site/models/index.json")
	if err != nil {
		t.Fatal(err)
	}
	manifest = []byte(strings.ReplaceAll(string(manifest), `"name":"`, `"name":"`+long))
	b := openTab(t)
	b.opened(siteServer(t, at("/models/index.json", always, 200, "application/json", manifest))).state("idle")
	b.set("#words", long)
	b.pressed("#generate").state("done")
	for _, width := range []int64{320, 390, 1280} {
		b.size(width, 844)
		if over := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			t.Errorf("at %d pixels the page is %d pixels too wide", width, over)
		}
	}
	b.screenshot("long-names")
}
