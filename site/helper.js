// A compute thread: an instance of the program that only runs parts of kernels.
// Its one message is {module, index, memory, words}; see threads.js.
"use strict";

// Trusted Types: the one script that this worker loads is beside it.
const beside = new URL("threads.js", self.location.href).href;
const policy = self.trustedTypes?.createPolicy("tintype", {
  createScriptURL(url) {
    if (url === beside) return url;
    throw new TypeError("not a script of tintype: " + url);
  },
});
importScripts(policy ? policy.createScriptURL(beside) : beside);

self.onmessage = async ({ data: { module, index, memory, words } }) => {
  const imports = { env: { mem: memory } };
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") continue;
    imports[from] ??= {};
    imports[from][name] = () => { throw new Error("a part of a kernel called " + name); };
  }
  const instance = await WebAssembly.instantiate(module, imports);
  self.postMessage("ready");
  try {
    runHelper(instance, index, memory, words);
  } catch (error) {
    console.error(error);
    Atomics.store(words, THREADS.FAILED, index + 1);
    Atomics.notify(words, THREADS.OPEN);
  }
};
