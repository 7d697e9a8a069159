package browser

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

const student = "site/models/nouns-32-student-4.safetensors.zst"

// turnTo changes what stands behind the # of the page's address, be it what stands there already.
func (b *tab) turnTo(recipe string) {
	b.t.Helper()
	eval[any](b, fmt.Sprintf(`{ if (location.hash.slice(1) === %[1]q) history.replaceState(null, "", location.pathname); location.hash = %[1]q }`, recipe))
}

// shownOf says that the pictures of a link with this seed are there: the field has it from the moment they are begun.
func shownOf(seed string) string {
	return fmt.Sprintf(`document.getElementById("seed").value === %q && document.getElementById("app").dataset.state === "done"`, seed)
}

// TestLinkBeforeTheModels: a link that comes while there is no list of models yet, or none at all, is followed or
// refused once there is one.
func TestLinkBeforeTheModels(t *testing.T) {
	want := sampleHash(t, nil, "-model", student, "-seed", "7")
	for _, c := range []struct{ link, says string }{
		{"v=1&model=nouns-32-student-4&seed=7", ""}, {"v=1&model=x&seed=1", "the model x"}, {"x", "name=value"}, {"%", "character"},
	} {
		follow := func(b *tab, l later) {
			t.Helper()
			if c.says == "" {
				l.state("done")
				if got := b.attribute("#stage", "hash"); got != want {
					t.Errorf("the link's hash is %s, want %s", got, want)
				}
			} else if text := l.error(); !strings.Contains(text, c.says) {
				t.Errorf("%s: %s", c.link, text)
			}
		}
		said := `document.getElementById("status").textContent.includes("once there is a list of models")`
		t.Run(c.link+", held", func(t *testing.T) {
			here := make(chan bool)
			b := openTab(t)
			b.opened(siteServer(t, func(_ http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/models/index.json" {
					<-here
				}
				return false
			})).shows("what is waited for", `document.getElementById("status").textContent === "Looking for models…"`)
			b.becomes("it is said", said, func() { b.turnTo(c.link) })
			follow(b, b.after(func() { close(here) }))
		})
		t.Run(c.link+", missing", func(t *testing.T) {
			b := openTab(t)
			b.opened(siteServer(t, at("/models/index.json", 1, 404, "text/plain", nil))).error()
			b.becomes("it is said", said, func() { b.turnTo(c.link) })
			follow(b, b.pressed("#retry"))
		})
	}
}

// holdAnswers has the page's workers keep what they answered, while held says so, until release is called.
const holdAnswers = `{
	const Real = Worker, kept = [];
	window.held = false;
	window.release = () => { held = false; for (const give of kept.splice(0)) give(); };
	window.Worker = class extends Real {
		set onmessage(f) {
			super.onmessage = f && ((e) => { if (held && e.data.kind === "done") kept.push(() => f(e)); else f(e); });
		}
	};
}`

// TestLinkWhileThePageIsBusy: a link or a file that comes while a picture is made, measured for, animated or cancelled is
// spoken of and followed afterwards; of two the last one.
func TestLinkWhileThePageIsBusy(t *testing.T) {
	b := openTab(t)
	b.before(keepFiles + holdAnswers)
	b.opened(siteServer(t)).state("idle")
	b.set("#seed", "70")
	b.draw() // files[0]
	link := func(seed string) string { return "v=1&model=nouns-32-student-4&seed=" + seed }
	come := func(what, seed, button string, arrive func(), then string) {
		t.Helper()
		b.set("#seed", "1")
		eval[any](b, "{ held = true }")
		b.pressed(button).state("sampling")
		b.transcript(`document.getElementById("live")`)
		b.becomes(what+" is said", `said.some((s) => s.includes("is read after this picture"))`, arrive)
		b.becomes(what, shownOf(seed), func() { eval[any](b, then) })
	}
	come("a link", "71", "#generate", func() { b.turnTo(link("71")) }, "release()")
	come("the last of two", "73", "#generate", func() { b.turnTo(link("72")); b.turnTo(link("73")) }, "release()")
	come("a link, and the run is cancelled", "74", "#generate", func() { b.turnTo(link("74")) }, `{ held = false; document.getElementById("cancel").click(); }`)
	come("a file", "70", "#generate", func() { b.drop("files[0]", "made-here.png") }, "release()")
	come("a link while it is animated", "76", "#animate", func() { b.turnTo(link("76")) }, "release()")
	b.choose("fashion-mnist-32")
	b.set("#budget", "300")
	come("a link while it is measured", "77", "#generate", func() { b.turnTo(link("77")) }, "release()")
}

