package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"tintype/internal/picture"
)

// noCanvasIsRead has a page fail where it reads pixels back from a canvas.
const noCanvasIsRead = `for (const c of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D])
	c.prototype.getImageData = () => { throw new Error("a canvas is read"); }`

// TestRedrawnFromTheWorkersBytes: a changed picture begins with the bytes that the file has, also where canvases are not to
// be read.
func TestRedrawnFromTheWorkersBytes(t *testing.T) {
	b := openTab(t)
	b.before(keepFiles)
	b.before(noCanvasIsRead)
	b.opened(siteServer(t)).state("idle")
	b.set("#seed", "5")
	b.draw()
	file := filepath.Join(t.TempDir(), "first.png")
	if err := os.WriteFile(file, b.file(), 0o666); err != nil {
		t.Fatal(err)
	}
	eval[any](b, `document.getElementById("edit").open = true`)
	b.set("#strength", "0.5")
	for range 2 { // the bytes went to the worker, and are still there
		b.pressed("#redraw").state("done")
		model := filepath.Join("site", "models", eval[string](b, `document.querySelector("#model-list input:checked").value`)+".safetensors.zst")
		if got, want := b.attribute("#stage", "hash"), sampleHash(t, nil, "-model", model, "-seed", "5", "-init", file, "-strength", "0.5"); got != want {
			t.Errorf("redrawn the hash is %s, tools/sample's is %s", got, want)
		}
		eval[any](b, `document.querySelector(".sheet figcaption button").click()`)
	}
}

// chunk is one chunk of a PNG file.
func chunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// rewritten is a PNG file of ours whose text was moved behind the pixels, as a chunk of another kind.
func rewritten(t *testing.T, file []byte, kind, head string, packed bool) []byte {
	t.Helper()
	words, err := picture.Recipe(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(words)
	if packed {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(text) // a bytes.Buffer takes everything
		w.Close()
		text = z.Bytes()
	}
	bare := bytes.Replace(file, chunk("tEXt", []byte("tintype\x00"+words)), nil, 1)
	end := len(bare) - 12
	return append(append(bytes.Clone(bare[:end]), chunk(kind, append([]byte(head), text...))...), bare[end:]...)
}

// dropBytes lets a file fall on the page.
func (b *tab) dropBytes(file []byte, name string) {
	b.t.Helper()
	b.drop(fmt.Sprintf(`new Blob([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))])`,
		base64.StdEncoding.EncodeToString(file)), name)
}

// TestRecipeBehindThePixels: what a rewriter made of a file's text is read by the browser's own decoder.
func TestRecipeBehindThePixels(t *testing.T) {
	b := openTab(t)
	b.before(keepFiles)
	b.opened(siteServer(t)).state("idle")
	b.set("#seed", "11")
	hash, file := b.draw(), b.file()
	for _, c := range []struct {
		kind, head string
		packed     bool
	}{
		{"tEXt", "tintype\x00", false},
		{"zTXt", "tintype\x00\x00", true},
		{"iTXt", "tintype\x00\x00\x00\x00\x00", false},
		{"iTXt", "tintype\x00\x01\x00\x00\x00", true},
		{"zTXt", "Comment\x00\x00", true},
	} {
		b.set("#seed", "12")
		b.draw()
		made := rewritten(t, file, c.kind, c.head, c.packed)
		b.after(func() { b.dropBytes(made, "x.png") }).state("done")
		if got, verdict := b.attribute("#stage", "hash"), b.attribute("#verdict", "verdict"); got != hash || verdict != "same" {
			t.Errorf("%s %q: drawn %s, %s", c.kind, c.head, got, verdict)
		}
	}
}
