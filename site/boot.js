// The loader: everything that must happen before Go runs, and the sentences
// for when it cannot. It feature-tests, fetches and compiles the builds that
// fit, starts the first worker and then the page's own instance.
"use strict";
(() => {
  // (module (func (result v128) i32.const 0 i8x16.splat)): valid only with SIMD.
  const SIMD_PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
  ]);
  const WASM_MAGIC = [0, 97, 115, 109];

  // What wasm/threads asks of a page that has no helpers.
  const ALONE = { count: () => 1, start() {}, next: () => -1 };

  // All addresses are relative to this script, so any sub-path works.
  const base = new URL(".", document.currentScript.src);

  class Sentence extends Error {
    constructor(text, remedy) {
      super(text);
      this.remedy = remedy;
    }
  }

  function fail(error) {
    const own = error instanceof Sentence;
    const text = own ? error.message : "The program stopped: " + (error && error.message || error) + ".";
    const remedy = own ? error.remedy : "Reload the page; if it happens again, try another browser.";
    document.getElementById("app").dataset.state = "error";
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

  async function download(name) {
    let response;
    try {
      response = await fetch(new URL(name, base));
    } catch (cause) {
      throw new Sentence("The program could not be downloaded: the server cannot be reached.",
        "Check that the server is running and the connection is up, then reload the page.");
    }
    if (!response.ok) {
      throw new Sentence(`The program is missing: the server answered ${response.status} for ${name}.`,
        response.status === 503 ? "It is still being built; reload in a moment."
          : "Build the site first (make run), or upload the file beside this page.");
    }
    return response;
  }

  // compile resolves to the program as a module. It reads the response, and of
  // spare, a copy of it, what is needed to say why it cannot.
  async function compile(response, spare) {
    try {
      return await WebAssembly.compileStreaming(response);
    } catch (cause) {
      // A host with the wrong MIME type, an HTML page in place of the file, or
      // a file that really is broken: the bytes tell which.
      const bytes = await spare();
      if (WASM_MAGIC.some((b, i) => bytes[i] !== b)) {
        throw new Sentence("The server sent something else instead of the program.",
          "If this network asks you to sign in first, do that and reload; otherwise the site is not set up right.");
      }
      try {
        return await WebAssembly.compile(bytes);
      } catch (reason) {
        throw new Sentence("This browser refused the program: " + reason.message + ".",
          "Reload the page; if it happens again, use a newer browser.");
      }
    }
  }

  // startWorker returns a Worker that will be given the compiled module, and
  // what it needs for more than one thread if that was to be had. It may be used
  // at once: worker.js keeps what arrives before Go is up.
  function startWorker(module, threads) {
    const worker = new Worker(new URL("worker.js", base), { name: "tintype" });
    threads.then((threads) => worker.postMessage({ module, threads }));
    return worker;
  }

  // threadCount is how many threads one worker may use: the machine's, or what
  // the address asks for (?threads=1). Memory is shared on isolated pages only,
  // and in WebKitGTK not even there.
  function threadCount() {
    if (!self.crossOriginIsolated || typeof SharedArrayBuffer !== "function") return 1;
    return Math.floor(new URLSearchParams(location.search).get("threads")) || navigator.hardwareConcurrency || 1;
  }

  // compileThreads resolves to {module, size}, the same program with a memory
  // that can be shared, and to null where one thread must do.
  async function compileThreads(size, module, bytes) {
    if (!(size > 1)) return null;
    try {
      await script("share.js");
      return { module: await WebAssembly.compile(sharedProgram(module, await bytes())), size };
    } catch (error) {
      console.warn("one thread only:", error);
      return null;
    }
  }

  function script(name) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = new URL(name, base);
      element.onload = resolve;
      element.onerror = () => reject(new Error(name + " could not be loaded"));
      document.head.append(element);
    });
  }

  async function boot() {
    if (typeof WebAssembly !== "object" || typeof OffscreenCanvas !== "function" || typeof Worker !== "function") {
      throw new Sentence("This browser lacks something the page needs: WebAssembly, workers or OffscreenCanvas.",
        "Use Chrome 91, Firefox 105, Safari 16.4 or newer.");
    }
    if (typeof Go !== "function") {
      throw new Sentence("The file wasm_exec.js is missing.", "Build the site first (make run), or upload the file beside this page.");
    }
    const simd = WebAssembly.validate(SIMD_PROBE);
    const response = await download(simd ? "tintype.wasm" : "tintype-scalar.wasm");
    const copy = response.clone();
    let bytes; // of the program, read when they are asked for
    const read = () => bytes ??= copy.arrayBuffer().then((buffer) => new Uint8Array(buffer));
    const module = await compile(response, read);
    const threads = compileThreads(simd ? threadCount() : 1, module, read);
    threads.then(() => bytes || copy.body?.cancel());
    // The first worker starts while the page's instance does. If it breaks
    // before anybody listens, the page shall get another and hear why.
    let spare = startWorker(module, threads);
    spare.onerror = () => { spare = null; };
    spare.onmessage = (event) => { if (event.data.kind === "exit") spare = null; };
    globalThis.tintype = {
      base: base.href,
      startWorker() {
        const worker = spare || startWorker(module, threads);
        spare = null;
        return worker;
      },
    };
    const go = new Go();
    go.importObject.threads = ALONE;
    go.exit = (code) => fail(new Error("the page's program ended with code " + code));
    const instance = await WebAssembly.instantiate(module, go.importObject);
    go.run(instance).catch(fail);
  }

  boot().catch(fail);
})();