// TestLinksFollowOneAnother: links that come one behind the other, forwards and backwards, and while a model loads.
func TestLinksFollowOneAnother(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	link := func(model, seed string) string { return "v=1&model=" + model + "&steps=4&seed=" + seed }
	b.becomes("the second", shownOf("82"), func() {
		b.turnTo(link("fashion-mnist-32", "81"))
		b.turnTo(link("nouns-32-student-4", "82"))
	})
	b.becomes("another model", shownOf("83"), func() { b.turnTo(link("fashion-mnist-32", "83")) })
	// Solvers that are ticked are not part of a link.
	b.listSolvers()
	b.click("[data-solver=heun] input")
	b.click("[data-solver=euler] input")
	b.becomes("one picture", shownOf("84"), func() { b.turnTo(link("fashion-mnist-32", "84")) })
	if n := b.attribute("#stage", "sheets"); n != "1" || b.text("#generate") != "Generate" {
		t.Errorf("the link gives %s pictures side by side, and the button says %q", n, b.text("#generate"))
	}
	b.becomes("the page before", shownOf("83"), func() { eval[any](b, "history.back()") })
	b.becomes("refused", `document.getElementById("app").dataset.state === "error"`, func() { b.turnTo("v=2&model=x") })
	b.becomes("a good one behind it", shownOf("85"), func() { b.turnTo(link("nouns-32-student-4", "85")) })
}

// TestLinksAreNotDrawnAsSomethingElse: what the page or the engine does not know is named, and the page goes on.
func TestLinksAreNotDrawnAsSomethingElse(t *testing.T) {
	site := siteServer(t)
	b := openTab(t)
	b.opened(site).state("idle")
	for _, c := range []struct{ model, words, says string }{
		{"nouns-32", "pick=0,0", "2 values"}, {"nouns-32", "pick=0,0,0,9999,0", "9999"}, {"nouns-32", "pick=-2,0,0,0,0", "pick"},
		{"nouns-32", "solver=magic", "magic"}, {"nouns-32", "grid=magic", "magic"}, {"nouns-32", "steps=1001", "1001 steps"}, {"nouns-32", "steps=0", "steps"},
		{"nouns-32", "count=17", "17 pictures"}, {"nouns-32", "guidance=-1", "guidance"}, {"nouns-32", "guidance=5000", "guidance"},
		{"nouns-32", "rescale=3", "rescale"}, {"nouns-32", "classify=2", "classifier"}, {"nouns-32", "vary=9:7", "variation"},
		{"nouns-32", "solver=ddim&set=nonsense:1", "nonsense"}, {"nouns-32", "solver=ddim&set=eta:9", "eta"}, {"nouns-32", "solver=ddim&set=order:2", "order"},
		{"nouns-32", "grid=trailing&set=grid.rho:3", "rho"}, {"nouns-32", "set=grid.nonsense:1", "nonsense"},
		{"nouns-32", "steps=6&fork=7~1~~~~~~", "fork"}, {"nouns-32", "steps=6&fork=3~1~magic~~~~~", "magic"}, {"nouns-32", "steps=6&fork=3~1~~~~~0,0~", "2 values"},
		{"nouns-32", "steps=6&fork=3~1~~~~~~grid.rho:3", "grid.rho"}, {"nouns-32", "colour=red", "colour"}, {"nouns-32", "guidance=", "empty"},
		{"nouns-32-student-4", "steps=7", "7 were asked"}, {"nouns-32-student-4", "guidance=3", "guidance"}, {"nouns-32-student-4", "solver=heun", "solver"},
		{"nowhere", "steps=4", "nowhere"},
	} {
		text := b.after(func() { b.turnTo("v=1&seed=5&model=" + c.model + "&" + c.words) }).error()
		if !strings.HasPrefix(text, "The link cannot be followed. ") || !strings.Contains(text, c.says) {
			t.Errorf("%s: %s", c.words, text)
		}
		if b.text("#alert-remedy") == "" || b.attribute("#stage", "hash") != "" {
			t.Errorf("%s: without a remedy, or with a picture", c.words)
		}
		b.becomes("the page goes on", `document.getElementById("app").dataset.state === "idle"`, func() { b.click("#retry") })
	}
	b.click("#defaults")
	b.set("#seed", "5")
	if got, want := b.draw(), sampleHash(t, nil, "-model", student, "-seed", "5"); got != want {
		t.Errorf("after all that the hash is %s, want %s", got, want)
	}
}

// TestSettingsWithoutAControl: those of a grid go to the engine with the link, are said, stay for the next picture, and
// are let go.
func TestSettingsWithoutAControl(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	// Where the grid begins is said: a link that says nothing is from before there was a choice.
	const settings = "&steps=6&solver=ddim&grid=karras&set=eta:0.5,grid.rho:3,grid.final:1,grid.begin:1"
	want := func(seed, more string) string {
		return sampleHash(t, nil, "-model", fashion, "-recipe", "v=1&model=fashion-mnist-32&seed="+seed+more)
	}
	b.becomes("the picture", shownOf("9"), func() { b.turnTo("v=1&model=fashion-mnist-32&seed=9" + settings) })
	if got := b.attribute("#stage", "hash"); got != want("9", settings) {
		t.Errorf("the link gives %s, tools/sample %s", got, want("9", settings))
	}
	if note := b.text("#carried-note"); !strings.Contains(note, "grid.rho 3, grid.final 1") || strings.Contains(note, "eta") {
		t.Errorf("the page says %q", note)
	}
	b.set("#seed", "10")
	if got := b.draw(); got != want("10", settings) {
		t.Errorf("the next picture is %s, tools/sample's %s", got, want("10", settings))
	}
	if recipe := b.recipe(); !strings.Contains(recipe, "grid.rho:3") {
		t.Errorf("its link is %s", recipe)
	}
	b.set("#grid", "trailing")
	if note := b.text("#carried-note"); note != "" {
		t.Errorf("with another grid the page says %q", note)
	}
	other := strings.Replace(settings, "karras&set=eta:0.5,grid.rho:3,grid.final:1,grid.begin:1", "trailing&set=eta:0.5", 1)
	if got := b.draw(); got != want("10", other) {
		t.Errorf("with another grid the picture is %s, tools/sample's %s", got, want("10", other))
	}
	b.becomes("again", shownOf("11"), func() { b.turnTo("v=1&model=fashion-mnist-32&seed=11" + settings) })
	b.click("#defaults")
	if note := b.text("#carried-note"); note != "" {
		t.Errorf("with the model's own settings the page says %q", note)
	}
}

