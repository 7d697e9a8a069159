// Makes the program one whose memory workers can share. The build left in it what
// is to stand in place of its imports and exports (internal/postlink), and no
// number in the code depends on either; the memory, imported then, is no longer
// declared. It is a script and a module alike: both find sharedProgram in the global scope.
"use strict";

// sharedProgram returns the bytes of that program, given the plain one compiled
// and as bytes.
function sharedProgram(module, bytes) {
  const IMPORTS = 2, MEMORY = 5, EXPORTS = 7; // sections (WebAssembly Core Specification, 5.5.2)
  const note = (name) => {
    const [content] = WebAssembly.Module.customSections(module, name);
    if (!content) throw new Error("this program was not made for threads");
    return new Uint8Array(content);
  };
  const edited = { [IMPORTS]: note("tintype.imports"), [EXPORTS]: note("tintype.exports"), [MEMORY]: null };
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length;) {
    const start = at, id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += size;
    const content = edited[id];
    if (content === undefined) parts.push(bytes.subarray(start, at));
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

// lengthOf is the length of an array as the format writes it, unsigned LEB128.
function lengthOf(array) {
  const bytes = [];
  let n = array.length;
  for (; n >= 0x80; n = Math.floor(n / 0x80)) bytes.push(n % 0x80 + 0x80);
  return [...bytes, n];
}

globalThis.sharedProgram = sharedProgram;
