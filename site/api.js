// The JavaScript interface: models(), sample(), cached() and forget(). See README for its use.

import { base, Sentence } from "./runtime.js";
import { choice } from "./label.js";
import { request } from "./pool.js";

export { choice };

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

const infos = new Map(); // of loaded models, by sha256

// load makes a model ready in a worker and resolves to its description (PROTOCOL.md, info).
export async function load(id, { signal, onprogress } = {}) {
  const model = reference(await find(id));
  const onevent = (e) => e.kind === "progress" && onprogress?.(e.received, e.total);
  const { info } = await request({ kind: "load", model }, { signal, onevent });
  infos.set(model.sha256, info);
  return info;
}

// randomSeed is a seed that fits into a JavaScript number.
export const randomSeed = () => String(crypto.getRandomValues(new Uint32Array(1))[0]);

// sample draws pictures. spec may have model (an id), seed (number, bigint or digits; random if left out), label, count,
// solver, grid, steps, guidance, classify (the scale of classifier guidance) and settings ({name: value}); the rest is the model's own. It is an async iterable:
//
//   for await (const { picture, step, total, bitmap, x0 } of sample({ seed: 7 }, { signal })) ...
//
// bitmap and x0 are ImageBitmaps of the noisy picture and the predicted clean one, the receiver's to close. The last
// value has hash (SHA-256 of the pixels), blob (a PNG file), seed and recipe (what a share link holds) besides. Breaking
// the loop or aborting the signal cancels the rest. progress(received, total), an option, hears of the download.
export async function* sample(spec = {}, { signal, progress } = {}) {
  const stop = new AbortController();
  const abort = () => stop.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  const steps = []; // that arrived and were not taken yet
  let wake = () => {};
  try {
    for (const name of Object.keys(spec)) {
      if (!KNOWN.includes(name)) throw new Sentence(`There is no setting ${name}.`, `Use ${KNOWN.join(", ")}.`, "spec");
    }
    const model = reference(await find(spec.model));
    const info = infos.get(model.sha256) ?? await load(spec.model, { signal: stop.signal, onprogress: progress });
    const seed = seedOf(spec.seed);
    const first = {};
    const onevent = (e) => {
      if (e.kind === "progress") progress?.(e.received, e.total);
      if (e.kind === "picture" && e.picture === 0) first.png = e.png;
      if (e.kind === "step") {
        steps.push({ picture: e.picture, step: e.step, total: e.total, ms: e.ms, bitmap: e.x, x0: e.denoised });
        wake();
      }
    };
    let answer, failure;
    const message = {
      kind: "sample", model, seed, count: number("count", spec.count ?? 1), choice: choice(info, spec.label), ...named(spec),
      settings: Object.entries(spec.settings ?? {}).map(([name, value]) => ({ name, value: number(name, value) })),
    };
    request(message, { signal: stop.signal, onevent })
      .then((a) => { answer = a; }, (e) => { failure = e; }).finally(() => wake());
    // The last step waits for the answer, whose hash it carries.
    for (;;) {
      if (failure) throw failure;
      if (steps.length > 1 || steps.length === 1 && answer) {
        const step = steps.shift();
        if (answer && steps.length === 0) {
          Object.assign(step, {
            hash: answer.sha256, ms: answer.ms, seed, recipe: answer.recipe,
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
    stop.abort();
    for (const { bitmap, x0 } of steps) {
      bitmap.close();
      x0.close();
    }
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

const NUMBERS = ["steps", "guidance", "rescale", "classify"];
const KNOWN = ["model", "seed", "label", "count", "solver", "grid", ...NUMBERS, "settings"];

// number is a value that has to be one.
function number(name, value) {
  const n = Number(value);
  if (!Number.isFinite(n)) throw new Sentence(`${name} is “${value}”.`, "Write a number.", "spec");
  return n;
}

// seedOf is a seed as digits, a random one if none was given.
function seedOf(seed) {
  if (seed === undefined || seed === null || seed === "") return randomSeed();
  const digits = String(seed).trim();
  if (!/^\d{1,20}$/.test(digits) || BigInt(digits) >= 1n << 64n) {
    throw new Sentence(`The seed is “${seed}”.`, "Write a whole number from 0 to 18446744073709551615.", "spec");
  }
  return String(BigInt(digits));
}

// named are the optional settings that were given.
function named(spec) {
  const out = {};
  for (const name of ["solver", "grid"]) if (spec[name]) out[name] = String(spec[name]);
  for (const name of NUMBERS) {
    if (spec[name] !== undefined && spec[name] !== "" && spec[name] !== null) out[name] = number(name, spec[name]);
  }
  return out;
}
