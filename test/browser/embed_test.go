package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A generator that renders pages in Node may import the element there.
func TestElementImportsWithoutPage(t *testing.T) {
	node := installed(t, "nodejs", "node")
	dir := t.TempDir()
	for _, name := range []string{"tintype.js", "tintype-attributes.js", "tintype-style.js"} { // what it imports at once
		copyFile(t, filepath.Join(dir, name), filepath.Join("site", name))
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "--input-type=module", "-e", `import { TintypeSampler, sample, models } from "./tintype.js"; console.log(typeof TintypeSampler, typeof sample, typeof models)`)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != "function function function" {
		t.Errorf("%v: %s", err, got)
	}
}

// What a page around the element has, and what it is not to change: its size while it draws, its poster, its colours.
func TestElementInsideThemes(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t) + "examples/plain.html").event("done")
	got := eval[string](b, `(async () => {
		const said = [];
		const theme = new CSSStyleSheet();
		theme.replaceSync("img { height: auto; max-width: 50%; margin: 9px } p { margin: 20px } html { color-scheme: dark; color: rgb(200, 210, 220) }");
		document.adoptedStyleSheets = [theme];
		const figure = document.createElement("figure");
		const e = document.createElement("tintype-sampler");
		Object.assign(e, { size: 320, seed: "3", controls: "full" });
		const poster = Object.assign(new Image(100, 50), { src: "../noise.png", slot: "poster", alt: "" });
		const caption = Object.assign(document.createElement("p"), { slot: "caption", textContent: "A caption of many words ".repeat(9) });
		e.append(poster, caption);
		figure.append(e);
		document.body.append(figure);
		await poster.decode();
		const box = (x) => { const { width, height } = x.getBoundingClientRect(); return width + "x" + height; };
		const frame = e.shadowRoot.querySelector("[part=frame]");
		said.push(box(poster));
		const widths = new Set(), heights = new Set();
		for (const type of ["load", "progress", "step", "done"]) e.addEventListener(type, () => widths.add(box(frame)).add(e.clientWidth));
		for (const type of ["step", "done"]) e.addEventListener(type, () => heights.add(e.clientHeight));
		await e.sample();
		said.push([...widths].join(" "), heights.size);
		figure.style.setProperty("width", "200px");
		said.push(box(frame));
		for (const part of ["button", "input"]) {
			const style = getComputedStyle(e.shadowRoot.querySelector("[part=" + part + "]"));
			said.push(style.color + " " + style.colorScheme);
		}
		return said.join("|");
	})()`)
	want := "320x320|320x320 320|1|200x200|rgb(200, 210, 220) dark|rgb(200, 210, 220) dark"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b.screenshot("element-theme")
}

// Who wants less motion sees no step but the last; paper has the picture without its controls.
func TestElementQuietAndPrinted(t *testing.T) {
	b := openTab(t)
	b.media("prefers-reduced-motion", "reduce")
	b.open(siteServer(t) + "examples/plain.html")
	got := eval[string](b, `(async () => {
		const said = [];
		const e = document.createElement("tintype-sampler");
		e.seed = "3";
		e.addEventListener("step", ({ detail }) => said.push(detail.step + (e.hasAttribute("drawn") ? " shown" : "")));
		document.body.append(e);
		await e.sample();
		return said.join(", ");
	})()`)
	if want := "1, 2, 3, 4 shown"; got != want {
		t.Errorf("with less motion: %s, want %s", got, want)
	}
	b.did("print", b.medium("print"))
	got = eval[string](b, `["controls", "canvas"].map((part) => {
		const style = getComputedStyle([...document.querySelectorAll("tintype-sampler")].at(-1).shadowRoot.querySelector("[part=" + part + "]"));
		return style.display + " " + style.visibility;
	}).join(", ")`)
	if want := "none visible, block visible"; got != want {
		t.Errorf("on paper: %s, want %s", got, want)
	}
}
