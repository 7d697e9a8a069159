// The service worker: the page without a network. Files are kept by their hash
// and served from there; a new version is fetched beside the old one and takes
// over when the visitor says so. Models are the worker's own business: it keeps
// them by hash too. `make dist` fills in the list.
"use strict";
const FILES = []; // [address, hash]
const CACHE = "tintype-page " + self.registration.scope; // an origin may have several sites

const keyOf = ([address, hash]) => new URL(address + "?" + hash, self.registration.scope).href;

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  await Promise.all(FILES.map(async (file) => {
    if (await cache.match(keyOf(file))) return; // the same bytes as in the last version
    const response = await fetch(new URL(file[0], self.registration.scope), { cache: "no-cache" });
    if (!response.ok) throw new Error(`${response.status} for ${file[0]}`);
    // Hosts that send index.html on to its folder: a page may not come from a response that was.
    await cache.put(keyOf(file), response.redirected ? new Response(response.body, { headers: response.headers }) : response);
  }));
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  const wanted = new Set(FILES.map(keyOf));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  await self.clients.claim();
})()));

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

const byURL = () => new Map(FILES.map((file) => [new URL(file[0], self.registration.scope).href, keyOf(file)]));
let table;

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  url.search = url.hash = "";
  if (url.href.endsWith("/")) url.href += "index.html";
  table ??= byURL();
  const key = table.get(url.href);
  if (!key || event.request.method !== "GET") return; // models, and what is not ours
  event.respondWith((async () => (await (await caches.open(CACHE)).match(key)) ?? fetch(event.request))());
});
