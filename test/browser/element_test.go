package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
)

// The element draws by itself where it is told to, draws on request elsewhere, and the hash is that of tools/sample.
func TestElement(t *testing.T) {
	site := siteServer(t)
	b := openTab(t)
	b.opened(site + "examples/plain.html").event("done")
	if got := eval[string](b, `document.getElementById("asked").state`); got != "empty" {
		t.Errorf("the second is %s before anybody asked", got)
	}
	if got := eval[string](b, `performance.getEntriesByType("resource").filter((r) => r.name.includes("fashion")).map((r) => r.name).join(" ")`); got != "" {
		t.Errorf("%s was downloaded before anybody asked", got)
	}
	if got, want := eval[string](b, `document.getElementById("auto").hash`), sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "7"); got != want {
		t.Errorf("the hash is %s, of tools/sample %s", got, want)
	}
	b.after(func() {
		eval[any](b, `document.getElementById("asked").shadowRoot.querySelector("button").click()`)
	}).event("done")
	want := sampleHash(t, nil, "-model", "site/models/fashion-mnist-32.safetensors.zst", "-seed", "1", "-steps", "12", "-label", "ankle boot")
	if got := eval[string](b, `document.getElementById("asked").hash`); got != want {
		t.Errorf("the hash is %s, of tools/sample %s", got, want)
	}
	if got := eval[float64](b, `document.getElementById("auto").toBlob().then((f) => f.size)`); got < 500 {
		t.Errorf("the PNG file has %v bytes", got)
	}
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			b.size(width, 900)
			b.media("prefers-color-scheme", scheme)
			b.screenshot("element-" + map[int64]string{1280: "desk", 390: "phone"}[width] + "-" + scheme)
			b.audit("the element, "+scheme, "document")
		}
	}
}

// What an author or a reader may do to an element: move it, take it away, change it, cancel it, ask for what is not there.
func TestElementLife(t *testing.T) {
	site := siteServer(t)
	b := openTab(t)
	b.opened(site + "examples/plain.html").event("done")
	events := eval[string](b, `(async () => {
		const said = [];
		const e = document.createElement("tintype-sampler");
		e.seed = "3"; e.controls = "none";
		for (const type of ["load", "progress", "step", "done", "error"]) e.addEventListener(type, () => { if (said.at(-1) !== type) said.push(type) });
		document.body.append(e);
		const result = await e.sample();
		said.push(String(result.hash === e.hash && result.blob === await e.toBlob()));
		document.body.prepend(e); // a move keeps the picture
		await new Promise((r) => setTimeout(r)); // it looks where it is in such a task, asked for before
		said.push(e.state);
		const running = e.sample({ seed: 4 }).catch((error) => error.name);
		e.cancel();
		said.push(await running, e.state);
		e.model = "nowhere";
		said.push(await e.sample().catch((error) => error.message));
		said.push(e.state, e.shadowRoot.querySelector("[part=error]").textContent);
		e.remove();
		return said.join("|");
	})()`)
	for _, want := range []string{"load|step|done|true|done|AbortError|done|", "There is no model nowhere here.", "error|There is no model nowhere here. Use one of nouns-32"} {
		if !strings.Contains(events, want) {
			t.Errorf("%q has no %q", events, want)
		}
	}
	// Thirty elements come and go; the workers are bounded, and what is gone can be collected: all but the last one or
	// two, of which a promise or an event may still know.
	workers := eval[int](b, `(async () => {
		window.gone = [];
		for (let i = 0; i < 30; i++) {
			const e = document.createElement("tintype-sampler");
			e.seed = String(i);
			document.body.append(e);
			gone.push(new WeakRef((await e.sample()).blob), new WeakRef(e));
			e.remove();
		}
		return (await import("/pool.js")).workers();
	})()`)
	if workers > 3 {
		t.Errorf("%v workers", workers)
	}
	call(b, heapprofiler.CollectGarbage, cdp.Empty{})
	if n := eval[int](b, `gone.filter((r) => r.deref()).length`); n > 4 {
		t.Errorf("%d of the 60 elements and files that were removed are still in memory", n)
	}
}

