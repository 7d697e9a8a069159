// The page's side of sw.js: registers it, and asks before a new version takes
// over. The page can be installed then, which browsers advertise.

import { base, scriptURL } from "./runtime.js";

const { serviceWorker } = navigator;

let taking = false; // the new version over

export async function keepOffline() {
  if (!serviceWorker) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: "manifest.webmanifest" }));
  // That of another site, which this one is below, is none.
  const controller = () => serviceWorker.controller?.scriptURL === new URL("sw.js", base).href;
  let controlled = controller();
  const files = controlled ? null : made(); // before the service worker fetches them anew
  const reload = () => location.reload();
  serviceWorker.addEventListener("controllerchange", () => {
    if (taking) reload();
    else if (controlled) ask(reload); // another page has taken it over
    else files.then((made) => serviceWorker.controller.postMessage({ made }));
    controlled = true;
  });
  serviceWorker.addEventListener("message", ({ data }) => data === "outdated" && ask(reload));
  await files;
  const registration = await serviceWorker.register(scriptURL("sw.js"));
  const offer = (worker) => {
    if (!worker || !controller()) return; // the first version is nothing new
    const look = () => worker.state === "installed" && ask(() => {
      taking = true;
      worker.postMessage("take over");
    });
    worker.addEventListener("statechange", look);
    look();
  };
  offer(registration.waiting ?? registration.installing);
  registration.addEventListener("updatefound", () => offer(registration.installing));
  if (controlled) serviceWorker.controller?.postMessage("tidy");
}

// made is what this page was made of by the host: address and hash of each of
// our files, as the browser still has them.
async function made() {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const files = new Set(loaded.concat(base + "worker.js").filter((name) => name.startsWith(base) && /\.(css|js|wasm)$/.test(name)));
  return Promise.all([...files].map(async (address) => {
    const bytes = await (await fetch(address, { cache: "force-cache" })).arrayBuffer();
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes), 0, 8);
    return [address, Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("")];
  }));
}

let use; // what the button does

function ask(act) {
  use = act;
  if (document.getElementById("update")) return;
  const note = Object.assign(document.createElement("div"), { id: "update", className: "update" });
  note.setAttribute("role", "status");
  const button = (text, onclick) => Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick });
  note.append("A new version of this page is here.", button("Use it now", () => {
    note.textContent = "One moment…";
    use();
  }), button("Later", () => note.remove()));
  document.body.append(note);
}
