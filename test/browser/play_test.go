package browser

import (
	"fmt"
	"strings"
	"testing"

	"tintype/core/solver"
)

const fashion = "site/models/fashion-mnist-32.safetensors.zst"

// draw presses the button and waits for the picture.
func (b *tab) draw() string {
	b.t.Helper()
	b.pressed("#generate").state("done")
	return b.attribute("#stage", "hash")
}

// recipe is what the page's address says of the picture.
func (b *tab) recipe() string {
	b.t.Helper()
	return eval[string](b, "location.hash.slice(1)")
}

// solversAreListed and keptAreListed: the page has made these lists.
const (
	solversAreListed = `!!document.querySelector("[data-solver=heun] input")`
	keptAreListed    = `!document.getElementById("storage").hidden`
)

// listSolvers opens the long list of solvers.
func (b *tab) listSolvers() {
	b.t.Helper()
	b.becomes("the list of solvers", solversAreListed, func() { eval[any](b, `document.getElementById("all").open = true`) })
}

// pixels is what the first canvas of the stage shows.
const pixels = `document.querySelector("#stage canvas").toDataURL()`

// TestFilm: every step can be seen again, by slider and by keys, and both
// pictures of a step side by side.
func TestFilm(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	eval[bool](b, watch)
	b.draw()
	steps := eval[[]string](b, "seen")
	for step := len(steps); step >= 1; step-- {
		b.set("#scrub", fmt.Sprint(step))
		if eval[string](b, pixels) != steps[step-1] {
			t.Errorf("scrubbed to step %d the canvas is not what it was then", step)
		}
		if want := fmt.Sprintf("Step %d of 4", step); b.text("#film-step") != want {
			t.Errorf("the film says %q, want %q", b.text("#film-step"), want)
		}
	}
	key := func(name string) {
		eval[any](b, fmt.Sprintf(`document.querySelector("#generate").dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true}))`, name))
	}
	key("ArrowRight")
	key("ArrowRight")
	key("ArrowLeft")
	if eval[string](b, pixels) != steps[1] {
		t.Error("three arrows from step 1 do not show step 2")
	}
	b.click("#view-both")
	if n := eval[int](b, `[...document.querySelectorAll("#stage canvas")].filter((c) => getComputedStyle(c).visibility === "visible" && c.clientWidth > 50).length`); n != 2 {
		t.Errorf("%d pictures are seen side by side, want 2", n)
	}
	b.becomes("the last step", `document.getElementById("film-step").textContent === "Step 4 of 4"`, func() { b.click("#play") })
	if eval[string](b, pixels) != steps[3] {
		t.Error("played to its end the film does not show the picture")
	}
}

// TestFork: a picture goes on from one of its steps with other settings, beside
// the first, as the command line makes it.
func TestFork(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "8")
	first := b.draw()
	b.set("#scrub", "3")
	b.click("#fork")
	b.set("#guidance", "4")
	b.set("#solver", "euler-a")
	b.set("#seed", "77")
	hash := b.draw()
	if n := b.attribute("#stage", "sheets"); n != "2" {
		t.Errorf("%s branches are on the stage, want 2", n)
	}
	recipe := b.recipe()
	if !strings.Contains(recipe, "fork=3~2~") || hash == first {
		t.Errorf("the fork is %s with the hash %s", recipe, hash)
	}
	if want := sampleHash(t, nil, "-model", fashion, "-recipe", recipe); hash != want {
		t.Errorf("the fork's hash is %s, tools/sample's is %s", hash, want)
	}
	// A fork of the fork, with the first three steps as before.
	b.set("#scrub", "5")
	b.click("#fork")
	b.set("#solver", "ddim")
	hash = b.draw()
	if want := sampleHash(t, nil, "-model", fashion, "-recipe", b.recipe()); hash != want || strings.Count(b.recipe(), "fork=") != 2 {
		t.Errorf("the second fork's hash is %s, tools/sample's is %s for %s", hash, want, b.recipe())
	}
	// A press on a caption goes back to the first branch.
	b.click("figcaption button")
	if got := b.attribute("#stage", "hash"); got != first {
		t.Errorf("the first branch's hash is %s, was %s", got, first)
	}
	b.click("#unfork")
	if got := b.draw(); got == hash || b.attribute("#stage", "sheets") != "1" {
		t.Error("after leaving the fork the picture does not begin at noise")
	}
}

