// <tintype-sampler>: a picture that a diffusion model draws on the reader's own
// machine. One script tag and one element; see README. Nothing is downloaded
// before it is asked for or, with autoplay, seen.

import { NAMES, reflect, settingsOf } from "./tintype-attributes.js";
import { sheetsOf } from "./tintype-style.js";

export const models = async () => (await import("./api.js")).models();
export const cached = async () => (await import("./api.js")).cached();
export const forget = async (id) => (await import("./api.js")).forget(id);

// sample is api.js' own, loaded when its first value is asked for.
export function sample(spec, options) {
  let steps;
  const call = (how) => async (value) => (await (steps ??= import("./api.js").then((api) => api.sample(spec, options))))[how](value);
  return { next: call("next"), return: call("return"), throw: call("throw"), [Symbol.asyncIterator]() { return this; } };
}

// A site's generator may import this file where there is no page: in Node, while it
// renders. There it does nothing.
const { HTMLElement = class {}, customElements } = globalThis;

const quiet = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

const aborted = () => new DOMException("The picture was cancelled.", "AbortError");

// unless resolves to what a promise does, or rejects as soon as a signal is aborted.
const unless = (signal, promise) => new Promise((resolve, reject) => {
  const give = () => reject(aborted());
  if (signal.aborted) give();
  signal.addEventListener("abort", give, { once: true });
  promise.then(resolve, reject);
});

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
  #loading = null; // {model, stop, info}: the model of the attribute on its way, and when it is there
  #info = null; // of it, once it is there
  #fields = null; // the full controls
  #labelled = null; // when they show the label
  #seedDrawn = false; // the attribute's seed has been

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheetsOf(this.ownerDocument);
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
    for (const name of NAMES) {
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
    const stop = this.#stop;
    setTimeout(() => {
      if (this.isConnected) return;
      this.#unwatch();
      if (this.#stop === stop) this.cancel(); // else a script has asked for a picture since
    });
  }

  connectedMoveCallback() {} // moveBefore(): nothing changes

  adoptedCallback() {
    this.shadowRoot.adoptedStyleSheets = sheetsOf(this.ownerDocument);
  }

  attributeChangedCallback(name, from, to) {
    if (from === to) return;
    if (name === "seed") this.#seedDrawn = false;
    if (name === "model") this.#forget();
    else if (this.#info) this.#fields.show(name, to);
    if (this.#info && this.controls === "full" && (name === "label" || name === "controls")) this.#follow();
    if (!this.isConnected) return;
    this.#render();
    if (["autoplay", "loading", "model"].includes(name)) this.#begin();
  }

  // #begin starts what the attributes ask to be started.
  #begin() {
    this.#unwatch();
    if (this.#state !== "empty") return;
    if (this.loading === "eager") {
      if (this.autoplay) this.sample().catch(() => {});
      else this.#prepare();
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

  // #prepare loads the model before anybody asks for a picture, and says what is wrong with the attributes.
  async #prepare() {
    try {
      const { check } = await import("./api.js");
      check(this.#spec());
      await this.#ready();
      await this.#choice();
    } catch (error) {
      if (!this.#stop && this.isConnected && error.name !== "AbortError") this.#fail(error); // else sample() says so
    }
  }

  // #ready resolves to the description of the attribute's model, loaded once for all who wait for it.
  #ready() {
    if (!this.#loading) {
      const loading = this.#loading = { model: this.getAttribute("model") ?? undefined, stop: new AbortController() };
      loading.info = this.#load(loading);
      loading.info.catch(() => {
        if (this.#loading === loading) this.#loading = null;
      });
    }
    return this.#loading.info;
  }

  async #load(loading) {
    const [{ load }, { Fields }] = await Promise.all([import("./api.js"), import("./tintype-fields.js")]);
    const { signal } = loading.stop;
    const info = await load(loading.model, { signal, onprogress: (r, t) => this.#progress(r, t) });
    if (signal.aborted) throw aborted();
    if (this.#loading !== loading) return info; // the attribute names another one now
    this.#info = info;
    this.#fields ??= new Fields(this.#ui.form);
    this.#fields.build(info, (name) => this.getAttribute(name));
    if (this.controls === "full") await this.#follow();
    if (!this.#stop) this.#ui.line.textContent = "";
    this.#render();
    this.#tell("load", { info });
    return info;
  }

  // #forget gives up what is known of a model; one that a picture waits for still comes.
  #forget() {
    if (!this.#stop) this.#loading?.stop.abort();
    this.#loading = this.#info = null;
    this.#fields?.clear();
  }

  // #follow has the full controls show the label of the attribute. sample() says what is wrong with it.
  #follow() {
    this.#fields.release();
    return this.#labelled = this.#choice().then((picked) => this.#fields.choose(picked), () => {});
  }

  // #choice is the attribute's label as the worker reads it: one number a slot.
  async #choice() {
    const label = this.getAttribute("label");
    if (!label) return [];
    const { choice } = await import("./api.js");
    return choice(this.getAttribute("model") ?? undefined, label);
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
    this.#upgrade();
    this.#give();
    const stop = this.#stop = new AbortController();
    const { signal } = stop;
    this.#enter("loading");
    this.#say("Starting.");
    try {
      const { check, sample } = await import("./api.js");
      const spec = { ...this.#spec(), ...changes };
      check(spec);
      const own = (spec.model ?? undefined) === (this.getAttribute("model") ?? undefined);
      if (own) await unless(signal, this.#ready().then(() => this.#labelled));
      if (this.#stop !== stop) throw aborted();
      if (own) this.#enter("sampling");
      let end;
      for await (const step of sample(spec, { signal, progress: (r, t) => this.#progress(r, t) })) {
        if (this.#stop !== stop) { // another one has begun
          step.bitmap.close();
          step.x0.close();
          break;
        }
        this.#paint(step);
        if (step.hash) end = step;
      }
      if (!end || this.#stop !== stop) throw aborted();
      this.#last = { hash: end.hash, seed: end.seed, ms: end.ms, steps: end.total, blob: end.blob, recipe: end.recipe };
      if (spec.seed === this.getAttribute("seed")) this.#seedDrawn = true;
      this.#done();
      this.#describe(spec, end.seed);
      this.#fields?.drew(end.seed);
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

  // cancel ends the picture under way, if there is one, and the model's load.
  cancel() {
    const stop = this.#stop;
    if (!this.#info) this.#loading?.stop.abort();
    this.#give();
    if (stop) this.#back();
  }

  // #give gives up the picture under way.
  #give() {
    this.#stop?.abort();
    this.#stop = null;
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

  // #spec is what the attributes say and, before that, what a reader chose in the full controls.
  #spec() {
    return { ...settingsOf(this), ...this.#full?.spec() };
  }

  // #full are the controls where they are shown.
  get #full() {
    return this.controls === "full" ? this.#fields : null;
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
    if (this.#state === "loading") this.#enter("sampling");
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
    // Who has seen this picture and presses again wants another one, unless a seed was chosen since.
    const chosen = this.#full?.seed;
    const again = chosen === undefined ? this.#seedDrawn : chosen === this.#last?.seed;
    this.sample(again ? { seed: null } : {}).catch(() => {});
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
  #describe({ model, label }, seed) {
    const words = Array.isArray(label) ? this.#full?.words() : label;
    const name = (model ?? null) === this.getAttribute("model") ? this.#info?.name : model;
    this.#ui.canvas.setAttribute("aria-label", `${words || "a picture"}, drawn by the diffusion model ${name}, seed ${seed}`);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #render() {
    const ui = this.#ui;
    ui.frame.style.setProperty("inline-size", `${this.size}px`);
    ui.image.hidden = !this.poster;
    if (this.poster && ui.image.getAttribute("src") !== this.poster) ui.image.src = this.poster;
    ui.controls.hidden = this.controls === "none";
    ui.form.hidden = this.controls !== "full" || ui.form.childElementCount === 0;
    if (!this.#last) ui.canvas.setAttribute("aria-label", "No picture yet");
    if (!this.hasAttribute("state")) this.setAttribute("state", this.#state);
  }
}

reflect(TintypeSampler.prototype);
if (customElements && !customElements.get("tintype-sampler")) customElements.define("tintype-sampler", TintypeSampler);
