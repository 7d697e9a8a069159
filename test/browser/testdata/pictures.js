// The visitor of browser_pictures_test.go. It is put before the page's own
// scripts, makes each picture of pictures.json with the page's controls, and
// tells the server what the page shows. The address chooses the build:
// ?scalar=1 is a browser without SIMD; ?threads=2 is for the page itself.
"use strict";
(() => {
  if (new URLSearchParams(location.search).has("scalar")) WebAssembly.validate = () => false;

  let ready = {}; // what the last worker said of itself
  const Plain = Worker;
  self.Worker = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", (e) => { if (e.data.kind === "ready") ready = e.data; });
    }
  };

  const tell = (fields) => fetch("result?" + new URLSearchParams(fields));
  tell({ began: "" });
  addEventListener("error", (e) => tell({ error: e.message || "a script could not be loaded" }));
  addEventListener("unhandledrejection", (e) => tell({ error: String(e.reason) }));

  const at = (id) => document.getElementById(id);

  const times = (state) => Number(at("app").dataset[state] ?? 0); // that the page entered it

  // reach waits until the page has entered a state, and after for that since something was done.
  async function reach(state, before = 0) {
    while (times(state) === before) {
      if (times("error") > 0) throw new Error(at("alert").innerText);
      await new Promise((go) => setTimeout(go, 10));
    }
  }
  function after(act, state) {
    const before = times(state);
    act();
    return reach(state, before);
  }

  function set(element, value) {
    element.value = value;
    for (const kind of ["input", "change"]) element.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  // choose sets every slot: to the value named in label, else to "any".
  function choose(label) {
    const wanted = new Map(label ? label.split(",").map((part) => part.split("=")) : []);
    const take = (slot) => { const value = wanted.get(slot) ?? "any"; wanted.delete(slot); return value; };
    for (const field of document.querySelectorAll("#slots .field")) {
      const slot = field.querySelector(".field-name").textContent, list = field.querySelector("select");
      const value = take(slot);
      set(list, value);
      if (list.value !== value) throw new Error(`slot ${slot} has no value ${value}`);
    }
    for (const group of document.querySelectorAll("#slots .chips")) {
      const value = take(group.querySelector("legend").textContent);
      [...group.querySelectorAll(".chip")].find((chip) => chip.textContent === value).click();
    }
    if (wanted.size > 0) throw new Error("no slot " + [...wanted.keys()]);
  }

  async function draw({ name, settings }) {
    const { model, label, seed, count = 1, ...rest } = settings;
    const card = document.querySelector(`#model-list input[value="${model}"]`);
    if (!card.checked) await after(() => card.click(), "idle");
    at("defaults").click();
    choose(label);
    for (const [id, value] of Object.entries({ seed, count, ...rest })) set(at(id), value);
    await after(() => at("generate").click(), "done");
    const build = `${ready.simd ? "simd" : "scalar"} threads=${ready.threads}`;
    await tell({ name, hash: at("stage").dataset.hash, build, agent: navigator.userAgent });
  }

  addEventListener("DOMContentLoaded", async () => {
    try {
      const pictures = await (await fetch("pictures.json")).json();
      await reach("idle");
      for (const picture of pictures) await draw(picture);
    } catch (error) {
      await tell({ error: String(error && error.message || error) });
    }
  });
})();
