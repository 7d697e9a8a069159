// Makes the program one whose memory workers can share. The build left in it what
// is to stand in place of its imports and exports (internal/postlink), and no
// number in the code depends on either; the memory, imported then, is no longer
// declared. It is a script and a module alike: both find its functions in the global scope.
"use strict";

// sharedProgram returns the bytes of that program, given those of the plain one.
function sharedProgram(bytes) {
  const IMPORTS = 2, MEMORY = 5, EXPORTS = 7; // sections (WebAssembly Core Specification, 5.5.2)
  const sections = [...sectionsOf(bytes)];
  const note = (name) => {
    const found = sections.find((s) => s.id === 0 && nameOf(s.content) === name);
    if (!found) throw new Error("this program was not made for threads");
    return found.content.subarray(1 + name.length); // names are shorter than 128 bytes
  };
  const edited = { [IMPORTS]: note("tintype.imports"), [EXPORTS]: note("tintype.exports"), [MEMORY]: null };
  const parts = [bytes.subarray(0, 8)];
  for (const { id, whole } of sections) {
    const content = edited[id];
    if (content === undefined) parts.push(whole);
    else if (content) parts.push([id, ...lengthOf(content)], content);
  }
  const program = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    program.set(part, end);
    end += part.length;
  }
  return program;
}

// sectionsOf cuts a program into its sections.
function* sectionsOf(bytes) {
  for (let at = 8; at < bytes.length;) {
    const start = at, id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size += (byte & 0x7f) * 2 ** shift;
      if (!(byte >= 0x80)) break;
    }
    const content = bytes.subarray(at, at += size);
    yield { id, content, whole: bytes.subarray(start, at) };
  }
}

// nameOf is the name that a custom section begins with.
const nameOf = (content) => String.fromCharCode(...content.subarray(1, 1 + content[0]));

// lengthOf is the length of an array as the format writes it, unsigned LEB128.
function lengthOf(array) {
  const bytes = [];
  let n = array.length;
  for (; n >= 0x80; n = Math.floor(n / 0x80)) bytes.push(n % 0x80 + 0x80);
  return [...bytes, n];
}

// sharedMemory makes the memory that the program asks for. A maximum is
// address space set aside at once, and some devices have little.
function sharedMemory(module, mib = 1024) {
  const [note] = WebAssembly.Module.customSections(module, "tintype.memory");
  const initial = new DataView(note).getUint32(0, true);
  for (; ; mib /= 2) {
    try {
      return new WebAssembly.Memory({ initial, maximum: mib * 16, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError) || mib <= 128) throw error;
    }
  }
}

// wrapViews lets what wasm_exec.js calls take views of a shared memory, which
// browsers refuse.
function wrapViews() {
  const isShared = (view) => ArrayBuffer.isView(view) && view.buffer instanceof SharedArrayBuffer;
  const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (view, options) {
    return decode.call(this, isShared(view) ? bytes(view).slice() : view, options);
  };
  const random = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = (view) => {
    if (!isShared(view)) return random(view);
    const copy = new Uint8Array(view.byteLength);
    random(copy);
    bytes(view).set(copy);
    return view;
  };
}

Object.assign(globalThis, { sharedProgram, sharedMemory, wrapViews });
