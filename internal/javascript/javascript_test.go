//go:build !js

package javascript

import (
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
