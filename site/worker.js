// The worker's loader. One message, not always the first, is {module, threads},
// the compiled program, or its address where threads have it in their form; all
// others are docs/PROTOCOL.md and go to Go, which takes over onmessage. When the program ends, for whatever reason, the page is told
// with {kind: "exit"}: this worker is of no use any more then.
"use strict";

// Trusted Types (see runtime.js): this worker starts our own scripts only. Its own
// address is a bridge's where the page is of another origin.
const base = self.tintypeBase ?? self.location.href.replace(/[^/]*$/, "");
const policy = self.trustedTypes?.createPolicy("tintype", {
  createScriptURL(url) {
    if (url.startsWith(base)) return url;
    throw new TypeError("not a script of tintype: " + url);
  },
});
const own = (name) => policy ? policy.createScriptURL(base + name) : base + name;

if (typeof Go !== "function") importScripts(own("wasm_exec.js"));
if (self.crossOriginIsolated) { // they will be asked for as soon as the program is here
  try {
    threadScripts();
  } catch {} // openTeam tries again, and says it
}

const ALONE = { count: () => 1, start() {}, next: () => -1 }; // what wasm/threads asks, without helpers
const early = []; // messages that came before Go was up
const said = []; // the last lines on standard error: the reason of a crash

self.onmessage = async (event) => {
  if (!event.data) return; // nobody's
  if (!event.data.module) {
    early.push(event);
    return;
  }
  self.onmessage = (e) => early.push(e);
  listen();
  try {
    const go = new Go();
    let code = 0;
    go.exit = (c) => { code = c; };
    let { module, threads } = event.data;
    const team = threads && await openTeam(threads);
    if (team) module = threads.module;
    else if (typeof module === "string") module = await WebAssembly.compile(await download(module));
    Object.assign(go.importObject, team ? team.imports() : { threads: ALONE });
    const instance = await WebAssembly.instantiate(module, go.importObject);
    const ended = go.run(instance); // returns when main has set onmessage and waits
    for (const e of early) self.onmessage(e);
    await ended;
    exit(code, said.join("\n"));
  } catch (error) {
    exit(-1, String(error));
  }
};

const download = async (url) => (await fetch(url)).arrayBuffer();

// openTeam starts the compute threads. Without them, for whatever reason, the
// program with a memory of its own does the same on one.
async function openTeam({ module, size }) {
  try {
    if (typeof Team !== "function") threadScripts();
    const team = await Team.open(module, size, own("helper.js"), lost);
    wrapViews();
    return team;
  } catch (error) {
    console.warn("one thread only:", error);
    return null;
  }
}

function threadScripts() {
  importScripts(own("share.js"), own("threads.js"));
}

// lost is called in the middle of a pass, with the program on the stack.
function lost(text) {
  exit(-1, text);
  self.close();
}

function exit(code, text) {
  self.onmessage = null;
  self.postMessage({ v: 2, id: 0, kind: "exit", code, text });
}

// listen keeps the first lines of what Go prints; wasm_exec.js logs them all.
function listen() {
  const decoder = new TextDecoder();
  const write = globalThis.fs.writeSync;
  globalThis.fs.writeSync = (fd, buffer) => {
    if (said.length < 20) said.push(decoder.decode(buffer));
    return write(fd, buffer);
  };
}
