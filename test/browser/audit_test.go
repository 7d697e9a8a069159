package browser

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tintype/tools/axe"
)

// axeScript is axe-core.
var axeScript = sync.OnceValues(func() (string, error) { return axeSource(os.Getenv("CI") == "true") })

// axeSource is axe-core where it was fetched before, "" elsewhere. In CI it is fetched.
func axeSource(ci bool) (string, error) {
	if ci {
		return axe.Script()
	}
	return axe.Kept()
}

// TestAxeIsNeverMissedInSilence: without axe-core its checks are skipped at home, and fail in CI.
func TestAxeIsNeverMissedInSilence(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("PATH", "")
	if script, err := axeSource(false); script != "" || err != nil {
		t.Errorf("at home it is %d bytes, %v; want none, to be skipped", len(script), err)
	}
	if _, err := axeSource(true); err == nil {
		t.Error("in CI its absence is no error")
	}
}

// audit fails for what axe-core finds in a part of the page, "document" or a selector in quotes.
func (b *tab) audit(state, part string) {
	b.t.Helper()
	script, err := axeScript()
	if err != nil {
		b.t.Fatal(err)
	}
	if script == "" {
		if !b.unseen {
			b.t.Run("axe-core", func(t *testing.T) {
				t.Skip("axe-core is not here and looks at none of these pages: make test-docs fetches it")
			})
		}
		b.unseen = true
		return
	}
	if !eval[bool](b, `typeof axe === "object"`) {
		eval[any](b, script+";0")
	}
	if found := eval[string](b, axe.Findings(part)); found != "" {
		b.t.Errorf("axe-core, %s: %s", state, found)
	}
}

// press sends a key to what has the focus.
func (b *tab) press(key string) {
	b.t.Helper()
	do(b, "key "+key, chromedp.KeyEvent(key))
}

// key presses one that something comes after.
func (b *tab) key(key string) later {
	b.t.Helper()
	return b.after(func() { b.press(key) })
}

// retype puts digits in the place of those in a field.
func (b *tab) retype(selector, digits string) {
	b.t.Helper()
	b.tabTo(selector)
	b.press(kb.End)
	for range 4 {
		b.press(kb.Backspace)
	}
	b.press(digits)
}

// shownFocus says what has the focus, and fails where nobody would see that it has: the outline is its own, that of the
// words beside a hidden button, or that of the box around it.
const shownFocus = `(() => {
	const e = document.activeElement;
	if (e === document.body) return "";
	const name = e.id || (e.closest("[id]")?.id ?? "") + " " + e.tagName.toLowerCase() + " " + (e.value || e.innerText || "").slice(0, 20);
	const seen = [e, e.nextElementSibling, e.closest("label")].filter(Boolean).some((s) => {
		const style = getComputedStyle(s), box = s.getBoundingClientRect();
		return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 8 && box.height > 8;
	});
	return seen && e.matches(":focus-visible") ? name : "unseen: " + name;
})()`

// walk presses Tab from the top of the page to its end, and returns the stops.
func (b *tab) walk() (stops []string) {
	b.t.Helper()
	eval[any](b, `document.activeElement.blur(); getSelection().removeAllRanges(); getSelection().setPosition(document.body, 0); 0`)
	for range 200 {
		b.press(kb.Tab)
		stop := eval[string](b, shownFocus)
		if stop == "" {
			return stops
		}
		stops = append(stops, stop)
	}
	b.t.Fatal("Tab never leaves the page")
	return nil
}

