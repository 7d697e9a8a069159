package browser

import "testing"

// weighed is put before the worker's script: every message then says how large
// the program's memory is.
const weighed = `"use strict";
{
	const instantiate = WebAssembly.instantiate, post = self.postMessage.bind(self);
	let memory;
	WebAssembly.instantiate = async (module, imports) => {
		const instance = await instantiate(module, imports);
		memory = imports.env?.mem ?? instance.exports.mem;
		return instance;
	};
	self.postMessage = (m, list) => post({ ...m, weight: memory?.buffer.byteLength }, list);
}`

// weigh has a page note the messages of all its workers, and call overheard
// with each: weights are the sizes that the workers' memories had last.
const weigh = `{
	window.weights = [];
	window.overheard = () => {};
	const Real = Worker;
	window.Worker = class extends Real {
		constructor(...args) {
			super(...args);
			const n = weights.push(0) - 1;
			this.addEventListener("message", ({ data }) => {
				weights[n] = data.weight ?? weights[n];
				overheard(data);
			});
		}
	};
}`

// swells is how much memory may grow by loads that are given up.
const swells = 1.2

// A visitor who cannot decide leaves nothing behind: after 500 choices of a
// model, each given up as soon as its bytes arrive, the worker's memory is what
// one load needs.
func TestQuickChoicesLeaveNothing(t *testing.T) {
	b := openTab(t)
	b.before(noGrace)
	b.before(unhurried)
	b.before(weigh)
	b.opened(siteServer(t, patched(t, "worker.js", always, `"use strict";`, weighed))).state("idle")
	one := eval[float64](b, `weights[0]`)
	given := 0
	for range 5 {
		given += eval[int](b, `new Promise((end) => {
			const choices = ["nouns-32", "fashion-mnist-32"].map((id) => document.querySelector('#model-list input[value="' + id + '"]'));
			let left = 100, given = 0, chosen = false;
			const choose = () => { chosen = false; choices[left-- % 2].click(); };
			window.overheard = (data) => {
				if (data.type === "cancelled") given++;
				if (data.kind === "progress" && !chosen && left > 0) { chosen = true; setTimeout(choose, left % 8); }
				if (data.kind === "loaded" && left <= 0) end(given);
				if (data.kind === "loaded" && left > 0 && !chosen) choose();
			};
			choose();
		})`)
	}
	if given < 100 {
		t.Errorf("only %d loads were given up", given)
	}
	if got := eval[[]float64](b, `weights`); len(got) != 1 || got[0] > swells*one {
		t.Errorf("after %d loads that were given up the workers have %.0f bytes, after one load it was %.0f", given, got, one)
	}
}

// An element that is removed while its model loads leaves nothing behind either.
func TestRemovedElementsLeaveNothing(t *testing.T) {
	b := openTab(t)
	b.before(unhurried)
	b.before(weigh)
	b.open(siteServer(t, notIsolated, patched(t, "worker.js", always, `"use strict";`, weighed)) + "examples/plain.css") // a page without anything
	got := eval[[]float64](b, `(async () => {
		await import("/tintype.js");
		const { load } = await import("/api.js");
		const add = (model) => Object.assign(document.createElement("tintype-sampler"), { model, loading: "eager", controls: "none" });
		await load("nouns-32");
		const one = Math.max(...weights);
		for (let i = 0; i < 50; i++) {
			const e = add(["fashion-mnist-32", "nouns-32", "nouns-32-student-4"][i % 3]);
			await new Promise((go) => { for (const type of ["progress", "load"]) e.addEventListener(type, go); document.documentElement.append(e); });
			e.remove();
		}
		await load("nouns-32");
		return [one, Math.max(...weights), weights.length];
	})()`)
	if got[1] > swells*got[0] || got[2] > 3 {
		t.Errorf("after 50 elements %.0f bytes in the largest of %.0f workers, after one load it was %.0f", got[1], got[2], got[0])
	}
}
