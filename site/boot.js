// The page's loader: the runtime, a first worker, and then the page's own Go
// program, which draws everything else. What goes wrong before that is up is
// said here.

import { inflate, pixels } from "./decode.js";
import { base, processors, program, scriptURL, Sentence, startWorker, useProcessors } from "./runtime.js";

// What wasm/threads asks of a page that has no helpers.
const ALONE = { count: () => 1, start() {}, next: () => -1 };

function fail(error) {
  const own = error instanceof Sentence;
  const text = own ? error.message : "The program stopped: " + (error && error.message || error) + ".";
  const remedy = own ? error.remedy : "Reload the page; if it happens again, try another browser.";
  const { dataset } = document.getElementById("app"); // as page.enter has it
  dataset.state = "error";
  dataset.error = Number(dataset.error ?? 0) + 1;
  document.getElementById("alert-text").textContent = text;
  document.getElementById("alert-remedy").textContent = remedy;
  document.getElementById("alert").hidden = false;
  document.getElementById("status").textContent = "";
  document.getElementById("empty-text").textContent = "No picture yet.";
  const retry = document.getElementById("retry");
  retry.textContent = "Reload";
  retry.onclick = () => location.reload();
  console.error(error);
}

// goRuntime loads wasm_exec.js, which is Go's own and no module.
function goRuntime() {
  if (typeof Go === "function") return Promise.resolve(); // a page that is one file has it
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = scriptURL("wasm_exec.js");
    script.onload = resolve;
    script.onerror = () => reject(new Sentence("The file wasm_exec.js is missing.",
      "Build the site first (make run), or upload the file beside this page."));
    document.head.append(script);
  });
}

async function boot() {
  useProcessors(new URLSearchParams(location.search).get("threads"));
  const runtime = goRuntime();
  // The first worker starts while the page's instance does. If it breaks
  // before anybody listens, the page shall get another and hear why.
  let spare = startWorker();
  spare.onerror = () => { spare = null; };
  spare.onmessage = (event) => { if (event.data.kind === "exit") spare = null; };
  globalThis.tintype = {
    base,
    models: globalThis.tintypeEmbedded?.models,
    processors: processors(),
    startWorker(alone) {
      const worker = spare || startWorker(alone);
      spare = null;
      return worker;
    },
    inflate,
    pixels,
    // One call from Go for a list of hundreds; the names are separated by NUL.
    options: (list, names) => list.append(...names.split("\0").map((name) => new Option(name, name))),
  };
  const [{ module, shared }] = await Promise.all([program(), runtime]);
  const go = new Go();
  go.importObject.threads = ALONE;
  if (shared) { // the page needs no threads, but what is compiled for them
    wrapViews();
    go.importObject.env = { mem: sharedMemory(module, 256) };
  }
  go.exit = (code) => fail(new Error("the page's program ended with code " + code));
  const instance = await WebAssembly.instantiate(module, go.importObject);
  go.run(instance).catch(fail);
}

// A site made by dist works without a network too (offline.js). That is not in
// the way of the first picture.
if (document.documentElement.dataset.offline) {
  setTimeout(() => import("./offline.js").then(({ keepOffline }) => keepOffline()).catch((error) => console.warn("not kept for offline use:", error)), 2000);
}

boot().catch(fail);
