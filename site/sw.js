// The service worker: the page without a network. Files are kept by their hash,
// once that was seen to be right, and served from there. A new version is
// fetched beside the old one and takes over when the visitor says so; a page
// that is open meanwhile goes on with the files of its own version, which go
// with the last page of them. The list of models is asked from the host first:
// it grows without a new version. Models are the worker's own business: it keeps
// them by hash too. `make dist` fills in the list.
"use strict";
const NEEDED = 0, WANTED = 1, ASKED = 2; // without it no version; kept unless the host refuses it; kept once a page asks for it
const FILES = []; // [address, hash, NEEDED, WANTED or ASKED]
const SCOPE = self.registration.scope;
const CACHE = "tintype-page " + SCOPE; // an origin may have several sites
const MODELS = new URL("models/index.json", SCOPE).href;
const MODELS_MS = 4000; // that the host may take where an earlier list is here
const RECORD = SCOPE + "?client="; // what is kept of a page: {owner, files}, see answer

const addressOf = ([name]) => new URL(name, SCOPE).href;
const keyOf = ([name, hash]) => SCOPE + "?file=" + hash + name.slice(name.lastIndexOf(".")); // what has the same bytes is kept once
const ours = new Set(FILES.map(addressOf));
const open = () => caches.open(CACHE);
const find = (cache, key) => cache.match(key, { ignoreVary: true });

class Refused extends Error { constructor(response) { super(`${response.status} for ${response.url}`); this.response = response; } }
class Foreign extends Error {} // other bytes than this version's

async function hashOf(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes), 0, 8);
  return Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("");
}

// plain is a response as it can be kept: none that came from another address, and without what was said of its way here.
// Cache.put takes none with Vary: *, and a page none from a response that was sent on.
function plain(body, { headers }) {
  const kept = new Headers(headers);
  for (const name of ["vary", "content-encoding", "content-length"]) kept.delete(name);
  return new Response(body, { headers: kept });
}

// fetched gives a file from the host if it is the right one. A copy of the browser's is asked about, and passed by if it
// is another one: the sign-in page of a network may have left it.
async function fetched(file) {
  for (const cache of ["no-cache", "reload"]) {
    const response = await fetch(addressOf(file), { cache });
    if (!response.ok) throw new Refused(response);
    const bytes = await response.arrayBuffer();
    if (await hashOf(bytes) === file[1]) return plain(bytes, response);
  }
  throw new Foreign(`${file[0]} is not the file of this version`);
}

// keep has a file in the cache: what an earlier version left there if that is right.
async function keep(cache, file) {
  const left = await find(cache, keyOf(file));
  if (left && await hashOf(await left.arrayBuffer()) === file[1]) return;
  await cache.delete(keyOf(file));
  try {
    await cache.put(keyOf(file), await fetched(file));
  } catch (error) {
    if (file[2] === NEEDED || !(error instanceof Refused)) throw error; // the browser tries again at the next visit
  }
}

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await open();
  await remember("next", { owner: "next", files: FILES }); // the version at work leaves these alone
  await Promise.all(FILES.filter((file) => file[2] !== ASKED).map((file) => keep(cache, file)));
  await models(event, new Request(MODELS, { cache: "no-cache" })).catch(() => {});
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  // Pages that are here and were not given by a version of this file came from the host.
  for (const { id } of await everybody()) if (!await recall(id)) await remember(id, { owner: id, files: null });
  await tidy();
  await self.clients.claim();
})()));

self.addEventListener("message", (event) => {
  const { data, source } = event;
  if (data === "take over") self.skipWaiting();
  if (data === "tidy") event.waitUntil(tidy());
  if (data?.made) event.waitUntil(adopt(source, data.made));
});

const everybody = () => self.clients.matchAll({ includeUncontrolled: true, type: "all" });
const pages = new Map(); // client's id: promise of its record
let started = null; // record of the page or worker that asked for a worker's script last
const coming = new Set(); // ids of clients that were given their file and may not be among everybody yet

// remember keeps a client's record; it outlives this worker, which a browser ends when it likes.
async function remember(id, record) {
  pages.set(id, Promise.resolve(record));
  await (await open()).put(RECORD + id, new Response(JSON.stringify(record))).catch(() => {});
}