// TestShareLink: the page's address makes the very picture again, and says so.
func TestShareLink(t *testing.T) {
	site := siteServer(t)
	b := openTab(t)
	b.opened(site).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "6")
	b.set("#count", "2")
	b.set("#solver", "sde-dpmpp-2m")
	b.set("#set-eta", "0.35")
	b.set("#grid", "karras")
	b.set("#guidance", "3.25")
	b.set("#rescale", "0.7")
	hash := b.draw()
	link := b.recipe()
	follow := func(link string) (verdict, words string) {
		b.opened(site + "#" + link).state("done")
		return b.attribute("#verdict", "verdict"), b.text("#verdict")
	}
	if v, words := follow(link); v != "same" || b.attribute("#stage", "hash") != hash {
		t.Errorf("the link gives %s: %s", v, words)
	}
	if eval[string](b, `document.getElementById("set-eta").value`) != "0.35" {
		t.Error("the controls do not show the link's settings")
	}
	other := strings.Repeat("0", 64)
	for _, c := range []struct{ link, says string }{
		{strings.Replace(link, "hash="+hash, "hash="+other, 1), "though model and numerics are the same"},
		{strings.Replace(strings.Replace(link, "hash="+hash, "hash="+other, 1), "numerics=1&", "numerics=99&", 1), "numerics 99"},
		{link[:strings.Index(link, "&file=")] + "&file=" + other + "&seed=3&steps=6&hash=" + other, "another version of this model"},
	} {
		if v, words := follow(c.link); v != "differs" || !strings.Contains(words, c.says) {
			t.Errorf("%s: %s", v, words)
		}
	}
	for link, says := range map[string]string{"v=1&model=nowhere": "nowhere", "nonsense": "name=value"} {
		page := b.opened(site + "#" + link)
		if text := page.error(); !strings.Contains(text, says) {
			t.Errorf("%s: %s", link, text)
		}
		page.shows("the model", `document.getElementById("sampling").disabled === false`)
		if b.text("#alert-text") == "" {
			t.Errorf("%s: what is wrong with it cannot be read any more once the model is there", link)
		}
		b.pressed("#retry").state("idle")
	}
}

// TestCompare: solvers stand side by side on one seed, each as it is alone.
func TestCompare(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "5")
	b.listSolvers()
	for _, solver := range []string{"ddim", "heun"} {
		b.click("[data-solver=" + solver + "] input")
	}
	if name := b.text("#generate"); name != "Compare 2" {
		t.Errorf("the button says %q", name)
	}
	b.draw()
	if captions := b.text("#sheets"); !strings.Contains(captions, "8 evaluations") || !strings.Contains(captions, "ddim") {
		t.Errorf("the captions say %q", captions)
	}
	for i, solver := range []string{"ddim", "heun"} {
		eval[any](b, fmt.Sprintf(`document.querySelectorAll("figcaption button")[%d].click()`, i))
		want := sampleHash(t, nil, "-model", fashion, "-seed", "2", "-steps", "5", "-solver", solver)
		if got := b.attribute("#stage", "hash"); got != want {
			t.Errorf("%s has the hash %s, tools/sample's is %s", solver, got, want)
		}
	}
}

// TestCompareWithTeacher: a student's picture stays beside its teacher's.
func TestCompareWithTeacher(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	first := b.draw()
	b.pressed("#compare").state("done")
	if n := b.attribute("#stage", "sheets"); n != "2" {
		t.Errorf("%s sheets are on the stage, want both", n)
	}
	if captions := b.text("#sheets"); !strings.Contains(captions, "Nouns in 4 steps") || !strings.Contains(captions, "Nouns, teacher") {
		t.Errorf("the captions say %q", captions)
	}
	if got, want := b.attribute("#stage", "hash"), sampleHash(t, nil, "-model", "site/models/nouns-32.safetensors.zst", "-seed", "2"); got != want {
		t.Errorf("the teacher's hash is %s, tools/sample's is %s", got, want)
	}
	b.click("figcaption button")
	if got := b.attribute("#stage", "hash"); got != first {
		t.Errorf("the student's hash is %s, was %s", got, first)
	}
}

