// The visitor of browser_matrix_test.go: draws one picture, with the page's
// controls or by the element, and tells its hash by asking for an image, which
// every page may do. resultURL is set where that is not beside the page.
"use strict";
(() => {
  const result = globalThis.resultURL ?? new URL("result", document.baseURI).href;
  const tell = (fields) => { new Image().src = result + "?" + new URLSearchParams(fields); };
  tell({ began: "" });
  addEventListener("error", (e) => tell({ error: e.message || "a script could not be loaded" }));
  addEventListener("unhandledrejection", (e) => tell({ error: String(e.reason) }));
  addEventListener("securitypolicyviolation", (e) => tell({ error: `${e.effectiveDirective} was broken by ${e.blockedURI} in ${e.sourceFile}` }));

  const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

  async function wait(state) {
    for (;;) {
      const app = document.getElementById("app");
      if (app.dataset.state === state) return;
      if (app.dataset.state === "error") throw new Error(document.getElementById("alert").innerText);
      await sleep(10);
    }
  }

  async function page() {
    await wait("idle");
    const seed = document.getElementById("seed");
    seed.value = "42";
    for (const kind of ["input", "change"]) seed.dispatchEvent(new Event(kind, { bubbles: true }));
    document.getElementById("generate").click();
    await wait("done");
    return document.getElementById("stage").dataset.hash;
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
    } catch (error) {
      tell({ error: String(error && error.message || error) });
    }
  });
})();
