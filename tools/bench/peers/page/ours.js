// This project's engine in a worker: the Go program of peers/inpage. It sets
// engine.answer and then calls engine.ready with an error or nothing.
"use strict";
importScripts("wasm_exec.js");

const query = new URLSearchParams(location.search);
const go = new Go();
go.argv = ["inpage", query.get("graph")];

self.engine = { ready: (error) => postMessage(error ? { error } : {}) };
// A program that ends in the middle of an answer, for want of memory say, gives none.
self.onmessage = ({ data: order }) => postMessage(engine.answer(order) ?? { error: "the program ended" });

async function start() {
  let program = new Uint8Array(await (await fetch(query.get("program"))).arrayBuffer());
  if (query.get("threads") > 1) {
    importScripts("share.js", "threads.js");
    wrapViews();
    program = sharedProgram(program);
  }
  const module = await WebAssembly.compile(program);
  if (query.get("threads") > 1) {
    const team = await Team.open(module, query.get("threads"), "helper.js", (error) => postMessage({ error }));
    Object.assign(go.importObject, team.imports());
  } else {
    go.importObject.threads = { count: () => 1, start() {}, next: () => -1 };
  }
  await go.run(await WebAssembly.instantiate(module, go.importObject));
}

start()
  .then(() => postMessage({ error: "the program ended" }))
  .catch((error) => postMessage({ error: String(error) }));
