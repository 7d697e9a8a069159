// Runs a program with site/threads.js under Node, whose workers are made to
// look like a browser's:
//
//	node node.js <site folder> <wasm_exec.js> <program> <threads> [<what to do to a helper>]
//
// "kill" terminates helper 0 while it sleeps, "hang" makes it take a part and
// never finish, "throw" has it fail in a part. The main side takes no part of a
// job before a helper has one where a helper is to come to harm in it.
"use strict";
const { Worker: NodeWorker, isMainThread, parentPort, workerData } = require("node:worker_threads");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const [site, exec, program, size, harm] = workerData ?? process.argv.slice(2);
const load = (file) => vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });

// Scripts load others by their addresses.
globalThis.location = { href: "https://site/" };
globalThis.importScripts = (url) => load(path.join(site, path.basename(url)));

// The part of a browser's Worker that threads.js uses.
globalThis.Worker = class {
  constructor(url) {
    this.worker = new NodeWorker(__filename, { workerData: [site, exec, url, size, harm] });
    this.worker.on("message", (data) => this.onmessage?.({ data }));
    this.worker.on("error", (error) => this.onerror?.(error));
  }
  postMessage(data) { this.worker.postMessage(data); }
  terminate() { return this.worker.terminate(); }
};

async function main() {
  load(exec);
  importScripts("share.js");
  importScripts("threads.js");
  vm.runInThisContext("wrapViews()");
  const { Team, THREADS } = vm.runInThisContext("({ Team, THREADS })");
  if (harm === "hang") THREADS.PATIENCE_MS = 1000;
  const module = await WebAssembly.compile(vm.runInThisContext("sharedProgram")(fs.readFileSync(program)));
  const team = await Team.open(module, +size, "helper.js", (text) => { console.log("lost:", text); process.exit(3); });
  if (harm === "kill") {
    while (Atomics.load(team.words, THREADS.ASLEEP) < team.helpers.length) await new Promise((resolve) => setTimeout(resolve, 1));
    await team.helpers[0].terminate();
  }
  if (harm === "hang" || harm === "throw") helpersFirst(team, THREADS.LEFT);
  const go = new Go();
  Object.assign(go.importObject, team.imports());
  await go.run(await WebAssembly.instantiate(module, go.importObject));
  process.exit(0);
}

// helpersFirst has the main side wait until the first part of each job is taken.
function helpersFirst(team, LEFT) {
  const { start, next } = team, nothing = new Int32Array(new SharedArrayBuffer(4));
  let opened = 0;
  team.start = (stacks, stackBytes, parts) => start.call(team, stacks, stackBytes, opened = parts);
  team.next = () => {
    while (Atomics.load(team.words, LEFT) === opened) Atomics.wait(nothing, 0, 0, 1);
    return next.call(team);
  };
}

function helper() {
  globalThis.self = globalThis;
  self.postMessage = (data) => parentPort.postMessage(data);
  parentPort.on("message", (data) => {
    if (harm === "hang" || harm === "throw") spoil(data);
    self.onmessage({ data });
  });
  load(path.join(site, program)); // the script's name is passed in the program's place
}

// spoil replaces the leaf of helper 0 by one that goes wrong in its third part.
function spoil(data) {
  if (data.index !== 0) return;
  const run = globalThis.runHelper;
  let parts = 0;
  globalThis.runHelper = (instance, ...rest) => run({
    exports: { ...instance.exports, "tintype.leaf": (pc) => {
      if (++parts < 3) return instance.exports["tintype.leaf"](pc);
      if (harm === "throw") throw new Error("thrown on purpose");
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    } },
  }, ...rest);
}

if (isMainThread) main(); else helper();
