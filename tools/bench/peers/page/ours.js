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
  const response = await fetch(query.get("program"));
  const copy = response.clone();
  let module = await WebAssembly.compileStreaming(response);
  if (query.get("threads") > 1) {
    importScripts("threads.js", "share.js");
    wrapViews();
    module = await WebAssembly.compile(sharedProgram(module, new Uint8Array(await copy.arrayBuffer())));
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
