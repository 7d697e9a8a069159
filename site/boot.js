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

  async function compile(name) {
    const response = await download(name);
    const spare = response.clone();
    try {
      const module = await WebAssembly.compileStreaming(response);
      spare.body?.cancel();
      return module;
    } catch (cause) {
      // A host with the wrong MIME type, an HTML page in place of the file, or
      // a file that really is broken: the bytes tell which.
      const bytes = new Uint8Array(await spare.arrayBuffer());
      if (WASM_MAGIC.some((b, i) => bytes[i] !== b)) {
        throw new Sentence(`The server sent something else instead of the program ${name}.`,
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

  // compileThreads resolves to {module, size} of the build with a shared memory,
  // to null where one thread must do.
  async function compileThreads(size) {
    if (!(size > 1)) return null;
    try {
      return { module: await compile("tintype-threads.wasm"), size };
    } catch (error) {
      console.warn("one thread only:", error);
      return null;
    }
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
    const threads = compileThreads(simd ? threadCount() : 1);
    const module = await compile(simd ? "tintype.wasm" : "tintype-scalar.wasm");
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
    go.exit = (code) => fail(new Error("the page's program ended with code " + code));
    const instance = await WebAssembly.instantiate(module, go.importObject);
    go.run(instance).catch(fail);
  }

  boot().catch(fail);
})();
