package browser

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// another is the text of an expression that makes a Blob of a model's file with a skippable frame of that one character
// behind it: another file, the same network.
func another(model, mark string) string {
	return fmt.Sprintf(`new Blob([await (await fetch("/models/%s")).blob(), new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, %d])])`,
		filepath.Base(model), mark[0])
}

// TestOwnModelsAreKnownByTheirHash: two files whose names have no letter of a recipe's, and two of one name, are four
// models; the link of a picture of each finds its own.
func TestOwnModelsAreKnownByTheirHash(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	listed := len(eval[[]string](b, `[...document.querySelectorAll("#model-list input")].map((e) => e.value)`))
	ids := map[string]bool{}
	for i, file := range []string{"模型.safetensors.zst", "风景.safetensors.zst", "model.safetensors.zst", "model.safetensors.zst"} {
		b.dropped(another(fashion, string(rune('a'+i))), file).state("idle")
		if n := eval[int](b, `document.querySelectorAll("#model-list input").length`); n != listed+i+1 {
			t.Errorf("after %s %d models are listed, want %d", file, n, listed+i+1)
		}
		b.set("#steps", "2")
		b.draw()
		id := eval[string](b, `new URLSearchParams(location.hash.slice(1)).get("model")`)
		if ids[id] || id == "" {
			t.Errorf("the link of %s names the model %q, as another one does", file, id)
		}
		ids[id] = true
		b.choose("nouns-32-student-4")
	}
	if text := b.text("#model-list"); !strings.Contains(text, "模型") || !strings.Contains(text, "风景") || strings.Count(text, "your file") != 4 {
		t.Errorf("the list of models says %q", text)
	}
}