// The full controls show the attributes: what an author changes is what is drawn next, as is what a reader changes.
func TestElementFields(t *testing.T) {
	b := openTab(t)
	b.open(siteServer(t) + "examples/plain.html")
	got := eval[string](b, `(async () => {
		const said = [];
		const e = document.createElement("tintype-sampler");
		Object.assign(e, { model: "fashion-mnist-32", label: "bag", seed: "3", steps: 2, controls: "full" });
		document.body.append(e);
		const drawn = async () => said.push((await e.sample()).recipe.replace(/.*&(seed=.*)&hash.*/, "$1").replace("&count=1", ""));
		await drawn();
		Object.assign(e, { label: "dress", seed: 11, steps: 3, guidance: 1.5 });
		await drawn();
		e.shadowRoot.querySelector("[name=seed]").value = "12";
		e.shadowRoot.querySelector("select").value = "coat";
		await drawn();
		e.label = "shirt";
		e.removeAttribute("guidance");
		await drawn();
		e.seed = null;
		const { seed } = await e.sample();
		said.push(seed !== "12");
		return said.join("|");
	})()`)
	want := "seed=3&pick=8&solver=dpmpp-2m&grid=trailing&steps=2&guidance=2|seed=11&pick=3&solver=dpmpp-2m&grid=trailing&steps=3&guidance=1.5" +
		"|seed=12&pick=4&solver=dpmpp-2m&grid=trailing&steps=3&guidance=1.5|seed=12&pick=6&solver=dpmpp-2m&grid=trailing&steps=3&guidance=2|true"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What the browser keeps can be listed and forgotten by a script, interrupted downloads too.
func TestCachedInterface(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t) + "examples/plain.html").event("done")
	got := eval[string](b, `(async () => {
		const { cached, forget, sample } = await import("/tintype.js");
		const words = (list) => list.map((m) => m.id + " " + m.bytes + (m.partial ? " partial" : "")).sort().join(", ");
		for await (const s of sample({ model: "fashion-mnist-32", label: "bag", steps: 2, classify: 1, guidance: 0 })) { s.bitmap.close(); s.x0.close(); }
		const headers = { "tintype-id": "huge", "tintype-bytes": "3" };
		await (await caches.open("tintype-models")).put("/tintype-models/ab/0", new Response("abc", { headers }));
		const said = [words(await cached()), words(await forget("fashion-mnist-32")), words(await forget("huge")), words(await forget("nobody"))];
		said.push(words(await forget()));
		return said.join(" | ");
	})()`)
	want := "fashion-mnist-32 3313128, fashion-mnist-32 classifier 157771, huge 3 partial, nouns-32-student-4 4983302" +
		" | huge 3 partial, nouns-32-student-4 4983302 | nouns-32-student-4 4983302 | nouns-32-student-4 4983302 | "
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The interface without the element: an iterable of steps, the last with the hash, ended by a signal.
func TestSampleInterface(t *testing.T) {
	b := openTab(t)
	b.open(siteServer(t) + "examples/plain.html")
	got := eval[string](b, `(async () => {
		const { sample, models } = await import("/tintype.js");
		const said = [(await models()).length > 0];
		for await (const s of sample({ seed: 7 })) {
			said.push(s.step + "/" + s.total, s.bitmap.width + "x" + s.x0.height, s.hash?.slice(0, 8));
			s.bitmap.close(); s.x0.close();
		}
		const stop = new AbortController();
		try {
			for await (const s of sample({ model: "nouns-32", seed: 7, steps: 50 }, { signal: stop.signal })) {
				s.bitmap.close(); s.x0.close();
				if (s.step === 2) stop.abort();
			}
		} catch (error) { said.push(error.name); }
		for await (const s of sample({ seed: 8n, count: 2, model: "nouns-32-student-4" })) { said.push(s.picture); s.bitmap.close(); s.x0.close(); if (s.picture === 1) break; }
		for await (const s of sample({ model: "fashion-mnist-32", label: "bag", steps: 4, seed: 3, guidance: 0, classify: 4 })) { s.bitmap.close(); s.x0.close(); if (s.hash) said.push(s.hash); }
		for (const bad of [{ label: "head=griffin" }, { prompt: "a cat" }, { seed: -4 }, { seed: 2n ** 64n }, { seed: "one" }, { steps: "many" }, { settings: { eta: "a bit" } }]) {
			try { for await (const s of sample(bad)); } catch (error) { said.push(error.type + ": " + error.message + " " + error.remedy); }
		}
		return said.join(" ");
	})()`)
	guided := sampleHash(t, nil, "-model", "site/models/fashion-mnist-32.safetensors.zst", "-label", "bag", "-steps", "4", "-seed", "3", "-guidance", "0", "-classifier", "4")
	hash := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "7")[:8]
	for _, want := range []string{"true 1/4 32x32  2/4 32x32  3/4 32x32  4/4 32x32 " + hash, "AbortError 0 0 0 0 1 " + guided + " spec: The label", `slot head has no value "griffin"`,
		"spec: There is no setting prompt. Use model, seed, label,", "spec: The seed is “-4”. Write a whole number from 0 to 18446744073709551615.",
		"The seed is “18446744073709551616”.", "The seed is “one”.", "steps is “many”. Write a whole number from 1 to 1000.", "eta is “a bit”. Write a number."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q has no %q", got, want)
		}
	}
}

// A picture that is given up leaves what there was before: the poster, or the last finished picture.
func TestElementGivesUp(t *testing.T) {
	b := openTab(t)
	b.open(siteServer(t) + "examples/plain.html")
	got := eval[string](b, `(async () => {
		const e = document.createElement("tintype-sampler");
		Object.assign(e, { model: "nouns-32", seed: "3", poster: "../noise.png" });
		document.body.append(e);
		const stepped = () => new Promise((go) => e.addEventListener("step", ({ detail }) => detail.step === 2 && go()));
		const pixels = async () => {
			const c = new OffscreenCanvas(32, 32).getContext("2d");
			c.drawImage(e.shadowRoot.querySelector("canvas"), 0, 0);
			return c.getImageData(0, 0, 32, 32).data.join();
		};
		const give = async () => {
			const step = stepped(), end = e.sample({ steps: 200, seed: 8 }).catch((x) => x.name);
			await step;
			e.cancel();
			return await end + " " + e.state + " " + e.hasAttribute("drawn");
		};
		const said = [await give()];
		await e.sample({ steps: 3 });
		const before = await pixels();
		said.push(await give());
		while (await pixels() !== before) await new Promise((go) => setTimeout(go, 20)); // it is painted again a moment later
		said.push(e.shadowRoot.querySelector("[part=line]").textContent.replace(/\d+ ms/, "ms"));
		return said.join("|");
	})()`)
	if want := "AbortError empty false|AbortError done true|3 steps, ms, seed 3"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
