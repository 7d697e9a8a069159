package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tintype/internal/picture"
)

// keepFiles has the page note every file that it offers: its content policy
// lets no script read the address of one.
const keepFiles = `{ window.files = []; const make = URL.createObjectURL; URL.createObjectURL = (blob) => { files.push(blob); return make.call(URL, blob); } }`

// drop lets files fall on the page; expr makes a File or Blob.
func (b *tab) drop(expr, name string) {
	b.t.Helper()
	eval[any](b, fmt.Sprintf(`(async () => {
		const data = new DataTransfer();
		data.items.add(new File([await (%s)], %q));
		document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
	})()`, expr, name))
}

// dropped does the same where something comes after it.
func (b *tab) dropped(expr, name string) later {
	b.t.Helper()
	return b.after(func() { b.drop(expr, name) })
}

// TestDroppedPicture: a PNG of the page's own restores its settings and makes
// the same bytes; another one is refused in words.
func TestDroppedPicture(t *testing.T) {
	b := openTab(t)
	b.before(keepFiles)
	b.opened(siteServer(t)).state("idle")
	b.set("#seed", "11")
	hash := b.draw()
	b.set("#seed", "12")
	if b.draw() == hash {
		t.Fatal("two seeds, one picture")
	}
	b.dropped("files[0]", "tintype.png").state("done")
	if got := b.attribute("#stage", "hash"); got != hash || b.attribute("#verdict", "verdict") != "same" {
		t.Errorf("the dropped picture's hash is %s, was %s: %s", got, hash, b.text("#verdict"))
	}
	for name, says := range map[string]string{"photo.png": "photo.png is no picture: expected a PNG", "words.txt": "words.txt"} {
		if text := b.dropped(`"neither"`, name).error(); !strings.Contains(text, says) {
			t.Errorf("%s: %s", name, text)
		}
		b.pressed("#retry").state("done")
	}
}

// TestOwnCheckpoint: a visitor's file is a model like the others, and one that
// is none is refused in words.
func TestOwnCheckpoint(t *testing.T) {
	manifest, err := os.ReadFile("site/models/index.json")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(manifest), "\n")
	var kept []string
	for _, line := range lines {
		if strings.Contains(line, `"default":true`) {
			kept = append(kept, strings.Replace(strings.TrimSuffix(line, ","), `,"student_of":"nouns-32"`, "", 1))
		}
	}
	b := openTab(t)
	b.opened(siteServer(t, at("/models/index.json", always, 200, "application/json", []byte("["+strings.Join(kept, "")+"]")))).state("idle")
	b.dropped(`(await fetch("/models/`+filepath.Base(fashion)+`")).blob()`, "my model.safetensors.zst").state("idle")
	if text := b.text("#model-list"); !strings.Contains(text, "your file") {
		t.Errorf("the list of models says %q", text)
	}
	b.set("#steps", "4")
	if got, want := b.draw(), sampleHash(t, nil, "-model", fashion, "-seed", "2", "-steps", "4"); got != want {
		t.Errorf("drawn with the visitor's file the hash is %s, tools/sample's is %s", got, want)
	}

	chosen := filepath.Join(t.TempDir(), "chosen.safetensors.zst")
	copyFile(t, chosen, "site/models/nouns-32.safetensors.zst")
	b.after(func() { do(b, "choosing a file", chromedp.SetUploadFiles("#file", []string{chosen})) }).state("idle")
	if n := eval[int](b, `document.querySelectorAll("#model-list input").length`); n != 3 {
		t.Errorf("%d models are listed, want the site's and two of the visitor's", n)
	}
	b.choose("nouns-32-student-4")
	if err := os.Remove(chosen); err != nil {
		t.Fatal(err)
	}
	if text := b.pressed("#model-list label:last-child input").error(); !strings.Contains(text, "Your file chosen.safetensors.zst can no longer be read") {
		t.Errorf("of a file that is gone the page says %s", text)
	}

	text := b.dropped(`"a letter to my aunt"`, "letter.zst").error()
	if kind := b.attribute("#alert", "type"); kind != "not-model" || !strings.Contains(text, "letter") {
		t.Errorf("a letter is refused as %s: %s", kind, text)
	}
}

// TestAnimation: the run can be had as an animated PNG with its recipe: of one picture, of a grid that two workers made, of
// one picked from it. It ends with what the file of the same pictures shows.
func TestAnimation(t *testing.T) {
	b := openCrew(t, 2)
	check := func(what, name string) {
		t.Helper()
		still := b.file()
		b.pressed("#animate").state("done")
		if got := eval[string](b, "saved.at(-1)"); got != name {
			t.Errorf("%s: the file is called %s, want %s", what, got, name)
		}
		moving := b.file()
		if n := bytes.Count(moving, []byte("fcTL")); n != 5 {
			t.Errorf("%s: %d frames, want 5", what, n)
		}
		if got, want := shownBy(t, moving), shownBy(t, still); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the animation ends with another picture", what)
		}
		got, _ := picture.Recipe(moving, nil)
		if want, _ := picture.Recipe(still, nil); got != want || got == "" {
			t.Errorf("%s: its recipe is %q, the still picture's %q", what, got, want)
		}
	}
	eval[any](b, `{ window.saved = []; const click = HTMLElement.prototype.click;
		HTMLAnchorElement.prototype.click = function () { saved.push(this.download); click.call(this); } }`)
	b.draw()
	check("one picture", "tintype-nouns-32-student-4-2-steps.png")
	b.gather(2)
	b.draw()
	check("a grid", "tintype-nouns-32-student-4-2-x5-steps.png")
	b.click("#stage .cell:nth-child(3)")
	check("one of a grid", "tintype-nouns-32-student-4-4-steps.png")
	if n := eval[int](b, `document.querySelectorAll("#stage .cell[data-picked]").length`); n != 1 {
		t.Errorf("%d pictures are picked after it", n)
	}
}

// shownBy is the picture of a PNG file.
func shownBy(t *testing.T, file []byte) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestKeptModels: what is kept is listed with its size, and can be forgotten.
func TestKeptModels(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	b.until("the list", keptAreListed)
	if text := b.text("#storage"); !strings.Contains(text, "Nouns in 4 steps · 5.0 MB") {
		t.Errorf("the list says %q", text)
	}
	b.becomes("two of them", `document.querySelectorAll("#kept li").length >= 2`, func() { b.choose("fashion-mnist-32") })
	b.becomes("one less", `!document.getElementById("kept").textContent.includes("Nouns")`, func() { b.click("#kept button") })
	b.becomes("none", `document.getElementById("storage").hidden`, func() { b.click("#purge") })
	if n := eval[int](b, `caches.open("tintype-models").then((c) => c.keys()).then((k) => k.length)`); n != 0 {
		t.Errorf("%d files are still kept", n)
	}
}
