package browser

import (
	"net/http"
	"strings"
	"testing"
)

// bare opens a page of the site without anything on it.
func bare(t *testing.T, faults ...fault) *tab {
	t.Helper()
	b := openTab(t)
	b.before(unhurried)
	b.open(siteServer(t, faults...) + "examples/plain.css")
	return b
}

// What is asked for is checked before anything is sent or downloaded: the
// sentence names what is wrong, its range and nothing else.
func TestSpecIsChecked(t *testing.T) {
	b := bare(t)
	const seeds = "Write a whole number from 0 to 18446744073709551615."
	for _, c := range []struct{ spec, says string }{
		{`{ steps: 0 }`, "steps is “0”. Write a whole number from 1 to 1000."},
		{`{ steps: 1.5 }`, "steps is “1.5”. Write a whole number from 1 to 1000."},
		{`{ steps: 1001 }`, "steps is “1001”. Write a whole number from 1 to 1000."},
		{`{ steps: "" }`, "steps is empty. Write a whole number from 1 to 1000."},
		{`{ steps: " " }`, "steps is “ ”. Write"}, {`{ steps: "0x10" }`, "steps is “0x10”. Write"}, {`{ steps: [5] }`, "steps is “5”. Write"}, {`{ steps: true }`, "steps is “true”. Write"},
		{`{ steps: NaN }`, "steps is “NaN”. Write"}, {`{ steps: "Infinity" }`, "steps is “Infinity”. Write"},
		{`{ count: 0 }`, "count is “0”. Write a whole number from 1 to 16."}, {`{ count: 17 }`, "count is “17”. Write a whole number from 1 to 16."},
		{`{ guidance: -1 }`, "guidance is “-1”. Write a number from 0 to 1000."}, {`{ guidance: Infinity }`, "guidance is “Infinity”. Write a number from 0 to 1000."},
		{`{ guidance: "" }`, "guidance is empty. Write a number from 0 to 1000."},
		{`{ rescale: 2 }`, "rescale is “2”. Write a number from 0 to 1."}, {`{ classify: -3 }`, "classify is “-3”. Write a number from 0 to 1000."},
		{`{ seed: "" }`, "The seed is empty. " + seeds}, {`{ seed: NaN }`, "The seed is “NaN”. " + seeds}, {`{ seed: -1 }`, "The seed is “-1”. " + seeds},
		{`{ seed: 1.5 }`, "The seed is “1.5”. " + seeds}, {`{ seed: -1n }`, "The seed is “-1”. " + seeds}, {`{ seed: [7] }`, "The seed is “7”. " + seeds},
		{`{ seed: 2 ** 53 }`, "The seed is a number of 2⁵³ or more, and those are rounded. Write it as text, or as a BigInt."}, {`{ seed: 1e30 }`, "The seed is a number of 2⁵³"},
		{`{ model: "" }`, "model is empty. Write a name, or leave it out."}, {`{ model: 5 }`, "model is “5”. Write a name"}, {`{ solver: "" }`, "solver is empty. Write a name"}, {`{ grid: {} }`, "grid is “[object Object]”. Write a name"},
		{`{ label: {} }`, "The label is “[object Object]”. Write slot=value"}, {`{ label: ["shark"] }`, "The label is “shark”. Write whole numbers from -1"},
		{`{ prompt: "a cat" }`, "There is no setting prompt. Use model, seed,"}, {`{ Steps: 5 }`, "There is no setting Steps. Use"},
		{`null`, "The settings are “null”. Write {name: value}"}, {`"shark"`, "The settings are “shark”. Write"}, {`[]`, "The settings are “”. Write"},
		{`{ settings: [1] }`, "The settings are “1”. Write"}, {`{ settings: { eta: "" } }`, "eta is empty. Write a number."}, {`{ settings: { eta: NaN } }`, "eta is “NaN”. Write a number."},
		{`{}, { onprogress() {} }`, "There is no option onprogress. Use signal, progress."},
	} {
		got := eval[string](b, `(async () => {
			try {
				for await (const step of (await import("/tintype.js")).sample(`+c.spec+`)) return "drawn";
			} catch (error) { return error.type + ": " + error.message + " " + error.remedy; }
		})()`)
		if !strings.HasPrefix(got, "spec: "+c.says) {
			t.Errorf("%s: %s\nwant %s", c.spec, got, c.says)
		}
	}
	if n := eval[int](b, `import("/pool.js").then((pool) => pool.workers())`); n != 0 {
		t.Errorf("%d workers were started", n)
	}
	// What only the model can know is said by the worker, and blames nobody else.
	got := eval[string](b, `(async () => {
		const { sample } = await import("/tintype.js"), said = [];
		for (const spec of [{ label: "head=griffin" }, { solver: "magic" }, { settings: { x: 1 } }, { solver: "ddim", settings: { eta: 9 } }, { label: [0] }]) {
			try {
				for await (const step of sample({ model: "nouns-32", ...spec })) { said.push("drawn"); break; }
			} catch (error) { said.push(error.type + " " + error.message); }
		}
		return said.join("|");
	})()`)
	for i, want := range []string{`no value "griffin"`, "magic", "x", "eta", "label"} {
		if one := strings.Split(got, "|")[i]; !strings.HasPrefix(one, "spec ") || !strings.Contains(one, want) {
			t.Errorf("%q has no %s", one, want)
		}
	}
}

