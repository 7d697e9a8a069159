// The page's side of sw.js: registers it, and asks before a new version takes
// over. The page can be installed then, which browsers advertise.

import { scriptURL } from "./runtime.js";

export async function keepOffline() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: "manifest.webmanifest" }));
  const registration = await serviceWorker.register(scriptURL("sw.js"));
  const offer = (worker) => {
    if (!worker || !serviceWorker.controller) return; // the first version is nothing new
    worker.addEventListener("statechange", () => worker.state === "installed" && ask(worker, registration));
    if (worker.state === "installed") ask(worker, registration);
  };
  offer(registration.waiting ?? registration.installing);
  registration.addEventListener("updatefound", () => offer(registration.installing));
}

function ask(worker, registration) {
  if (document.getElementById("update")) return;
  const note = Object.assign(document.createElement("div"), { id: "update", className: "update" });
  note.setAttribute("role", "status");
  const button = (text, act) => Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick: act });
  note.append("A new version of this page is here.", button("Use it now", () => {
    note.textContent = "One moment…";
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage("take over");
    setInterval(() => part(registration), 3000);
  }), button("Later", () => note.remove()));
  document.body.append(note);
}

// Chromium may keep an old version for minutes although it has nothing to do any more. With a network the page can part with
// it: loaded anew it is the new one, and keeps itself again.
async function part(registration) {
  const there = await fetch("sw.js", { cache: "no-store" }).then(({ ok }) => ok, () => false);
  if (there && await registration.unregister()) location.reload();
}
