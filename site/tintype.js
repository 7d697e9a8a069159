// <tintype-sampler>: a picture that a diffusion model draws on the reader's own
// machine. One script tag and one element; see README. Nothing is downloaded
// before it is asked for or, with autoplay, seen.

import { style } from "./tintype-style.js";

export const models = async () => (await import("./api.js")).models();
export const cached = async () => (await import("./api.js")).cached();
export const forget = async (id) => (await import("./api.js")).forget(id);

// sample is api.js' own, loaded when it is first called.
export async function* sample(spec, options) {
  yield* (await import("./api.js")).sample(spec, options);
}

const TEXTS = ["model", "label", "seed", "solver", "grid", "steps", "guidance", "poster"];
const CHOICES = { loading: ["lazy", "eager"], controls: ["minimal", "none", "full"] }; // the first is the default
const SIZE = 256; // CSS pixels

// A site's generator may import this file where there is no page: in Node, while it
// renders. There it does nothing.
const { HTMLElement = class {}, CSSStyleSheet, customElements } = globalThis;

// One sheet for all elements; a page's CSP need not allow inline styles for it.
const sheet = CSSStyleSheet && new CSSStyleSheet();
sheet?.replaceSync(style);

const quiet = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

const aborted = () => new DOMException("The picture was cancelled.", "AbortError");

// make builds an element of the shadow tree.
function make(tag, part, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (part) element.setAttribute("part", part);
  element.append(...children);
  return element;
}

export class TintypeSampler extends HTMLElement {
  static observedAttributes = ["model", "label", "seed", "steps", "guidance", "poster", "size", "controls", "loading", "autoplay"];

  #ui = {};
  #state = "empty"; // empty, loading, sampling, done, error
  #stop = null; // of the running sample
  #last = null; // {hash, seed, blob, ms, steps} of the finished picture
  #watch = null; // waits until the element is seen
  #info = null;
  #choice = null; // of api.js

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const ui = this.#ui;
    ui.canvas = make("canvas", "canvas", { width: 1, height: 1 });
    ui.canvas.setAttribute("role", "img");
    ui.image = make("img", "poster", { alt: "", hidden: true });
    ui.poster = make("slot", "", { name: "poster" }, ui.image);
    ui.progress = make("progress", "progress", { max: 1, value: 0, hidden: true });
    ui.progress.setAttribute("aria-label", "Progress");
    ui.frame = make("div", "frame", {}, ui.poster, ui.canvas, ui.progress);
    ui.go = make("button", "button", { type: "button", textContent: "Draw", onclick: () => this.#press() });
    ui.form = make("div", "fields", { hidden: true });
    ui.line = make("span", "line");
    ui.controls = make("div", "controls", {}, ui.go, ui.line, ui.form);
    ui.text = make("span", "");
    ui.error = make("slot", "error", { name: "error", hidden: true }, ui.text);
    ui.status = make("p", "status");
    ui.status.setAttribute("role", "status");
    root.append(ui.frame, ui.controls, ui.error, make("slot", "caption", { name: "caption" }), ui.status);
  }

  // Properties that were set before the class was there become attributes.
  #upgrade() {
    for (const name of [...TEXTS, ...Object.keys(CHOICES), "size", "autoplay"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  connectedCallback() {
    this.#upgrade();
    this.#render();
    this.#begin();
  }

  // A move in the document comes as a disconnection and a connection; what is
  // still outside a moment later is gone.
  disconnectedCallback() {
    setTimeout(() => {
      if (this.isConnected) return;
      this.cancel();
      this.#unwatch();
    });
  }

  connectedMoveCallback() {} // moveBefore(): nothing changes

  attributeChangedCallback(name, from, to) {
    if (from === to || !this.isConnected) return;
    this.#render();
    if (name === "model") this.#info = null;
    this.#follow(name, to);
    if (name === "autoplay" || name === "loading") this.#begin();
  }

  // #begin starts what the attributes ask to be started.
  #begin() {
    this.#unwatch();
    if (this.#state !== "empty") return;
    if (this.loading === "eager") {
      if (this.autoplay) this.sample().catch(() => {});
      else this.#ready().catch(() => {});
      return;
    }
    if (!this.autoplay || navigator.connection?.saveData) return;
    this.#watch = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      this.#unwatch();
      this.sample().catch(() => {});
    }, { rootMargin: "200px" });
    this.#watch.observe(this);
  }

  #unwatch() {
    this.#watch?.disconnect();
    this.#watch = null;
  }

  // #ready loads the model: it resolves to its description.
  async #ready(signal) {
    if (this.#info) return this.#info;
    const { choice, load } = await import("./api.js");
    this.#choice = choice;
    try {
      this.#info = await load(this.model || undefined, { signal, onprogress: (r, t) => this.#progress(r, t) });
    } catch (error) {
      if (!signal) this.#fail(error); // else sample() says so
      throw error;
    }
    this.#fields();
    this.#tell("load", { info: this.#info });
    return this.#info;
  }

