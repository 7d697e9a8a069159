package weights

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// foreignFiles are starts of what people have in place of a checkpoint, and what the error says of it.
var foreignFiles = []struct{ start, says string }{
	{"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5141\n", "Git LFS pointer"},
	{"<!doctype html><title>404</title>", "HTML page"},
	{"\n\n  <?xml version=\"1.0\"?><Error/>", "HTML page"},
	{"\xef\xbb\xbf<html>", "HTML page"},
	{"{}", "JSON text"},
	{`{"error":"Repository not found"}`, "JSON text"},
	{"Entry not found", `"Entry not found"`},
	{"Access to model x/y is restricted. You must be authenticated to access it.\n", "Access to model"},
	{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc", "gzip"}, // these eight bytes could be a header's length
	{"\x1f\x8b\x08\x08\x12\x34\x56\x78\x00\x03abc", "gzip"},
	{"BZh91AY&SY", "bzip2"},
	{"\xfd7zXZ\x00\x00\x04", "xz"},
	{"7z\xbc\xaf\x27\x1c\x00\x04", "7-Zip"},
	{"PK\x03\x04" + strings.Repeat("\x00", 22) + "\x09\x00\x00\x00model.txt", "zip archive"},
	{"GGUF\x03\x00\x00\x00\x01", "GGUF"},
	{"\x08\x07\x12\x07pytorch\x1a\x05", "ONNX"},
	{"\x08\x0a\x3a\xb2\x01", "ONNX"},
	{"\x1c\x00\x00\x00TFL3\x14\x00", "TensorFlow Lite"},
	{"\x89HDF\r\n\x1a\n", "HDF5"},
	{"\x93NUMPY\x01\x00v", "NumPy"},
	{"\x89PNG\r\n\x1a\n", "PNG"},
	{"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"},
	{strings.Repeat("\x00", 600), "zeros"},
	{"name" + strings.Repeat("\x00", 253) + "ustar\x0000", "tar archive"},
	{"\xfe\xed\xfa\xce\xfe\xed\xfa\xce\x01", "neither a safetensors file nor zstd"},
	{"    \n\n\n\n", "white space"},
}

// TestForeignFiles: each is told by what it is, as a file, inside zstd frames, and in a directory.
func TestForeignFiles(t *testing.T) {
	for _, c := range foreignFiles {
		_, err := Open(strings.NewReader(c.start), "f.safetensors", Options{})
		wantError(t, err, ErrForeign, "f.safetensors: ", c.says)
		_, err = Open(bytes.NewReader(frame(t, []byte(c.start))), "f.zst", Options{})
		wantError(t, err, ErrForeign, "f.zst: ", c.says, "within zstd frames")
		_, err = OpenDirectory(layOut(t, pipelineFiles, map[string]string{"unet/diffusion_pytorch_model.safetensors": c.start}))
		wantError(t, err, ErrForeign, "diffusion_pytorch_model.safetensors: ", c.says)
	}
	packed, _ := containers[1].small(t)
	_, err := OpenDirectory(layOut(t, pipelineFiles, map[string]string{"unet/diffusion_pytorch_model.safetensors": string(packed)}))
	wantError(t, err, ErrForeign, "zstd frames")
	_, err = Open(bytes.NewReader(frame(t, packed)), "f", Options{})
	wantError(t, err, ErrForeign, "zstd archive in another")
}

// Emptiness, links, and files where directories are expected.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.zst")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := OpenFile(empty)
	wantError(t, err, ErrHeaderTooSmall, "empty.zst", "the file is empty")
	_, err = OpenFile(dir)
	wantError(t, err, ErrRead, "a directory, where a file")
	_, err = OpenDirectory(empty)
	wantError(t, err, ErrRead, "not a directory but a file")
	for _, open := range []func(string) (*Checkpoint, error){OpenFile, OpenDirectory} {
		_, err = open("https://example.org/m.zst")
		wantError(t, err, ErrRead, "https://example.org/m.zst", "download")
	}
	cache := layOut(t, map[string]string{"snapshots/abc/config.json": "{}", "refs/main": "abc"})
	_, err = OpenDirectory(cache)
	wantError(t, err, ErrRead, filepath.Join("snapshots", "abc"))
}

// Other places than what was given, and configs that are none.
func TestElsewhere(t *testing.T) {
	for says, files := range map[string]map[string]string{
		"give ":                       {"m.safetensors.zst": "x"},
		"a folder that has one: give": {"ddpm/config.json": "{}"},
		"has one":                     {"pipe/unet/config.json": "{}"},
		"neither unet/config.json nor config.json is there": {"README.md": "x"},
	} {
		_, err := OpenDirectory(layOut(t, files))
		wantError(t, err, ErrRead, says)
	}
	for says, text := range map[string]string{
		"Git LFS pointer": "version https://git-lfs.github.com/spec/v1\noid", "an HTML page": "<html>", "byte 1": "{",
	} {
		_, err := OpenDirectory(layOut(t, pipelineFiles, map[string]string{"unet/config.json": text}))
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "config.json") {
			t.Errorf("%q: %v", text, err)
		}
	}
	c, err := OpenDirectory(layOut(t, pipelineFiles, map[string]string{"model_index.json": `{"unet": ["diffusers", "UNet2DModel"],
		"scheduler": ["diffusers", "DDPMScheduler"], "torch_dtype": "float16", "decay": 0.9, "requires_safety_checker": false, "vae": null}`}))
	if err != nil {
		t.Fatal(err)
	}
	if notes := c.Notes(); len(notes) != 3 || !strings.Contains(notes[0].Why, "torch_dtype") || !strings.Contains(notes[1].Why, "decay") {
		t.Errorf("notes %q", notes)
	}
	c.Close()
}

// Whatever a file begins with, what is said of it is one short sentence, or it is a header.
func FuzzForeign(f *testing.F) {
	for _, c := range foreignFiles {
		f.Add([]byte(c.start))
	}
	f.Fuzz(func(t *testing.T, start []byte) {
		err := foreign("f", start[:min(len(start), peekBytes)], false)
		if err == nil {
			return
		}
		if text := err.Error(); len(text) > 400 || strings.ContainsAny(text, "\n\x00\x1b") {
			t.Errorf("%q", text)
		}
		if _, err := Open(bytes.NewReader(start), "f", Options{}); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%q is opened: %v", start, err)
		}
	})
}
