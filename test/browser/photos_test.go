package browser

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// photo is a picture of 32 x 32 pixels.
func photo(at func(x, y int) color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			m.Set(x, y, at(x, y))
		}
	}
	return m
}

// TestPhotosOnThePage: a picture that does not say how it was made is there to be changed; a PNG file gives what
// tools/sample makes of it, also where no canvas may be read and before anything was drawn.
func TestPhotosOnThePage(t *testing.T) {
	shades := photo(func(x, y int) color.Color { return color.NRGBA{uint8(8 * x), uint8(8 * y), 99, uint8(min(16*x, 255))} })
	var file, jpg, small bytes.Buffer
	if err := errors.Join(png.Encode(&file, shades), jpeg.Encode(&jpg, photo(func(x, y int) color.Color { return color.Gray{uint8(4 * (x/8*8 + y/8))} }), nil),
		png.Encode(&small, image.NewGray(image.Rect(0, 0, 8, 9)))); err != nil {
		t.Fatal(err)
	}
	const head = 8 + 12 + 13 // signature and IHDR
	exif := chunk("eXIf", []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"))
	turned := slices.Concat(file.Bytes()[:head], exif, file.Bytes()[head:])
	b := openTab(t)
	b.before(noCanvasIsRead)
	b.opened(siteServer(t)).state("idle")
	model := eval[string](b, `document.querySelector("#model-list input:checked").value`)
	shown := func(name string) string {
		return fmt.Sprintf(`document.getElementById("status").textContent.startsWith(%q) && document.getElementById("paint").checkVisibility()`, name+" is here")
	}
	for _, c := range []struct {
		name, says string
		file       []byte
		alike      bool // the same bytes as tools/sample's
	}{
		{"shades.png", "transparent was put on white", file.Bytes(), true},
		{"turned.png", "turned upright", turned, true},
		{"grey.jpg", "", jpg.Bytes(), false},
	} {
		b.becomes(c.name, shown(c.name), func() { b.dropBytes(c.file, c.name) })
		if status := b.text("#status"); !strings.Contains(status, c.says) {
			t.Errorf("%s: the page says %q", c.name, status)
		}
		b.set("#seed", "5")
		b.set("#strength", "0.5")
		b.pressed("#redraw").state("done")
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, c.file, 0o666); err != nil {
			t.Fatal(err)
		}
		want := sampleHash(t, nil, "-model", filepath.Join("site", "models", model+".safetensors.zst"), "-seed", "5", "-init", path, "-strength", "0.5")
		if got := b.attribute("#stage", "hash"); c.alike && got != want {
			t.Errorf("%s: drawn %s, tools/sample draws %s", c.name, got, want)
		}
	}
	for _, c := range []struct {
		name, says string
		file       []byte
	}{
		{"small.png", "small.png has 8 × 9 pixels, and this model’s pictures have 32 × 32", small.Bytes()},
		{"photo.jpg", "photo.jpg is a HEIC picture or a film: expected a PNG", []byte("\x00\x00\x00\x18ftypheic")},
		{"cut.png", "a PNG file that is cut short", file.Bytes()[:file.Len()-20]},
		{"cut.jpg", "cut.jpg is", jpg.Bytes()[:40]},
		{"broken.gif", "nothing that this browser lets a page read", []byte("GIF89a\x20\x00\x20\x00")},
	} {
		if text := b.after(func() { b.dropBytes(c.file, c.name) }).error(); !strings.Contains(text, c.says) {
			t.Errorf("%s: %s", c.name, text)
		}
	}
	b.becomes("a picture after a refusal", shown("shades.png"), func() { b.dropBytes(file.Bytes(), "shades.png") })
	if !eval[bool](b, `document.getElementById("alert").hidden`) {
		t.Error("the refusal is still shown")
	}
}
