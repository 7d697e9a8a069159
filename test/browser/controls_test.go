package browser

import (
	"net/http"
	"strings"
	"testing"
)

// element has a page make elements and press their buttons: pressed resolves to
// what the picture's recipe says, or to the error.
const element = `
	window.make = (properties, shown = true) => {
		const e = Object.assign(document.createElement("tintype-sampler"), properties);
		if (shown) document.documentElement.append(e);
		return e;
	};
	window.pressed = (e) => new Promise((end) => {
		e.addEventListener("done", ({ detail }) => end(detail.recipe.replace(/.*&(seed=.*)&hash.*/, "$1").replace(/&(count=1|solver=[^&]*|grid=[^&]*)/g, "")), { once: true });
		e.addEventListener("error", ({ detail }) => end(detail.type + ": " + detail.text + " " + detail.remedy), { once: true });
		e.shadowRoot.querySelector("[part=button]").click();
	});
	window.field = (e, name) => e.shadowRoot.querySelector("[name=" + name + "], [data-slot=" + name + "]");
	await import("/tintype.js");
`

// What a reader chooses in the full controls comes before the attribute: "any",
// an emptied field and 0 too.
func TestFullControlsWin(t *testing.T) {
	b := bare(t)
	got := eval[string](b, `(async () => {`+element+`
		const said = [], e = make({ model: "nouns-32", label: "head=shark", seed: "5", steps: 3, guidance: 3, controls: "full" });
		const press = async () => said.push(await pressed(e));
		await press();
		said.push([...e.shadowRoot.querySelectorAll("[part=input]")].map((x) => x.value).join());
		field(e, "head").value = "";
		field(e, "seed").value = "6";
		await press();
		field(e, "seed").value = "007";
		field(e, "steps").value = field(e, "guidance").value = "";
		await press();
		field(e, "seed").value = "8";
		field(e, "steps").value = "2";
		field(e, "guidance").value = "0";
		await press();
		field(e, "steps").value = "0";
		await press();
		field(e, "steps").value = "2";
		e.label = "head=ape"; // the author's word comes later
		e.seed = 9;
		await press();
		field(e, "head").value = "shark";
		e.controls = "minimal"; // what is not shown is nobody's choice
		e.seed = 10;
		await press();
		return said.join("|");
	})()`)
	want := "seed=5&pick=-1,-1,-1,184,-1&steps=3&guidance=3|,,,shark,,5,3,3|seed=6&pick=-1,-1,-1,-1,-1&steps=3&guidance=3|seed=7&pick=-1,-1,-1,-1,-1&steps=12&guidance=1.5" +
		"|seed=8&pick=-1,-1,-1,-1,-1&steps=2&guidance=0|spec: steps is “0”. Write a whole number from 1 to 1000.|seed=9&pick=-1,-1,-1,2,-1&steps=2&guidance=0|seed=10&pick=-1,-1,-1,2,-1&steps=3&guidance=3"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Without a seed every picture is another; the button never draws the attribute's twice, but what a reader asks for.
func TestElementDrawsAnother(t *testing.T) {
	b := bare(t)
	got := eval[string](b, `(async () => {`+element+`
		const seed = (recipe) => recipe.replace(/seed=(\d+).*/, "$1");
		const said = [], different = (list) => said.push(new Set(list).size === list.length);
		const free = make({});
		different([(await free.sample()).seed, (await free.sample()).seed, (await free.sample({ seed: null })).seed, seed(await pressed(free)), seed(await pressed(free))]);
		for (const controls of ["minimal", "full"]) {
			const e = make({ seed: "007", controls });
			const seeds = [seed(await pressed(e)), seed(await pressed(e)), seed(await pressed(e))];
			said.push(seeds[0]);
			different(seeds);
			said.push((await e.sample()).seed); // a script draws what the attributes say
			e.seed = "8";
			said.push(seed(await pressed(e)));
			if (controls === "minimal") continue;
			field(e, "seed").value = "9";
			said.push(seed(await pressed(e)));
			different(["9", seed(await pressed(e)), seed(await pressed(e))]);
			field(e, "seed").value = "8";
			field(e, "seed").dispatchEvent(new Event("input", { bubbles: true }));
			said.push(seed(await pressed(e)));
		}
		return said.join();
	})()`)
	if want := "true,7,true,7,8,7,true,7,8,9,true,8"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An attribute that is there and not understood is said, before anything is downloaded.
func TestAttributesAreSaid(t *testing.T) {
	b := bare(t)
	for _, c := range []struct{ name, value, says string }{
		{"steps", "abc", "steps is “abc”. Write a whole number from 1 to 1000."}, {"steps", "", "steps is empty. Write a whole number from 1 to 1000."},
		{"seed", "", "The seed is empty. Write a whole number from 0 to 18446744073709551615."}, {"seed", "-1", "The seed is “-1”."},
		{"guidance", "", "guidance is empty. Write a number from 0 to 1000."}, {"guidance", "2,5", "guidance is “2,5”."},
		{"model", "", "model is empty. Write a name, or leave it out."}, {"solver", "", "solver is empty."}, {"grid", "", "grid is empty."},
		{"size", "big", "The attribute size is “big”. Write a number of CSS pixels."}, {"size", "", "The attribute size is “”."},
		{"controls", "some", "The attribute controls is “some”. Write minimal, none, full."}, {"loading", "soon", "The attribute loading is “soon”. Write lazy, eager."},
	} {
		for _, first := range []string{"", "eager"} { // who asks: a reader, or the element itself
			if c.name == "loading" && first != "" {
				continue
			}
			got := eval[string](b, `(async () => {`+element+`
				const e = make({ loading: "`+first+`" || null }, false);
				if (!"`+first+`") e.removeAttribute("loading");
				e.setAttribute("`+c.name+`", "`+c.value+`");
				document.documentElement.append(e);
				if (!"`+first+`") await pressed(e);
				else await new Promise((go) => e.addEventListener("error", go));
				const said = e.state + " " + e.shadowRoot.querySelector("[part=error]").textContent;
				e.remove();
				return said;
			})()`)
			if !strings.HasPrefix(got, "error "+c.says) {
				t.Errorf("%s=%q %s: %s\nwant %s", c.name, c.value, first, got, c.says)
			}
		}
	}
	if n := eval[int](b, `import("/pool.js").then((pool) => pool.workers())`); n != 0 {
		t.Errorf("%d workers were started", n)
	}
	got := eval[string](b, `(async () => {
		const e = make({ label: "head=griffin", loading: "eager" });
		await new Promise((go) => e.addEventListener("error", go));
		const said = [e.shadowRoot.querySelector("[part=error]").textContent];
		e.label = "head=shark"; // it is mended
		said.push(await pressed(e));
		return said.join("|");
	})()`)
	if !strings.Contains(got, `no value "griffin"`) || !strings.Contains(got, "pick=-1,-1,-1,184,-1") {
		t.Errorf("a label that is not the model's, and one that is: %s", got)
	}
}

// An element may go to another document and be asked before it is there, and what is asked twice is loaded once.
func TestElementElsewhere(t *testing.T) {
	b := openTab(t)
	b.before(unhurried)
	b.before(listen)
	b.open(siteServer(t) + "examples/plain.css")
	got := eval[string](b, `(async () => {
		const said = [], early = document.createElement("tintype-sampler");
		Object.assign(early, { seed: 7, size: 99, label: "head=shark" }); // before there is such a class
		document.documentElement.append(early);
		`+element+`
		said.push(early.getAttribute("seed"), early.size, early.label);
		early.remove();

		const e = make({ seed: "7", loading: "eager" }, false);
		said.push(await e.toBlob(), e.hash, e.cancel(), e.state); // nothing is under way
		document.documentElement.append(e);
		const first = e.sample().catch((error) => error.name), second = e.sample(); // while the model loads
		said.push(await first, (await second).seed, heard.filter((m) => m.kind === "loaded").length);

		const frame = document.createElement("iframe");
		document.documentElement.append(frame);
		const there = frame.contentDocument, border = () => e.ownerDocument.defaultView.getComputedStyle(e.shadowRoot.querySelector("[part=frame]")).position;
		const running = e.sample({ seed: 8, steps: 4 });
		there.documentElement.append(there.adoptNode(e)); // in the middle of a picture
		said.push(border(), (await running).seed, e.state);
		document.documentElement.append(e);
		said.push(border(), (await e.sample()).seed, e.state);
		await e.sample({ model: "nouns-32", label: [-1, -1, -1, 3, -1], steps: 1 });
		said.push(e.shadowRoot.querySelector("canvas").ariaLabel.replace(/,/g, ""));
		return said.join();
	})()`)
	if want := "7,99,head=shark,,,,empty,AbortError,7,1,relative,8,done,relative,7,done,a picture drawn by the diffusion model nouns-32 seed 7"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A load that is given up, by a removal, a cancel or another model, ends its
// download, and the element tells of nothing any more.
func TestGivenUpDownloadsEnd(t *testing.T) {
	asked, ended := make(chan bool, 9), make(chan bool, 9)
	b := bare(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, ".zst") {
			return false
		}
		w.Header().Set("Content-Type", "application/zstd")
		w.Write([]byte{0x28, 0xb5, 0x2f, 0xfd})
		w.(http.Flusher).Flush()
		asked <- true
		<-r.Context().Done()
		ended <- true
		return true
	})
	eval[any](b, `(async () => {`+element+`
		window.told = [];
		window.start = (loading) => {
			window.e = make({ model: "nouns-32", loading });
			told.length = 0;
			for (const type of ["load", "step", "done", "error"]) e.addEventListener(type, () => told.push(type));
			if (loading === "lazy") e.sample().catch((error) => told.push(error.name));
		};
	})()`)
	for _, c := range []struct{ loading, act, told string }{
		{"lazy", `e.remove()`, "AbortError"}, {"lazy", `e.cancel()`, "AbortError"}, {"eager", `e.remove()`, ""}, {"eager", `e.model = "fashion-mnist-32"`, ""},
	} {
		eval[any](b, `start("`+c.loading+`")`)
		heard(t, "the download", asked)
		eval[any](b, c.act)
		heard(t, "the end of the download", ended)
		got := eval[string](b, `new Promise((go) => setTimeout(go)).then(() => { e.remove(); return told.join(); })`)
		if got != c.told {
			t.Errorf("%s, %s: it tells of %q, want %q", c.loading, c.act, got, c.told)
		}
	}
}
