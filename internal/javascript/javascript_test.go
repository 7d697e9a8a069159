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

// Two modules with one name for two things stay two things.
func TestBundle(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.js":   "import { b } from \"./b.js\";\nconst local = 1;\nconsole.log(local + b(), import(\"./c.js\"), \"</script>\");\n",
		"b.js":   "const local = 2;\nexport const b = () => local;\nexport const unused = 3;\n",
		"bad.js": "import { b } from \"./absent.js\";\nb();\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Bundle(filepath.Join(dir, "a.js"), "./c.js")
	text := string(got)
	if err != nil || strings.Contains(text, "b.js\"") || strings.Contains(text, "unused") || strings.Contains(text, "</script>") ||
		!strings.Contains(text, `import("./c.js")`) || strings.Count(text, "local =") != 1 {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Bundle(filepath.Join(dir, "bad.js")); err == nil || !strings.Contains(err.Error(), "absent.js") {
		t.Errorf("error %v, want the file that is missing", err)
	}
}