// What may be left out, and every form that a value may have, draws what it says.
func TestSpecForms(t *testing.T) {
	b := bare(t)
	got := eval[string](b, `(async () => {
		const { sample } = await import("/tintype.js"), said = [];
		for (const spec of [{ seed: 7 }, { seed: "007" }, { seed: 7n, steps: "4", label: undefined, guidance: null, settings: null }, { seed: " 7 ", label: "" },
			{ seed: 18446744073709551615n, label: [-1, -1, -1, 3, -1] }, { seed: 0, steps: 4n, label: "head=#3" }, { seed: -0, label: "head=3", count: "1" }]) {
			for await (const step of sample(spec)) {
				step.bitmap.close();
				step.x0.close();
				if (step.hash) said.push(step.seed + " " + step.recipe.replace(/.*pick=([^&]*).*/, "$1"));
			}
		}
		return said.join("|");
	})()`)
	const open = "-1,-1,-1,-1,-1"
	if want := "7 " + open + "|7 " + open + "|7 " + open + "|7 " + open + "|18446744073709551615 -1,-1,-1,3,-1|0 -1,-1,-1,3,-1|0 -1,-1,-1,3,-1"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// countBitmaps has a page remember the pictures that workers send.
const countBitmaps = `{
	window.bitmaps = [];
	const Real = Worker;
	window.Worker = class extends Real {
		constructor(...args) {
			super(...args);
			this.addEventListener("message", ({ data }) => { for (const b of [data.x, data.denoised]) if (b) bitmaps.push(b); });
		}
	};
}`

// However a loop ends, at once, and whoever asked, no picture stays open that nobody took.
func TestGivenUpPicturesAreClosed(t *testing.T) {
	b := openTab(t)
	b.before(unhurried)
	b.before(countBitmaps)
	b.open(siteServer(t) + "examples/plain.css")
	got := eval[string](b, `(async () => {
		const { sample } = await import("/tintype.js"), said = [], long = { model: "nouns-32", seed: 1, steps: 1000 };
		const close = (step) => { step.bitmap.close(); step.x0.close(); };
		const open = async (how) => {
			for await (const step of sample({ ...long, steps: 1 })) close(step); // the worker has answered the last request
			said.push(how + " " + bitmaps.filter((x) => x.width > 0).length);
		};
		const abort = new AbortController();
		try {
			for await (const step of sample(long, { signal: abort.signal })) { close(step); if (step.step === 3) abort.abort(); }
		} catch (error) { said.push(error.name); }
		await open("abort");
		for await (const step of sample(long)) { close(step); if (step.step === 3) break; }
		await open("break");
		try {
			for await (const step of sample(long)) { close(step); throw new Error("mine"); }
		} catch (error) { said.push(error.message); }
		await open("throw");
		// A script that asks for a step and then gives up gets none, and waits for none.
		const steps = sample(long);
		close((await steps.next()).value);
		const next = steps.next().then((r) => { if (r.value) close(r.value); return "step"; }, (error) => error.name);
		said.push((await steps.return("mine")).value, await next, (await steps.next()).done);
		await open("return");
		said.push((await sample(long).return(5)).value, await sample(long).throw(new Error("early")).catch((error) => error.message));
		const e = document.createElement("tintype-sampler");
		Object.assign(e, { model: "nouns-32", steps: 1000 });
		document.documentElement.append(e);
		for (let i = 0; i < 12; i++) {
			const step = new Promise((go) => e.addEventListener("step", go, { once: true }));
			e.sample({ seed: i }).catch(() => {});
			await step;
		}
		e.remove();
		await e.sample({ steps: 1 });
		await open("element");
		return said.join(", ");
	})()`)
	got = strings.Replace(got, "mine, step, true", "mine, AbortError, true", 1) // a step that was there already
	if want := "AbortError, abort 0, break 0, mine, throw 0, mine, AbortError, true, return 0, 5, early, element 0"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// copied serves the site once more below /copy/.
func copied(_ http.ResponseWriter, r *http.Request) bool {
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/copy")
	return false
}

// Two copies of the site, of two addresses and with every address of the
// script, draw on one page whose policy has a place for one "tintype".
func TestTwoCopiesOnAPage(t *testing.T) {
	b := bare(t, copied)
	got := eval[string](b, `(async () => {
		const said = [];
		for (const address of ["/tintype.js?a", "/tintype.js?b", "/copy/tintype.js", "/copy/tintype.js?c"]) {
			const { sample } = await import(address);
			for await (const step of sample({ seed: 7 })) { step.bitmap.close(); step.x0.close(); if (step.hash) said.push(step.hash); }
		}
		const e = document.createElement("tintype-sampler");
		e.seed = "7";
		document.documentElement.append(e);
		said.push((await e.sample()).hash);
		return [...new Set(said)].join(" ") + " " + said.length;
	})()`)
	if want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "7") + " 5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A page whose policy has no place for ours is told so.
func TestForeignPolicyIsSaid(t *testing.T) {
	policy := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/host.html" {
			return false
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types theirs")
		w.Write([]byte(`<!doctype html><script type="module" src="tintype.js"></script>`))
		return true
	}
	b := openTab(t)
	b.open(siteServer(t, policy) + "host.html")
	got := eval[string](b, `import("/api.js").then(({ load }) => load()).then(() => "loaded", (error) => error.message + " " + error.remedy)`)
	if !strings.Contains(got, "does not let tintype start its worker") || !strings.Contains(got, "trusted-types tintype") {
		t.Errorf("the page is told %q", got)
	}
}

// How many threads an element uses is not for its host's address to say.
func TestElementReadsNoAddress(t *testing.T) {
	threads := func(query string) float64 {
		b := openTab(t)
		b.before(listen)
		b.open(siteServer(t) + "examples/plain.css" + query)
		return eval[float64](b, `import("/api.js").then(({ load }) => load()).then(() => heard.find((m) => m.kind === "loaded").threads)`)
	}
	if alone, asked := threads(""), threads("?threads=3"); alone != asked {
		t.Errorf("%v threads, with ?threads=3 in the host's address %v", alone, asked)
	}
}

// What is no message is nobody's: it does no harm before and after the program is there.
func TestForeignMessagesAreIgnored(t *testing.T) {
	b := bare(t)
	got := eval[string](b, `(async () => {
		const post = Worker.prototype.postMessage, foreign = [undefined, null, 0, "x", true];
		Worker.prototype.postMessage = function (message, list) {
			for (const m of foreign) post.call(this, m);
			post.call(this, message, list);
			for (const m of foreign) post.call(this, m);
		};
		const said = [];
		for await (const step of (await import("/tintype.js")).sample({ seed: 7 })) { step.bitmap.close(); step.x0.close(); said.push(step.step); }
		return said.join() + " " + (await import("/pool.js")).workers();
	})()`)
	if want := "1,2,3,4 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
