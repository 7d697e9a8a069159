package browser

import (
	"bytes"
	"slices"
	"testing"

	"tintype/weights"
)

// relabelled is a checkpoint's file with another text under the metadata key `model`.
func relabelled(t *testing.T, path, model string) []byte {
	t.Helper()
	metadata, tensors := parts(t, path)
	metadata["model"] = model
	var b bytes.Buffer
	if _, err := weights.WriteZstd(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestNamesOnThePage: classes of one name are told apart by their numbers, and the null class, whichever it is, is "any"
// or its own name. One without a name has its number.
func TestNamesOnThePage(t *testing.T) {
	file := relabelled(t, fashion, `{"name": "Birds", "labels": [null, "crane", "dog", "crane", "cafe\u0301"], "null_label": 0}`)
	b := openTab(t)
	b.opened(siteServer(t, at("/birds", always, 200, "application/zstd", file))).state("idle")
	b.dropped(`(await fetch("/birds")).blob()`, "birds.safetensors.zst").state("idle")
	if got, want := eval[[]string](b, `[...document.querySelectorAll("#slots .chip")].map((e) => e.textContent)`), []string{"any", "crane #1", "dog", "crane #3", "cafe\u0301", "#5", "#6", "#7", "#8", "#9", "#10"}; !slices.Equal(got, want) {
		t.Errorf("the page offers %q, want %q", got, want)
	}
	b.set("#steps", "2")
	for chip, pick := range []string{"-1", "1", "2", "3", "4", "5"} {
		eval[any](b, `document.querySelectorAll("#slots .chip input")[`+string(rune('0'+chip))+`].click()`)
		b.draw()
		if got := eval[string](b, `new URLSearchParams(location.hash.slice(1)).get("pick")`); got != pick {
			t.Errorf("entry %d is the value %s, want %s", chip, got, pick)
		}
	}
}
