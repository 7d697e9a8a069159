package browser

import (
	"fmt"
	"strings"
	"testing"
)

// fall lets files fall on the page, given as an expression of a list of them.
func (b *tab) fall(list string) later {
	b.t.Helper()
	return b.after(func() {
		eval[any](b, fmt.Sprintf(`(async () => {
			const data = new DataTransfer();
			for (const file of await (%s)) data.items.add(file);
			document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
		})()`, list))
	})
}

// TestFilesAreRefusedInWords: each kind of file that is of no use is named, with what to do instead, before it is read where
// its name or size tells it. What was there before goes on, as if nothing had been tried.
func TestFilesAreRefusedInWords(t *testing.T) {
	b := openTab(t)
	b.before(`window.asked = [];
		const buffer = Blob.prototype.arrayBuffer;
		Blob.prototype.arrayBuffer = function () { asked.push(this.name ?? ""); return buffer.call(this); };`)
	b.opened(siteServer(t)).state("idle")
	hash := b.draw()
	models := b.text("#model-list")
	for _, c := range []struct{ list, says, helps string }{
		{`[new File([], "empty.safetensors.zst")]`, "empty.safetensors.zst is empty", "anew"},
		{`[new File([], "empty.png")]`, "empty.png is empty", "anew"},
		{`[new File(["hello"], "letter.txt")]`, "letter.txt", "tools/convert"},
		{`[new File(["hello"], "no ending")]`, "no ending", "PNG"},
		{`[new File(["a"], "a.png"), new File(["b"], "b.png")]`, "2 files", "one"},
		{`[]`, "nothing that can be read", "Save"},
		{`[new File(Array(1100).fill(new Blob([new Uint8Array(1 << 20)])), "huge.safetensors.zst")]`, "huge.safetensors.zst has 1153.4 MB", "smaller"},
		{`[new File(Array(65).fill(new Blob([new Uint8Array(1 << 20)])), "huge.png")]`, "huge.png has 68.2 MB", "smaller"},
	} {
		drop := b.fall(c.list)
		if c.list == "[]" { // files that a program promises and does not give
			drop = b.after(func() {
				eval[any](b, `{ const e = new DragEvent("drop", {bubbles: true, cancelable: true});
					Object.defineProperty(e, "dataTransfer", { value: { types: ["Files"], items: [] } });
					document.body.dispatchEvent(e); }`)
			})
		}
		if text := drop.error(); !strings.Contains(text, c.says) || !strings.Contains(b.text("#alert-remedy"), c.helps) {
			t.Errorf("%.60s: %s", c.list, b.text("#alert"))
		}
		b.pressed("#retry").state("done")
	}
	folder := b.after(func() {
		eval[any](b, `{ const e = new DragEvent("drop", {bubbles: true, cancelable: true});
			const item = { kind: "file", webkitGetAsEntry: () => ({ isDirectory: true }), getAsFile: () => new File([], "unet.zst") };
			Object.defineProperty(e, "dataTransfer", { value: { types: ["Files"], items: [item] } });
			document.body.dispatchEvent(e); }`)
	})
	if text := folder.error(); !strings.Contains(text, "folder") {
		t.Errorf("a folder: %s", text)
	}
	b.pressed("#retry").state("done")
	if asked := eval[[]string](b, "asked"); len(asked) != 0 {
		t.Errorf("these were read by the page: %q", asked)
	}
	// What only their bytes tell.
	for _, c := range []struct{ list, says string }{
		{`[new File(["a letter to my aunt"], "letter.safetensors.zst")]`, "letter.safetensors.zst"},
		{`[new File([new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]), new Uint8Array(5000).fill(7)], "broken.safetensors.zst")]`, "broken.safetensors.zst"},
		{`[new File([await (await fetch("/models/nouns-32.safetensors.zst")).blob().then((all) => all.slice(0, 4000000))], "cut.safetensors.zst")]`, "cut.safetensors.zst"},
		{`[new File(["not one"], "photo.png")]`, "photo.png is no picture"},
	} {
		if text := b.fall(c.list).error(); !strings.Contains(text, c.says) {
			t.Errorf("%.60s: %s", c.list, text)
		}
		if label := b.text("#retry"); label != "Go on" {
			t.Errorf("%.60s: the button says %q, and trying again would be of no use", c.list, label)
		}
		b.pressed("#retry").state("done")
		if got := b.attribute("#stage", "hash"); got != hash || b.text("#model-list") != models {
			t.Errorf("%.60s: afterwards the picture is %s, was %s; the models are %q", c.list, got, hash, b.text("#model-list"))
		}
	}
	if got := b.draw(); got != hash {
		t.Errorf("drawn again after all that the hash is %s, was %s", got, hash)
	}
}

