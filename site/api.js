// The JavaScript interface: models(), sample(), cached() and forget(). See README for its use.

import { base, Sentence } from "./runtime.js";
import { request } from "./pool.js";
import { allOf, messageOf } from "./spec.js";

let manifest; // promise of models/index.json

// models resolves to the models of this site: [{id, name, bytes, licence, default, ...}].
export function models() {
  return manifest ??= fetchModels().catch((error) => {
    manifest = undefined;
    throw error;
  });
}

async function fetchModels() {
  const address = new URL("models/index.json", base);
  let response;
  try {
    response = await fetch(address, { cache: "no-cache" });
  } catch {
    throw new Sentence("The list of models cannot be reached.", "Check the connection, then try again.", "network");
  }
  if (!response.ok) {
    throw new Sentence(`The server answered ${response.status} for the list of models.`, "Upload models/index.json beside the scripts.", "missing");
  }
  return response.json();
}

// find gives the entry of a model; without an id, the site's default.
async function find(id) {
  const all = await models();
  const entry = id ? all.find((m) => m.id === id) : all.find((m) => m.default) ?? all[0];
  if (!entry) {
    throw new Sentence(`There is no model ${id} here.`, "Use one of " + all.map((m) => m.id).join(", ") + ".", "missing");
  }
  return entry;
}

const place = (id, f) => ({
  id, url: new URL("models/" + f.file, base).href, bytes: f.bytes, rawBytes: f.raw_bytes, sha256: f.sha256,
});

function reference(entry) {
  const model = place(entry.id, entry);
  if (entry.classifier) model.classifier = place(entry.id + " classifier", entry.classifier);
  return model;
}

// report tells of a download; of one that is given up, no more.
const report = (progress, signal) => (e) => e.kind === "progress" && !signal?.aborted && progress?.(e.received, e.total);

// load makes a model ready in a worker and resolves to its description (docs/PROTOCOL.md, info).
export async function load(id, { signal, onprogress } = {}) {
  const model = reference(await find(id));
  return (await request({ kind: "load", model }, { signal, onevent: report(onprogress, signal) })).info;
}

// choice resolves to what a label means to a model: one number a slot, -1 where it stays open.
export async function choice(id, label, { signal } = {}) {
  const model = reference(await find(id));
  return (await request({ kind: "load", model, label }, { signal })).choice;
}

// check throws what is wrong with a spec, as far as that can be known without the model.
export const check = (spec) => void messageOf(spec);

// sample draws pictures. spec may have model (an id), seed (number, bigint or digits; random if left out), label (words, or
// the numbers that choice gives), count, solver, grid, steps, guidance, rescale, classify (the scale of classifier
// guidance) and settings ({name: value}); the rest is the model's own. It is an async iterable:
//
//   for await (const { picture, step, total, bitmap, x0 } of sample({ seed: 7 }, { signal })) ...
//
// bitmap and x0 are ImageBitmaps of the noisy picture and the predicted clean one, the receiver's to close. The last
// value has hash (SHA-256 of the pixels), blob (a PNG file), seed and recipe (what a share link holds) besides. Breaking
// the loop or aborting the signal cancels the rest. progress(received, total), an option, hears of the download.
export function sample(spec = {}, options = {}) {
  const stop = new AbortController();
  const steps = draw(spec, options, stop);
  // A generator alone would be ended only after its next step.
  const ending = (how) => (value) => {
    stop.abort();
    return steps[how](value);
  };
  return { next: () => steps.next(), return: ending("return"), throw: ending("throw"), [Symbol.asyncIterator]() { return this; } };
}

const close = ({ bitmap, x0 }) => {
  bitmap.close();
  x0.close();
};

async function* draw(spec, options, stop) {
  const steps = []; // that arrived and were not taken yet
  let wake = () => {}, over = false;
  const abort = () => stop.abort();
  allOf(options, "option", ["signal", "progress"]);
  const { signal, progress } = options;
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  try {
    const { model: id, ...message } = messageOf(spec);
    const model = reference(await find(id));
    const first = {}, told = report(progress, stop.signal);
    const onevent = (e) => {
      told(e);
      if (e.kind === "picture" && e.picture === 0) first.png = e.png;
      if (e.kind !== "step") return;
      const step = { picture: e.picture, step: e.step, total: e.total, ms: e.ms, bitmap: e.x, x0: e.denoised };
      if (over || stop.signal.aborted) {
        close(step);
        return;
      }
      steps.push(step);
      wake();
    };
    let answer, failure;
    request({ kind: "sample", model, ...message }, { signal: stop.signal, onevent })
      .then((a) => { answer = a; }, (e) => { failure = e; }).finally(() => wake());
    // The last step waits for the answer, whose hash it carries.
    for (;;) {
      if (failure) throw failure;
      if (steps.length > 1 || steps.length === 1 && answer) {
        const step = steps.shift();
        if (answer && steps.length === 0) {
          Object.assign(step, {
            hash: answer.sha256, ms: answer.ms, seed: message.seed, recipe: answer.recipe,
            blob: new Blob([answer.png ?? first.png], { type: "image/png" }),
          });
          yield step;
          return;
        }
        yield step;
        continue;
      }
      await new Promise((resolve) => { wake = resolve; });
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    over = true;
    stop.abort();
    steps.forEach(close);
  }
}

// cached resolves to what the browser keeps of this origin's models: [{id, bytes, sha256, partial}]. A file is partial
// that is left of a download which was never finished.
export async function cached() {
  return (await request({ kind: "cached" })).models;
}

// forget gives the storage of a kept model back, and of its classifier, or without an id that of all. It resolves to
// what is kept then.
export async function forget(id) {
  if (id === undefined) return (await request({ kind: "purge", sha256: "" })).models;
  let left = await cached();
  for (const m of left.filter((m) => m.id === id || m.id === id + " classifier")) {
    left = (await request({ kind: "purge", sha256: m.sha256 })).models;
  }
  return left;
}