// TestSolversAndReasons: every solver of the registry is listed that a model of this
// kind may have, what the checkpoint forbids is off and says why.
func TestSolversAndReasons(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.listSolvers()
	want := 0
	for _, info := range solver.Solvers() {
		if !info.Needs.Foreign() {
			want++
		}
	}
	if n := eval[int](b, `document.querySelectorAll(".solver-row").length`); n != want || want < 45 {
		t.Errorf("%d solvers are listed, the registry has %d", n, want)
	}
	off := eval[[]string](b, `[...document.querySelectorAll(".solver-row[data-off]")].map((r) => r.querySelector("input").disabled && r.querySelector("button").disabled ? r.querySelector(".note").textContent : "")`)
	if len(off) < 20 {
		t.Errorf("only %d are off for a four-step student", len(off))
	}
	for _, reason := range off {
		if len(reason) < 20 || !strings.HasSuffix(reason, ".") {
			t.Errorf("a solver is off for the reason %q", reason)
		}
	}
}

// TestBudget: seconds instead of steps end in a picture. The end of the time is
// not waited for: the page's timer for it is kept, and the test lets it ring.
func TestBudget(t *testing.T) {
	b := openTab(t)
	b.before(`{
		const set = setTimeout;
		window.timers = {};
		setTimeout = (f, ms, ...args) => ms === 500_000 ? (timers[ms] = f, 0) : set(f, ms, ...args);
	}`)
	b.opened(siteServer(t)).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#budget", "500")
	b.pressed("#generate").state("done")
	if note := b.text("#budget-note"); !strings.Contains(note, "ms per evaluation") {
		t.Errorf("the note says %q", note)
	}
	// Now the time ends with the first step of a second run.
	b.set("#count", "16")
	eval[any](b, `{
		const stage = document.getElementById("stage");
		new MutationObserver((_, watcher) => {
			if (stage.dataset.step !== "1") return;
			watcher.disconnect();
			timers[500_000]();
		}).observe(stage, {attributes: true, attributeFilter: ["data-step"]});
	}`)
	b.pressed("#generate").state("idle")
	if s := b.text("#status"); !strings.Contains(s, "Time was up") {
		t.Errorf("the status says %q", s)
	}
	if n := eval[int](b, `document.querySelectorAll("#stage [data-drawn]").length`); n < 1 {
		t.Error("nothing is shown when the time is up")
	}
}

// TestEdit: a picture is changed as a whole, or where it is painted over and
// nowhere else.
func TestEdit(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "8")
	first := b.draw()
	b.set("#seed", "5")
	b.pressed("#redraw").state("done")
	if b.attribute("#stage", "sheets") != "2" || b.attribute("#stage", "hash") == first || b.recipe() != "" {
		t.Errorf("the changed picture is the first, or has the link %q", b.recipe())
	}
	b.click("figcaption button")
	b.set("#strength", "1")
	eval[any](b, `{ const c = document.getElementById("paint");
		for (const key of ["ArrowUp", "ArrowLeft", " "]) c.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})); }`)
	b.pressed("#redraw").state("done")
	changed := eval[[]int](b, `(() => {
		const [a, c] = [0, 2].map((i) => document.querySelectorAll(".sheet")[i].querySelector("canvas").getContext("2d").getImageData(0, 0, 32, 32).data);
		let inside = 0, outside = 0;
		for (let i = 0; i < 1024; i++) if (Math.abs(a[4 * i] - c[4 * i]) > 1) { const x = i % 32, y = i >> 5; if (x >= 13 && x <= 17 && y >= 13 && y <= 17) inside++; else outside++; }
		return [inside, outside];
	})()`)
	if changed[0] == 0 || changed[1] != 0 {
		t.Errorf("%d pixels under the paint and %d beside it are others", changed[0], changed[1])
	}
}
