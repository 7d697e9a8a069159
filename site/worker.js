// The worker's loader. Its first message is {module}, the compiled program;
// everything after that is PROTOCOL.md and goes to Go, which takes over
// onmessage. When the program ends, for whatever reason, the page is told
// with {kind: "exit"}: this worker is of no use any more then.
"use strict";
importScripts("wasm_exec.js");

const early = []; // messages that came before Go was up
const said = []; // the last lines on standard error: the reason of a crash

self.onmessage = async (event) => {
  self.onmessage = (e) => early.push(e);
  listen();
  try {
    const go = new Go();
    let code = 0;
    go.exit = (c) => { code = c; };
    const instance = await WebAssembly.instantiate(event.data.module, go.importObject);
    const ended = go.run(instance); // returns when main has set onmessage and waits
    for (const e of early) self.onmessage(e);
    await ended;
    exit(code, said.join("\n"));
  } catch (error) {
    exit(-1, String(error));
  }
};

function exit(code, text) {
  self.onmessage = null;
  self.postMessage({ v: 1, id: 0, kind: "exit", code, text });
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
