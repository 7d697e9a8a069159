// The runtime: one compiled program a page, and workers that run it. The page
// (boot.js) and the element and API (tintype.js) start here. Everything is found
// beside this script, so any sub-path and any host works.

const SIMD_PROBE = new Uint8Array([ // (module (func (result v128) i32.const 0 i8x16.splat)): valid only with SIMD
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);
const WASM_MAGIC = [0, 97, 115, 109];

// A page that is one file brings everything along (see internal/site): {wasm, worker, models}.
const embedded = globalThis.tintypeEmbedded;

export const base = embedded ? "embedded:/" : new URL(".", import.meta.url).href;

// A Sentence is an error for people: what happened, and what helps.
export class Sentence extends Error {
  constructor(text, remedy, type = "internal") {
    super(text);
    this.name = "Sentence";
    this.remedy = remedy;
    this.type = type;
  }
}

// Trusted Types: the only scripts that this page may start are our own files and
// the small worker of crossOriginWorker. A page without Trusted Types takes the
// plain address.
const ours = new Set();
const POLICY = "tintype", FIRST = Symbol.for(POLICY);
let policy, refusal;
try {
  policy = globalThis.trustedTypes?.createPolicy(POLICY, {
    createScriptURL(address) {
      const url = new URL(address, base).href;
      if (url.startsWith(base) || ours.has(url)) return url;
      throw new TypeError("not a script of tintype: " + url);
    },
  });
  // A page whose policy has a place for one "tintype" may load copies of the site from several
  // addresses: the workers of all are this one's.
  if (policy) globalThis[FIRST] ??= startWorker;
} catch (error) {
  refusal = error;
}

// scriptURL is the address of one of our files in the form that this page takes.
export const scriptURL = (name) => trusted(new URL(name, base).href);

const trusted = (url) => policy ? policy.createScriptURL(url) : url;

// download fetches one of our files.
async function download(name, cache) {
  let response;
  try {
    response = await fetch(new URL(name, base), { cache });
  } catch {
    throw new Sentence("The program could not be downloaded: the server cannot be reached.",
      "Check that the server is running and the connection is up, then reload the page.", "network");
  }
  if (!response.ok) {
    throw new Sentence(`The program is missing: the server answered ${response.status} for ${name}.`,
      response.status === 503 ? "It is still being built; reload in a moment."
        : "Build the site first (make run), or upload the file beside this page.", "missing");
  }
  return response;
}

// compile resolves to the program as a module, compiled while it arrives.
async function compile(response) {
  const copy = response.clone(); // for what to say if it cannot be
  try {
    const module = await WebAssembly.compileStreaming(response);
    copy.body?.cancel();
    return module;
  } catch {
    return compileBytes(new Uint8Array(await copy.arrayBuffer()));
  }
}

// compileBytes is for what compile cannot: a host with the wrong MIME type, an
// HTML page in place of the file, a file that is broken. The bytes tell which.
async function compileBytes(bytes) {
  if (WASM_MAGIC.some((b, i) => bytes[i] !== b)) {
    throw new Sentence("The server sent something else instead of the program.",
      "If this network asks you to sign in first, do that and reload; otherwise the site is not set up right.", "not-model");
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (reason) {
    throw new Sentence("This browser refused the program: " + reason.message + ".",
      "Reload the page; if it happens again, use a newer browser.");
  }
}

let asked = 0;

// useProcessors is for a page of ours, whose address may say it (?threads=1). An element's page is its author's.
export function useProcessors(count) {
  asked = Math.max(Math.floor(count) || 0, 0);
}

// processors is how many the page may keep busy, by threads or by workers: the machine's, or what was asked for.
export const processors = () => asked || navigator.hardwareConcurrency || 1;

// threadCount is how many threads one worker may use. Memory is shared on
// isolated pages only, and in WebKitGTK not even there.
function threadCount() {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer === "function" ? processors() : 1;
}

let loading; // the page's one program

// program resolves to {module, shared}: the compiled program, whose memory is
// one that threads can share where shared is how many of them a worker may use.
// It is downloaded once; after a failure the next call tries again.
export function program() {
  // A sign-in page that a network gave in its place may have stayed in the browser's cache.
  const again = (error) => error.type === "not-model" ? load("reload") : Promise.reject(error);
  return loading ??= load("default").catch(again).catch((error) => {
    loading = undefined;
    throw error;
  });
}

async function load(cache) {
  if (typeof WebAssembly !== "object" || typeof OffscreenCanvas !== "function" || typeof Worker !== "function") {
    throw new Sentence("This browser lacks something that drawing needs: WebAssembly, workers or OffscreenCanvas.",
      "Use Chrome 91, Firefox 105, Safari 16.4 or newer.");
  }
  const simd = WebAssembly.validate(SIMD_PROBE);
  if (embedded) {
    if (!simd) throw new Sentence("This browser cannot run the program: it lacks WebAssembly SIMD.", "Use Chrome 91, Firefox 89, Safari 16.4 or newer.");
    return { module: await WebAssembly.compile(await unpack(embedded.wasm)), shared: 0 };
  }
  const size = simd ? threadCount() : 1;
  const name = programName(simd);
  if (size === 1) return { module: await compile(await download(name, cache)), shared: 0 };
  const script = import("./share.js");
  script.catch(() => {}); // it is said below
  const response = await download(name, cache);
  const bytes = new Uint8Array(await response.arrayBuffer());
  try {
    await script;
    return { module: await WebAssembly.compile(globalThis.sharedProgram(bytes)), shared: size };
  } catch (error) {
    console.warn("one thread only:", error);
    return { module: await compileBytes(bytes), shared: 0 };
  }
}

const programName = (simd) => simd ? "tintype.wasm" : "tintype-scalar.wasm";

// startWorker returns a Worker that is given the program as soon as it is
// compiled. It may be used at once: worker.js keeps what arrives before Go is up.
export function startWorker(alone = false) {
  if (refusal && globalThis[FIRST]) return globalThis[FIRST](alone);
  let worker;
  try {
    worker = new Worker(workerURL(), { name: "tintype" });
  } catch (error) {
    throw new Sentence(`This page does not let tintype start its worker: ${(refusal ?? error).message}`,
      "Allow it in the page's Content-Security-Policy: worker-src with the scripts' address, and trusted-types tintype.", "refused");
  }
  program().then(({ module, shared }) => {
    if (!shared) worker.postMessage({ module });
    else worker.postMessage({ module: new URL(programName(true), base).href, threads: { module, size: alone ? 1 : shared } });
  }, (error) => worker.dispatchEvent(new MessageEvent("message", { data: { kind: "exit", code: -1, text: error.message, error } })));
  return worker;
}

// unpack gives the bytes of a gzip stream written in base64.
async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

let bridge; // address of a worker made here

// workerURL is worker.js itself or, where that is of another origin than the
// page and may not be a worker's script, or no file at all, a worker made here.
function workerURL() {
  if (!embedded && new URL(base).origin === location.origin) return scriptURL("worker.js");
  if (!bridge) {
    const text = embedded ? embedded.worker
      : `self.tintypeBase = ${JSON.stringify(base)}; importScripts(self.tintypeBase + "worker.js");`;
    bridge = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    ours.add(bridge);
  }
  return trusted(bridge);
}
