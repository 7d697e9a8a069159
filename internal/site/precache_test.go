//go:build !js

package site

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// The service worker's list says what the page cannot do without: all that these scripts import is on it too.
func TestEssentialFilesAreComplete(t *testing.T) {
	imports := regexp.MustCompile(`(?m)^import .* from "\./([^"]+)"`)
	for _, name := range essential {
		if name == wasmExec || name == simdWasm {
			continue // made by the build
		}
		text, err := os.ReadFile(filepath.Join("..", "..", "site", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range imports.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(essential, m[1]) {
				t.Errorf("%s imports %s, which a service worker may go without", name, m[1])
			}
		}
	}
	for name, want := range map[string]int{"index.html": needed, "boot.js": needed, simdWasm: needed, scalarWasm: asked, "base.css": wanted, "icon.svg": wanted, "api.js": wanted} {
		if got, ok := needOf(name); !ok || got != want {
			t.Errorf("%s is needed by %d, %t, want %d", name, got, ok, want)
		}
	}
	for _, name := range []string{"sw.js", "models/index.json", "models/m.zst", "examples/plain.html", "LICENSE"} {
		if _, ok := needOf(name); ok {
			t.Errorf("%s is on the list", name)
		}
	}
}
