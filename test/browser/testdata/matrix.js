// The visitor of browser_matrix_test.go: draws one picture, with the page's
// controls or by the element, and tells its hash by asking for an image, which
// every page may do. Its script element says more: data-result is where to tell
// it, if not beside the page; data-grid asks for a grid, too, and data-own for
// one that is made with a checkpoint from this address.
"use strict";
(() => {
  const { result = new URL("result", document.baseURI).href, grid, own } = document.currentScript.dataset;
  const tell = (fields) => { new Image().src = result + "?" + new URLSearchParams(fields); };
  tell({ began: "" });
  addEventListener("error", (e) => tell({ error: e.message || "a script could not be loaded" }));
  addEventListener("unhandledrejection", (e) => tell({ error: String(e.reason) }));
  addEventListener("securitypolicyviolation", (e) => tell({ error: `${e.effectiveDirective} was broken by ${e.blockedURI} in ${e.sourceFile}` }));

  const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

  const times = (state) => Number(document.getElementById("app").dataset[state] ?? 0); // that the page entered it

  // reach waits until the page has entered a state, and after for that since something was done.
  async function reach(state, before = 0, errors = 0) {
    while (times(state) === before) {
      if (times("error") > errors) throw new Error(document.getElementById("alert").innerText);
      await sleep(10);
    }
  }
  async function after(act, state) {
    const before = times(state), errors = times("error");
    act();
    await reach(state, before, errors);
  }

  function set(id, value) {
    const input = document.getElementById(id);
    input.value = value;
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  async function draw() {
    await after(() => document.getElementById("generate").click(), "done");
    return document.getElementById("stage").dataset.hash;
  }

  async function page() {
    await reach("idle");
    set("seed", "42");
    return draw();
  }

  if (grid !== undefined) Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => 2 });
  let crew = []; // the page's workers and what they said
  const Plain = Worker;
  self.Worker = class extends Plain {
    constructor(...args) {
      super(...args);
      const me = { worker: this, heard: [], threads: 1 };
      crew.push(me);
      this.addEventListener("message", ({ data }) => {
        me.heard.push(data.kind);
        me.threads = data.threads ?? me.threads;
      });
    }
    terminate() {
      crew = crew.filter((one) => one.worker !== this);
      super.terminate();
    }
  };

  // drawGrid draws four pictures twice: while the first ones are drawn the other workers come, who
  // then draw too. It gives the hash, and how many threads or workers made pictures.
  async function drawGrid() {
    set("count", "4");
    await draw();
    while (crew[0].threads === 1 && crew.length === 1 || crew.some((one) => !one.heard.includes("loaded"))) await sleep(10);
    for (const one of crew) one.heard = [];
    const hash = await draw();
    const drew = crew.filter((one) => one.heard.includes("picture"));
    return { hash, processors: drew.reduce((sum, one) => sum + one.threads, 0) };
  }

  // drawOwn has a file fall on the page, and gives the hash of a grid made with it.
  async function drawOwn(address) {
    const file = new File([await (await fetch(address)).blob()], "mine.safetensors.zst");
    const drop = new Event("drop", { bubbles: true, cancelable: true });
    drop.dataTransfer = { types: ["Files"], items: [{ kind: "file", getAsFile: () => file }] }; // WebKit's has no items to add to
    await after(() => document.body.dispatchEvent(drop), "idle");
    set("steps", "4");
    return drawGrid();
  }

  async function element(e) {
    while (!e.hash) {
      if (e.state === "error") throw new Error(e.shadowRoot.querySelector("[part=error]").textContent);
      await sleep(10);
    }
    return e.hash;
  }

  // kept resolves once the model is stored, the service worker has everything and the page is its.
  async function kept() {
    while ((await (await caches.open("tintype-models")).keys()).length === 0) await sleep(10);
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await sleep(10);
  }

  addEventListener("DOMContentLoaded", async () => {
    try {
      const e = document.querySelector("tintype-sampler");
      const hash = await (e ? element(e) : page());
      if (document.documentElement.dataset.offline) await kept();
      tell({ hash, agent: navigator.userAgent });
      if (grid !== undefined) tell(await drawGrid());
      if (own) tell(await drawOwn(own));
    } catch (error) {
      tell({ error: String(error && error.message || error) });
    }
  });
})();
