// This project's engine in a worker: the Go program of peers/inpage. It sets
// engine.answer and then calls engine.ready with an error or nothing.
"use strict";
importScripts("wasm_exec.js");

const query = new URLSearchParams(location.search);
const go = new Go();
go.argv = ["inpage", query.get("graph")];

self.engine = { ready: (error) => postMessage(error ? { error } : {}) };
self.onmessage = ({ data: order }) => postMessage(engine.answer(order));

WebAssembly.instantiateStreaming(fetch(query.get("program")), go.importObject)
  .then(({ instance }) => go.run(instance))
  .then(() => postMessage({ error: "the program ended" }))
  .catch((error) => postMessage({ error: String(error) }));