  #progress(received, total) {
    this.#ui.progress.max = total || 1;
    this.#ui.progress.value = received;
    this.#ui.line.textContent = `Loading ${(received / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
    this.#tell("progress", { received, total });
  }

  // sample draws a picture with the attributes' settings, or those given, and
  // resolves to {hash, seed, ms, steps, blob, recipe}. A picture under way is cancelled.
  async sample(changes = {}) {
    this.cancel();
    const stop = this.#stop = new AbortController();
    const { signal } = stop;
    this.#enter("loading");
    this.#say("Starting.");
    try {
      const { sample } = await import("./api.js");
      await this.#ready(signal);
      if (this.#stop !== stop) throw aborted();
      const spec = { ...this.#spec(), ...changes };
      this.#enter("sampling");
      let end;
      for await (const step of sample(spec, { signal, progress: (r, t) => this.#progress(r, t) })) {
        if (this.#stop !== stop) break; // another one has begun
        this.#paint(step);
        if (step.hash) end = step;
      }
      if (!end || this.#stop !== stop) throw aborted();
      this.#last = { hash: end.hash, seed: end.seed, ms: end.ms, steps: end.total, blob: end.blob, recipe: end.recipe };
      this.#done();
      this.#describe(end.seed);
      const field = this.#ui.form.querySelector("[name=seed]");
      if (field) field.value = end.seed;
      this.#say(`Done: seed ${end.seed}.`);
      this.#tell("done", { ...this.#last });
      return this.#last;
    } catch (error) {
      if (this.#stop === stop) {
        if (error.name === "AbortError") this.#back();
        else this.#fail(error);
      }
      throw error;
    } finally {
      if (this.#stop === stop) this.#stop = null;
    }
  }

  // cancel ends the picture under way, if there is one.
  cancel() {
    const stop = this.#stop;
    this.#stop = null;
    stop?.abort();
    if (stop) this.#back();
  }

  #done() {
    const { steps, ms, seed } = this.#last;
    this.#enter("done");
    this.#ui.line.textContent = `${steps} steps, ${Math.round(ms)} ms, seed ${seed}`;
  }

  // #back shows again what there was before a picture that is given up: the last finished one, or the poster.
  #back() {
    const last = this.#last;
    this.toggleAttribute("drawn", Boolean(last));
    if (!last) {
      this.#enter("empty");
      return;
    }
    this.#done();
    createImageBitmap(last.blob).then((bitmap) => {
      if (this.#last === last && !this.#stop) this.#ui.canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
      else bitmap.close();
    }, () => {});
  }

  // toBlob resolves to the PNG file of the finished picture, null if there is none.
  async toBlob() {
    return this.#last?.blob ?? null;
  }

  get state() {
    return this.#state;
  }

  get hash() {
    return this.#last?.hash ?? "";
  }

  #spec() {
    const spec = {};
    for (const name of ["model", "label", "seed", "solver", "grid", "steps", "guidance"]) {
      const value = this.#ui.form.querySelector(`[name=${name}]`)?.value || this.getAttribute(name);
      if (value) spec[name] = value;
    }
    const picked = [...this.#ui.form.querySelectorAll("[data-slot]")].filter((s) => s.value);
    if (picked.length > 0) spec.label = picked.map((s) => `${s.dataset.slot}=#${s.value}`).join(",");
    return spec;
  }

  // #paint shows a step. Who wants less motion sees the poster and then the result.
  #paint({ bitmap, x0, step, total, ms, hash }) {
    const { canvas, progress } = this.#ui;
    if (!quiet.matches || hash) {
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
      this.toggleAttribute("drawn", true);
    } else {
      bitmap.close();
    }
    x0.close();
    progress.max = total;
    progress.value = step;
    this.#ui.line.textContent = `Step ${step} of ${total}`;
    const quarter = Math.floor(4 * step / total);
    if (quarter > Math.floor(4 * (step - 1) / total) && quarter < 4) this.#say(`${quarter * 25} percent.`);
    this.#tell("step", { step, total, ms });
  }

  #press() {
    if (this.#stop) {
      this.cancel();
      return;
    }
    // Who has seen this picture and presses again wants another one.
    const again = this.#last && this.#spec().seed === this.#last.seed;
    this.sample(again ? { seed: "" } : {}).catch(() => {});
  }

  #fail(error) {
    this.#enter("error");
    const text = error.message || String(error);
    const remedy = error.remedy ?? "Reload the page.";
    this.#ui.text.textContent = `${text} ${remedy}`;
    this.#say(text);
    this.#tell("error", { type: error.type ?? "internal", text, remedy });
  }

  #enter(state) {
    this.#state = state;
    const ui = this.#ui;
    const busy = state === "loading" || state === "sampling";
    ui.progress.hidden = !busy;
    if (state === "loading") ui.progress.removeAttribute("value");
    ui.error.hidden = state !== "error";
    ui.go.textContent = busy ? "Cancel" : state === "error" ? "Try again" : this.#last ? "Draw another" : "Draw";
    if (!busy) ui.line.textContent = "";
    this.setAttribute("state", state);
  }

  #say(text) {
    this.#ui.status.textContent = text;
  }

  // #describe names the picture to those who cannot see it.
  #describe(seed) {
    const what = this.getAttribute("label") || "a picture";
    this.#ui.canvas.setAttribute("aria-label", `${what}, drawn by the diffusion model ${this.#info?.name ?? this.model}, seed ${seed}`);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #render() {
    const ui = this.#ui;
    const size = Number(this.getAttribute("size")) || SIZE;
    ui.frame.style.setProperty("inline-size", `${size}px`);
    ui.image.hidden = !this.poster;
    if (this.poster && ui.image.getAttribute("src") !== this.poster) ui.image.src = this.poster;
    ui.controls.hidden = this.controls === "none";
    ui.form.hidden = this.controls !== "full" || ui.form.childElementCount === 0;
    if (!this.#last) ui.canvas.setAttribute("aria-label", "No picture yet");
    if (!this.hasAttribute("state")) this.setAttribute("state", this.#state);
  }

  // #follow has the full controls show an attribute that was changed.
  #follow(name, value) {
    if (!this.#info) return;
    const { form } = this.#ui;
    if (name === "label") {
      const picked = this.#picked();
      for (const [i, select] of form.querySelectorAll("[data-slot]").entries()) select.value = picked[i] >= 0 ? picked[i] : "";
    }
    const field = form.querySelector(`[name=${name}]`);
    if (field) field.value = value ?? this.#info.defaults[name] ?? "";
  }

  // #picked is the label as numbers of values.
  #picked() {
    try {
      return this.#choice(this.#info, this.label);
    } catch {
      return []; // sample() will say what is wrong with it
    }
  }

  // #fields are the full controls: they need the model's description.
  #fields() {
    const { form } = this.#ui;
    form.replaceChildren();
    const info = this.#info;
    const field = (label, control) => form.append(make("label", "field", {}, make("span", "", { textContent: label }), control));
    const number = (name, value, low, high, step) =>
      Object.assign(make("input", "input", { type: "number", name, value: value ?? "", min: low, max: high, step }));
    const picked = this.#picked();
    for (const [i, slot] of info.slots.entries()) {
      const select = make("select", "input");
      select.dataset.slot = slot.name;
      select.append(make("option", "", { value: "", textContent: "any" }));
      for (const [value, name] of slot.values.entries()) {
        if (name === "" || value === slot.null) continue; // that is any
        const twice = slot.values.indexOf(name) !== slot.values.lastIndexOf(name);
        select.append(make("option", "", { value, textContent: twice ? `${name} #${value}` : name }));
      }
      select.value = picked[i] >= 0 ? picked[i] : "";
      field(slot.name, select);
    }
    field("seed", number("seed", this.getAttribute("seed"), 0, undefined, 1));
    if (info.steps.length !== 1) field("steps", number("steps", this.getAttribute("steps") ?? info.defaults.steps, 1, 1000, 1));
    if (!info.guidanceReason) field("guidance", number("guidance", this.getAttribute("guidance") ?? info.defaults.guidance, 0, 20, 0.1));
    this.#render();
  }
}

// Attributes and properties are two names of one thing.
for (const name of TEXTS) {
  Object.defineProperty(TintypeSampler.prototype, name, {
    configurable: true, enumerable: true,
    get() { return this.getAttribute(name) ?? ""; },
    set(value) { if (value === null || value === undefined) this.removeAttribute(name); else this.setAttribute(name, value); },
  });
}
for (const [name, values] of Object.entries(CHOICES)) {
  Object.defineProperty(TintypeSampler.prototype, name, {
    configurable: true, enumerable: true,
    get() { return values.includes(this.getAttribute(name)) ? this.getAttribute(name) : values[0]; },
    set(value) { this.setAttribute(name, value); },
  });
}
Object.defineProperties(TintypeSampler.prototype, {
  size: {
    configurable: true, enumerable: true,
    get() { return Number(this.getAttribute("size")) || SIZE; },
    set(value) { this.setAttribute("size", value); },
  },
  autoplay: {
    configurable: true, enumerable: true,
    get() { return this.hasAttribute("autoplay"); },
    set(value) { this.toggleAttribute("autoplay", Boolean(value)); },
  },
});

if (customElements && !customElements.get("tintype-sampler")) customElements.define("tintype-sampler", TintypeSampler);
