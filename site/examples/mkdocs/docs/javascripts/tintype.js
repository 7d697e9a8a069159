// MkDocs 1.4 writes no type="module", so an ordinary script imports the element. With MkDocs 1.5 or newer,
// "path: tintype/tintype.js, type: module" under extra_javascript does without this file.
import(new URL("../tintype/tintype.js", document.currentScript.src));