function recall(id) {
  if (!pages.has(id)) pages.set(id, open().then((cache) => find(cache, RECORD + id)).then((kept) => kept?.json()));
  return pages.get(id);
}

// adopt makes a page that came from the host, with the files made, one of this version, if it is; else it is told.
async function adopt(source, made) {
  const hashes = new Map(FILES.map((file) => [addressOf(file), file[1]]));
  const same = made.every(([address, hash]) => (hashes.get(address) ?? hash) === hash);
  await remember(source.id, { owner: source.id, files: same ? FILES : [] });
  if (!same) source.postMessage("outdated");
}

// tidy removes what no page needs any more.
async function tidy() {
  const cache = await open(), here = new Set(["next"]);
  for (const { id } of await everybody()) {
    here.add(id);
    coming.delete(id);
  }
  const wanted = new Set([MODELS, ...FILES.map(keyOf)]), requests = await cache.keys();
  for (const { url } of requests.filter(({ url }) => url.startsWith(RECORD))) {
    const { owner, files } = await (await find(cache, url)).json();
    if (!here.has(owner) && !coming.has(owner)) continue;
    wanted.add(url);
    for (const file of files ?? []) wanted.add(keyOf(file));
  }
  for (const request of requests) if (!wanted.has(request.url)) await cache.delete(request, { ignoreVary: true });
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  url.search = url.hash = "";
  if (url.href.endsWith("/")) url.href += "index.html";
  if (event.request.method !== "GET") return;
  if (url.href === MODELS) event.respondWith(models(event, event.request));
  else if (ours.has(url.href)) event.respondWith(answer(event, url.href));
});

// recordOf is the record of who asks. A page is made of this version's files from its first on, a worker is of its owner's
// version. Not every browser says whose a worker is: it is of those who asked for one last.
async function recordOf({ request, clientId, resultingClientId }) {
  if (request.mode === "navigate") return { owner: resultingClientId, files: FILES };
  const known = clientId && await recall(clientId).catch(() => {});
  if (known) return known;
  const client = clientId && await self.clients.get(clientId);
  return client?.type !== "window" && started || { owner: clientId, files: FILES };
}

// answer gives a file of the version that asks. A page that came from the host (files null) has the host's.
async function answer(event, address) {
  const { request, clientId, resultingClientId } = event, begins = request.mode === "navigate";
  const record = await recordOf(event);
  if (begins) coming.add(resultingClientId);
  else if (clientId && !await pages.get(clientId)) event.waitUntil(remember(clientId, record));
  if (resultingClientId) event.waitUntil(remember(resultingClientId, record));
  if (request.destination === "worker") started = record;
  if (!record.files) return fetch(request);
  const file = record.files.find((f) => addressOf(f) === address);
  try {
    if (!file) throw new Foreign(address);
    const kept = await open().then((cache) => find(cache, keyOf(file))).catch(() => {});
    if (kept) return kept;
    const fresh = await fetched(file), copy = fresh.clone();
    event.waitUntil(open().then((cache) => cache.put(keyOf(file), copy)).catch(() => {}));
    return fresh;
  } catch (error) {
    if (error instanceof Refused) return error.response;
    if (begins) { // the host's page, then, whatever it is
      event.waitUntil(remember(resultingClientId, { owner: resultingClientId, files: null }));
      return fetch(request);
    }
    if (error instanceof Foreign) (await self.clients.get(record.owner))?.postMessage("outdated");
    return Response.error();
  }
}

// models gives the list of models: the host's, or where that cannot be had, or is none, the last one that was.
async function models(event, request) {
  const cache = await open(), answered = fetch(request);
  const fresh = answered.then(async (response) => {
    const text = await response.clone().text();
    if (!response.ok || !JSON.parse(text).every((m) => m.id && m.file)) throw new Error("no list of models");
    await cache.put(MODELS, plain(text, response)).catch(() => {});
    return response;
  });
  event.waitUntil(fresh.catch(() => {}));
  const kept = await find(cache, MODELS);
  if (!kept) return answered;
  const late = new Promise((_, fail) => setTimeout(fail, MODELS_MS));
  return Promise.race([fresh, late]).catch(() => kept);
}
