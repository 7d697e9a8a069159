package model

import (
	"os"
	"path/filepath"
	"testing"

	"tintype/weights"
)

// Every shipped model loads, is what the manifest says, and computes what was recorded when it was converted.
func TestShippedModelsComputeTheirGoldens(t *testing.T) {
	dir := filepath.Join("..", "site", "models")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := weights.ParseManifest("index.json", string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest) == 0 {
		t.Fatal("no model is shipped")
	}
	for _, entry := range manifest {
		f, err := os.Open(filepath.Join(dir, entry.File))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c, err := weights.Open(f, entry.File, weights.Options{Expect: entry.Expect()})
		if err != nil {
			t.Fatal(err)
		}
		m, err := Load(c)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := m.CheckGoldens(); err != nil || n == 0 {
			t.Errorf("%s: %d goldens checked, error %v", entry.ID, n, err)
		}
		m.goldens[0].values[3] += 0.01
		if _, err := m.CheckGoldens(); err == nil {
			t.Errorf("%s: a wrong golden passes", entry.ID)
		}
	}
}