// TestOwnFileStaysOutOfThePage: a checkpoint of the visitor's is read by a worker and never by the page, which knows it by
// its hash: under another name it is the same model, and a listed one is the listed one.
func TestOwnFileStaysOutOfThePage(t *testing.T) {
	b := openTab(t)
	b.before(`for (const way of ["arrayBuffer", "stream", "text", "bytes"]) Blob.prototype[way] = () => { throw new Error("the page reads a file"); };
		FileReader.prototype.readAsArrayBuffer = () => { throw new Error("the page reads a file"); };`)
	b.opened(siteServer(t)).state("idle")
	b.dropped(another(fashion, "a"), "m.safetensors.zst").state("idle")
	b.set("#steps", "3")
	hash, link := b.draw(), b.recipe()
	b.dropped(another(fashion, "a"), "m (1).safetensors.zst").state("idle")
	if n := eval[int](b, `document.querySelectorAll("#model-list input").length`); n != 4 {
		t.Errorf("%d models are listed, want the site's three and one", n)
	}
	b.becomes("its picture again", `document.getElementById("app").dataset.state === "done"`, func() { b.turnTo(link) })
	if got := b.attribute("#stage", "hash"); got != hash || b.attribute("#verdict", "verdict") != "same" {
		t.Errorf("made again the hash is %s, was %s: %s", got, hash, b.text("#verdict"))
	}
	b.dropped(`(await fetch("/models/nouns-32.safetensors.zst")).blob()`, "whatever.safetensors.zst").state("idle")
	if id := eval[string](b, `document.querySelector("#model-list input:checked").value`); id != "nouns-32" {
		t.Errorf("the listed model's file is the model %s", id)
	}
}

// TestLinkOfAModelThatIsNotHere: when its file comes, whatever its name, the picture is made.
func TestLinkOfAModelThatIsNotHere(t *testing.T) {
	site := siteServer(t)
	b := openTab(t)
	b.opened(site).state("idle")
	b.dropped(another(fashion, "b"), "mine.safetensors.zst").state("idle")
	b.set("#steps", "3")
	b.set("#seed", "31")
	hash, link := b.draw(), b.recipe()
	if text := b.opened(site + "#" + link).error(); !strings.Contains(text, "mine-") {
		t.Errorf("the page says %s", text)
	}
	b.dropped(another(fashion, "c"), "mine.safetensors.zst").state("idle") // another file of this name
	b.turnTo("")
	b.after(func() { b.turnTo(link) }).error()
	b.dropped(another(fashion, "b"), "renamed.safetensors.zst").state("done")
	if got := b.attribute("#stage", "hash"); got != hash || b.attribute("#verdict", "verdict") != "same" {
		t.Errorf("the hash is %s, was %s: %s", got, hash, b.text("#verdict"))
	}
}

// TestDragsThatAreNotFiles: text that is dragged goes where the browser puts it.
func TestDragsThatAreNotFiles(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	for _, c := range []struct {
		event, data string
		ours        bool
	}{
		{"drop", `data.setData("text/plain", "123")`, false}, {"dragover", `data.setData("text/plain", "123")`, false},
		{"drop", `data.setData("text/uri-list", "https://example.org/")`, false}, {"drop", "", false},
		{"dragover", `data.items.add(new File(["x"], "x.txt"))`, true},
	} {
		prevented := eval[bool](b, fmt.Sprintf(`(() => {
			const data = new DataTransfer();
			%s;
			const e = new DragEvent(%q, {dataTransfer: data, bubbles: true, cancelable: true});
			document.getElementById("seed").dispatchEvent(e);
			return e.defaultPrevented;
		})()`, c.data, c.event))
		if prevented != c.ours {
			t.Errorf("%s of %s: taken by the page %v", c.event, c.data, prevented)
		}
	}
	if state := b.attribute("#app", "state"); state != "idle" {
		t.Errorf("the page is in the state %s", state)
	}
}
