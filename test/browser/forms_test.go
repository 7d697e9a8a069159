package browser

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"tintype/weights"
)

// parts are the metadata and the tensors of a checkpoint's file.
func parts(t *testing.T, path string) (metadata map[string]string, tensors []weights.Tensor) {
	t.Helper()
	c, err := weights.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, info := range c.Tensors() {
		info, raw, err := c.Tensor(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, weights.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Data: raw})
	}
	return c.AllMetadata(), tensors
}

// unpacked is a model's file without its compression, as any safetensors file is.
func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	metadata, tensors := parts(t, path)
	var b bytes.Buffer
	if _, err := weights.WriteFile(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// skippable is a zstd frame that a reader skips.
func skippable(text string) []byte {
	return append([]byte{0x5a, 0x2a, 0x4d, 0x18, byte(len(text)), 0, 0, 0}, text...)
}

// TestFormsOfAModel: a leading skippable frame and a plain safetensors file draw on the page what they draw on the command
// line, dropped or listed.
func TestFormsOfAModel(t *testing.T) {
	file, err := os.ReadFile(fashion)
	if err != nil {
		t.Fatal(err)
	}
	want := sampleHash(t, nil, "-model", fashion, "-seed", "2", "-steps", "2")
	raw := unpacked(t, fashion)
	for name, form := range map[string][]byte{
		"lead.safetensors.zst": append(skippable("made by another tool"), file...),
		"empty.zst":            append(skippable(""), file...),
		"plain.safetensors":    raw,
	} {
		sum := sha256.Sum256(form)
		list := fmt.Sprintf(`[{"id": "m", "name": "M", "file": %q, "bytes": %d, "raw_bytes": %d, "sha256": %q, "licence": "x"}]`,
			name, len(form), len(raw), hex.EncodeToString(sum[:]))
		b := openTab(t)
		b.opened(siteServer(t, at("/form", always, 200, "application/octet-stream", form))).state("idle")
		b.dropped(`(await fetch("/form")).blob()`, name).state("idle")
		b.set("#steps", "2")
		if got := b.draw(); got != want {
			t.Errorf("%s, dropped, draws %s, want %s", name, got, want)
		}
		b.opened(siteServer(t, at("/models/index.json", always, 200, "application/json", []byte(list)),
			at("/models/"+name, always, 200, "application/octet-stream", form))).state("idle")
		b.set("#seed", "2")
		b.set("#steps", "2")
		if got := b.draw(); got != want {
			t.Errorf("%s, listed, draws %s, want %s", name, got, want)
		}
	}
}

// encoded answers for a path with a content coding, the body coded by pack or already so.
func encoded(path, coding string, pack func(io.Writer) io.WriteCloser, body []byte) fault {
	if pack != nil {
		var b bytes.Buffer
		w := pack(&b)
		w.Write(body)
		w.Close()
		body = b.Bytes()
	}
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Encoding", coding)
		w.Write(body)
		return true
	}
}

// TestContentEncoding: a host that compresses once more is not noticed; one that declares the file's own compression is
// named with what to do, since the file that arrives is not the one whose hash is known.
func TestContentEncoding(t *testing.T) {
	model, data := firstModel(t)
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	want := b.draw()
	for coding, pack := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 2) },
	} {
		b.opened(siteServer(t, encoded(model, coding, pack, data))).state("idle")
		if got := b.draw(); got != want {
			t.Errorf("coded with %s the model draws %s, want %s", coding, got, want)
		}
	}
	says := b.opened(siteServer(t, encoded(model, "zstd", nil, data))).error()
	if kind := b.attribute("#alert", "type"); kind != "not-model" || !strings.Contains(says, "Content-Encoding, zstd") {
		t.Errorf("a server that declares zstd is told as %s: %s", kind, says)
	}
}

// TestForeignFilesOnThePage: what is no checkpoint is told by what it is, of the visitor's own and of the server's.
func TestForeignFilesOnThePage(t *testing.T) {
	model, _ := firstModel(t)
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5141\n"
	b := openTab(t)
	b.opened(siteServer(t)).state("idle")
	for _, c := range []struct{ name, start, says string }{
		{"pointer.safetensors.zst", pointer, "Git LFS pointer"},
		{"page.zst", "<!doctype html><title>Sign in</title>", "an HTML page"},
		{"packed.safetensors", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "a gzip archive"},
		{"saved.safetensors", "PK\x03\x04\x00\x00\x08\x08archive/data.pkl and more of it", "a Python pickle"},
		{"llama.safetensors", "GGUF\x03\x00\x00\x00\x00\x00", "a GGUF file"},
		{"text.zst", "Entry not found", "Entry not found"},
	} {
		says := b.dropped(fmt.Sprintf("new Blob([Uint8Array.from(%s)])", bytesText(c.start)), c.name).error()
		if kind := b.attribute("#alert", "type"); kind != "not-model" || !strings.Contains(says, c.name) || !strings.Contains(says, c.says) {
			t.Errorf("%s is told as %s: %s", c.name, kind, says)
		}
	}
	says := b.opened(siteServer(t, at(model, always, 200, "application/octet-stream", []byte(pointer)))).error()
	if !strings.Contains(says, "Git LFS pointer") || b.attribute("#alert", "type") != "not-model" {
		t.Errorf("a pointer in place of the model: %s", says)
	}
}

// bytesText writes bytes as an array of JavaScript's.
func bytesText(s string) string { return strings.ReplaceAll(fmt.Sprint([]byte(s)), " ", ",") }
