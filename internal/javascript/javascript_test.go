//go:build !js

package javascript

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMinify(t *testing.T) {
	got, err := Minify("a.js", []byte("// why\nexport const longName = 1;\nexport function f(argument) {\n  return argument ?? longName;\n}\n"))
	if err != nil || strings.Contains(string(got), "why") || strings.Contains(string(got), "argument") || !strings.Contains(string(got), "longName") {
		t.Errorf("%q, %v", got, err)
	}
	got, err = Minify("b.js", []byte("\"use strict\";\nconst ALONE = 1; // of all scripts\nfunction start(value) { return value + ALONE; }\n"))
	if err != nil || !strings.HasPrefix(string(got), `"use strict"`) || !strings.Contains(string(got), "ALONE") || !strings.Contains(string(got), "start") {
		t.Errorf("a script's globals: %q, %v", got, err)
	}
	if _, err := Minify("c.js", []byte("let a = ;")); err == nil || !strings.Contains(err.Error(), "c.js:1:8") {
		t.Errorf("error %v, want its place", err)
	}
}

func TestBundle(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.js":  "import { base } from './other.js';\nconsole.log(base, import.meta.url);\n",
		"other.js": "export const base = 'there';\n",
		"lost.js":  "import './nowhere.js';\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Bundle(filepath.Join(dir, "main.js"))
	if err != nil || !strings.Contains(string(got), "there") || !strings.Contains(string(got), "import.meta.url") || strings.Contains(string(got), "./other.js") {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Bundle(filepath.Join(dir, "lost.js")); err == nil || !strings.Contains(err.Error(), "nowhere.js") {
		t.Errorf("error %v, want the file's name", err)
	}
}