// TestLinksThatTravelled: a few of the ways in which links are passed on; internal/recipe tries all.
func TestLinksThatTravelled(t *testing.T) {
	want := sampleHash(t, nil, "-model", fashion, "-recipe", "v=1&model=fashion-mnist-32&steps=4&seed=8&solver=ddim&set=eta:0.5&fork=2~9~~~~~~")
	link := "v=1&model=fashion-mnist-32&steps=4&solver=ddim&set=eta:0.5&fork=2~9~~~~~~&seed=8"
	b := openTab(t)
	site := siteServer(t)
	for _, sent := range []string{
		strings.NewReplacer(":", "%3A", "~", "%7E").Replace(link), strings.ReplaceAll(link, "&", "&amp;"), strings.NewReplacer("&", "%26", "=", "%3D").Replace(link),
		link + ").", link + "&fbclid=Iw&utm_source=a%26b", "\u201c" + link + "\u201d", link[:20] + "%0D%0A%3E%20" + link[20:],
	} {
		b.opened(site + "#" + sent).state("done")
		if got := b.attribute("#stage", "hash"); got != want {
			t.Errorf("%s gives %s, want %s", sent, got, want)
		}
	}
}

// TestListsOfModels: however few models are listed, and whatever is wrong with the list.
func TestListsOfModels(t *testing.T) {
	manifest, err := os.ReadFile("site/models/index.json")
	if err != nil {
		t.Fatal(err)
	}
	entry := ""
	for line := range strings.Lines(string(manifest)) {
		if strings.Contains(line, `"default":true`) {
			entry, _, _ = strings.Cut(strings.Replace(strings.Replace(line, `,"default":true`, "", 1), `,"student_of":"nouns-32"`, "", 1), "}")
		}
	}
	for _, c := range []struct{ list, says string }{
		{"[]", "lists none"}, {"", "No models"}, {"{}", "No models"}, {"[" + entry + "}]", ""}, {"[" + entry + `,"default":false}]`, ""},
		{"[" + entry + `,"student_of":"other"}]`, "student_of"}, {"[" + entry + "}," + entry + "}]", "two models"}, {"[" + entry + `,"default":"yes"}]`, "default"},
	} {
		b := openTab(t)
		f := b.opened(siteServer(t, at("/models/index.json", always, 200, "application/json", []byte(c.list))) + "#v=1&model=nouns-32-student-4&seed=3")
		if c.says == "" {
			f.state("done")
			continue
		}
		if text := f.error(); !strings.Contains(text, c.says) {
			t.Errorf("%s: %s", c.list, text)
		}
		b.pressed("#retry").error()
	}
}

// TestCopying: what the clipboard takes is said when it has it; where there is none, or it refuses, the very text is
// selected.
func TestCopying(t *testing.T) {
	site := siteServer(t)
	for name, clipboard := range map[string]string{
		"none": "undefined", "null": "null", "old": "{}", "refuses": `{ writeText: async () => { throw new DOMException("no", "NotAllowedError"); } }`,
		"takes": "{ writeText: async (text) => { window.copied = text; } }",
	} {
		b := openTab(t)
		b.before(`Object.defineProperty(navigator, "clipboard", { value: ` + clipboard + ` })`)
		b.opened(site).state("idle")
		hash := b.draw()
		link := site + "#" + b.recipe()
		for _, c := range []struct{ button, text string }{{"#share", link}, {"#copy", hash}} {
			label, got := "Selected below", "getSelection().toString()"
			if name == "takes" {
				label, got = "Copied", "window.copied"
			}
			b.becomes("the button says it", fmt.Sprintf(`document.querySelector(%q).textContent === %q`, c.button, label), func() { b.click(c.button) })
			if text := eval[string](b, got); text != c.text {
				t.Errorf("%s, %s: %q, want %q", name, c.button, text, c.text)
			}
		}
		b.set("#seed", "3")
		b.draw()
		if !eval[bool](b, `document.getElementById("link").hidden`) || b.text("#share") != "Copy link" {
			t.Errorf("%s: of the next picture the page says %q and shows the link of the one before", name, b.text("#share"))
		}
	}
}