// tabTo presses Tab until an element has the focus.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 200 {
		if eval[bool](b, `document.activeElement.matches(`+quote(selector)+`)`) {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("no Tab leads to %s", selector)
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// Every control is reached by Tab, in the order in which it is seen, and shows that it has the focus.
func TestKeyboardOrder(t *testing.T) {
	b := openTab(t)
	b.size(1280, 900)
	b.opened(siteServer(t)).state("idle")
	b.draw()
	b.set("#scrub", "2")
	b.until("the list of kept models", keptAreListed)
	b.becomes("the list of solvers", solversAreListed, func() {
		eval[any](b, `for (const d of document.querySelectorAll("details")) d.open = true; 0`)
	})
	stops := b.walk()
	for _, s := range stops {
		if strings.HasPrefix(s, "unseen") {
			t.Error(s)
		}
	}
	got := strings.Join(stops, ", ")
	for _, stop := range []string{
		"generate", "seed", "dice", "scrub", "play", "fork", "view-x", "download", "share", "animate", "compare", "copy",
		"edit summary", "paint", "strength", "redraw", "unpaint", "model-list input nouns-32-student-4", "words", "surprise",
		"slots input on", "slots select any", "count", "solver", "set-eta", "all summary", "solver-list input", "solver-list button ddim",
		"grid", "vary", "vary-seed", "defaults", "file", "kept button Forget", "purge",
	} {
		_, rest, found := strings.Cut(got, stop)
		if !found {
			t.Fatalf("%s is not reached, or not in its place: %s", stop, strings.Join(stops, ", "))
		}
		got = rest
	}
}

// Nothing needs a pointer: all of it by keys, and no press leaves the focus on what is gone.
func TestKeyboardOnly(t *testing.T) {
	b := openTab(t)
	b.size(1280, 900)
	b.opened(siteServer(t)).state("idle")
	kept := func(what string) {
		t.Helper()
		if at := eval[string](b, shownFocus); at == "" || strings.HasPrefix(at, "unseen") {
			t.Errorf("after %s the focus is lost (%s)", what, at)
		}
	}
	b.tabTo("#generate")
	b.key(kb.Enter).state("done")
	kept("Generate")
	first := b.attribute("#stage", "hash")

	b.tabTo("#scrub")
	b.press(kb.Home)
	b.press(kb.ArrowRight)
	if got := b.text("#film-step"); got != "Step 2 of 4" {
		t.Errorf("Home and an arrow lead to %q", got)
	}
	b.tabTo("[name=view]")
	b.press(kb.ArrowRight)
	if got := b.attribute("#stage", "view"); got != "denoised" {
		t.Errorf("an arrow shows %q", got)
	}

	eval[any](b, `document.getElementById("play").focus(); 0`)
	b.tabTo("#fork")
	b.press(kb.Enter)
	kept("Fork here")
	b.tabTo("#generate")
	b.key(" ").state("done")
	b.tabTo("#sheets figcaption button") // round the page
	b.press(kb.Enter)
	if got := b.attribute("#stage", "hash"); got != first {
		t.Errorf("the first branch is %s, was %s", got, first)
	}
	b.tabTo("#unfork")
	b.press(kb.Enter)
	kept("Begin at noise again")

	b.tabTo("#edit summary")
	b.press(kb.Enter)
	b.tabTo("#paint")
	b.press(kb.ArrowUp)
	b.press(" ")
	b.tabTo("#redraw")
	b.key(kb.Enter).state("done")
	if n := b.attribute("#stage", "sheets"); n != "3" {
		t.Errorf("%s sheets are on the stage, want the redrawn picture beside the other two", n)
	}
	kept("Redraw")

	b.tabTo("#model-list input")
	b.key(kb.ArrowUp).state("idle") // round to the last
	if got := eval[string](b, `document.querySelector("#model-list input:checked").value`); got != "fashion-mnist-32" {
		t.Errorf("an arrow leads to the model %s", got)
	}
	kept("another model")
	b.tabTo("#slots input")
	b.press(kb.ArrowRight)
	b.retype("#count", "4")
	b.retype("#steps", "3")
	b.key(kb.Enter).state("done") // in a field: the form's button
	b.tabTo("button.cell")
	b.press(kb.Enter)
	b.tabTo("#back")
	b.press(kb.Enter)
	kept("Back to all pictures")
	b.retype("#steps", "0")
	b.key(kb.Enter).error()
	kept("a field that is wrong")
	b.tabTo("#retry")
	b.press(kb.Enter)
	kept("Go on")

	b.until("the list of kept models", keptAreListed)
	b.tabTo("#purge")
	b.becomes("the end of the kept models", `document.getElementById("storage").hidden`, func() { b.press(kb.Enter) })
	kept("Forget all")
}

// transcript collects what a status region says; where is an expression for it.
func (b *tab) transcript(where string) {
	b.t.Helper()
	eval[any](b, `window.said = []; new MutationObserver(() => said.push((`+where+`).textContent)).observe(`+where+`, { childList: true, characterData: true, subtree: true }); 0`)
}

// A screen reader hears of start, quarters and end, of the page and of the element.
func TestStatusRegions(t *testing.T) {
	site := siteServer(t)
	b := openTab(t)
	b.opened(site).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "40")
	b.transcript(`document.getElementById("live")`)
	b.draw()
	got := strings.Join(eval[[]string](b, `said`), "|")
	if want := "Making 1 picture…|25 percent|50 percent|75 percent|Done: 1 picture in "; !strings.HasPrefix(got, want) || strings.Count(got, "|") != 4 {
		t.Errorf("the page says %q", got)
	}
	if role := eval[string](b, `document.getElementById("live").getAttribute("role") + " " + document.getElementById("alert").getAttribute("role")`); role != "status alert" {
		t.Errorf("the regions are %s", role)
	}
	b.opened(site + "examples/plain.html").event("done")
	b.transcript(`document.getElementById("auto").shadowRoot.querySelector("[role=status]")`)
	eval[any](b, `document.getElementById("auto").sample({ model: "fashion-mnist-32", seed: 5, steps: 40 }).then(() => 0)`)
	got = strings.Join(eval[[]string](b, `said`), "|")
	if want := "Starting.|25 percent.|50 percent.|75 percent.|Done: seed 5."; got != want {
		t.Errorf("the element says %q, want %q", got, want)
	}
}

// Who wants less motion sees the noise and then the picture, no step between.
func TestPageWithLessMotion(t *testing.T) {
	b := openTab(t)
	b.media("prefers-reduced-motion", "reduce")
	b.opened(siteServer(t)).state("idle")
	eval[any](b, `{
		window.shown = [];
		const stage = document.getElementById("stage");
		new MutationObserver(() => shown.push(stage.dataset.step + (stage.querySelector("[data-drawn]") ? " shown" : ""))).observe(stage, { attributes: true, attributeFilter: ["data-step"] });
	}`)
	b.draw()
	if got := strings.Join(eval[[]string](b, `shown.filter((s) => !s.startsWith("0"))`), ", "); !strings.HasPrefix(got, "1, 2, 3, 4 shown") {
		t.Errorf("steps and what is shown: %s", got)
	}
	if got := eval[int](b, `document.getAnimations().length`); got != 0 {
		t.Errorf("%d things move", got)
	}
}

// Paper has the picture, its steps and its hash, and nothing to press.
func TestPagePrinted(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.draw()
	b.did("print", b.medium("print"))
	b.screenshot("print")
	const shown = `[...document.querySelectorAll("button, input, select, summary, a, #stage canvas, #strip, #hash")].filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => e.id || e.className).join(" ")`
	if got, want := eval[string](b, shown), "x strip hash"; got != want {
		t.Errorf("on paper there are %s, want %s", got, want)
	}
}
