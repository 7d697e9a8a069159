package main

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write puts what encode writes into a file.
func write(t *testing.T, dir, name string, encode func(b *bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// begun is the hash of what is drawn from a picture, and what is said of it.
func begun(t *testing.T, args ...string) (hash, said string) {
	t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"-model", fashion, "-solver", "ddim", "-steps", "2", "-label", "bag"}, args...)
	if code := run(args, &out, &errs); code != 0 {
		t.Fatalf("%v: exit status %d: %s", args, code, errs.String())
	}
	return strings.TrimSpace(out.String()), errs.String()
}

// The same pixels begin the same picture, however a file holds them; what was done to them is said.
func TestPicturesIn(t *testing.T) {
	dir := t.TempDir()
	grey := func(x, y int) uint8 { return uint8(x/8*64 + y/8*16) }
	sized := image.Rect(0, 0, 32, 32)
	plain, deep, clear, turned := image.NewGray(sized), image.NewGray16(sized), image.NewNRGBA(sized), image.NewGray(sized)
	for y := range 32 {
		for x := range 32 {
			g := grey(x, y)
			plain.SetGray(x, y, color.Gray{g})
			deep.SetGray16(x, y, color.Gray16{uint16(g)*257 + 100}) // rounded down again
			clear.SetNRGBA(x, y, color.NRGBA{g, g, g, 255})
			if x < 16 {
				clear.SetNRGBA(x, y, color.NRGBA{g, g, g, 0})
			}
			turned.SetGray(y, 31-x, color.Gray{g}) // what orientation 6 stores
		}
	}
	over := func(ground uint8) *image.Gray {
		m := image.NewGray(sized)
		for y := range 32 {
			for x := range 32 {
				if m.SetGray(x, y, color.Gray{grey(x, y)}); x < 16 {
					m.SetGray(x, y, color.Gray{ground})
				}
			}
		}
		return m
	}
	pngOf := func(name string, m image.Image) string {
		return write(t, dir, name, func(b *bytes.Buffer) error { return png.Encode(b, m) })
	}
	tree := "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	exif := func(file []byte) []byte {
		app1 := append([]byte{0xff, 0xe1, 0, byte(2 + 6 + len(tree))}, "Exif\x00\x00"+tree...)
		return append(append(bytes.Clone(file[:2]), app1...), file[2:]...)
	}
	jpegOf := func(m image.Image) (b bytes.Buffer, err error) {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 100})
		return b, err
	}
	want, said := begun(t, "-init", pngOf("plain.png", plain))
	if strings.Contains(said, "plain.png") {
		t.Errorf("of a plain picture it says %q", said)
	}
	white, _ := begun(t, "-init", pngOf("white.png", over(255)))
	black, _ := begun(t, "-init", pngOf("black.png", over(0)))
	upright, _ := begun(t, "-init", write(t, dir, "upright.jpg", func(b *bytes.Buffer) error {
		// Blocks of one grey are coded alike, upright or not.
		file, err := jpegOf(plain)
		*b = file
		return err
	}))
	if want == white || white == black {
		t.Fatal("other pictures draw the same")
	}
	for _, c := range []struct {
		name, want, says string
		args             []string
	}{
		{"16 bits", want, "deep.png: has 16 bits a channel, rounded to 8", []string{"-init", pngOf("deep.png", deep)}},
		{"GIF", want, "", []string{"-init", write(t, dir, "plain.gif", func(b *bytes.Buffer) error {
			grays := make(color.Palette, 256)
			for i := range grays {
				grays[i] = color.Gray{uint8(i)}
			}
			m := image.NewPaletted(sized, grays)
			copy(m.Pix, plain.Pix)
			return gif.Encode(b, m, nil)
		})}},
		{"transparent", white, "clear.png: has transparent pixels, put on #ffffff", []string{"-init", pngOf("clear.png", clear)}},
		{"transparent, on black", black, "put on #000000", []string{"-init", pngOf("clear.png", clear), "-background", "black"}},
		{"turned, JPEG", upright, "turned.jpg: is turned as its orientation, 6, says", []string{"-init", write(t, dir, "turned.jpg", func(b *bytes.Buffer) error {
			file, err := jpegOf(turned)
			b.Write(exif(file.Bytes()))
			return err
		})}},
	} {
		if got, said := begun(t, c.args...); got != c.want || !strings.Contains(said, c.says) {
			t.Errorf("%s: %s, want %s; says %q, want %q", c.name, got, c.want, said, c.says)
		}
	}
	var out, errs bytes.Buffer
	for args, says := range map[string]string{
		"-background red -init " + pngOf("plain.png", plain): "no colour", "-background white": "-background needs", "-background  -init x": "-background",
	} {
		if code := run(append([]string{"-model", fashion}, strings.Split(args, " ")...), &out, &errs); code == 0 || !strings.Contains(errs.String(), says) {
			t.Errorf("%s: exit status %d, %q", args, code, errs.String())
		}
		errs.Reset()
	}
}

// A mask may be luminance or transparency: the same pixels are drawn anew, and which rule was used is said.
func TestMasksIn(t *testing.T) {
	dir := t.TempDir()
	init := writePNG(t, filepath.Join(dir, "init.png"), 32, func(x, y int) color.Color { return color.Gray{uint8(8 * y)} })
	mask := func(name string, left, right color.Color) string {
		return writePNG(t, filepath.Join(dir, name), 32, func(x, y int) color.Color {
			if x < 16 {
				return left
			}
			return right
		})
	}
	want, said := begun(t, "-init", init, "-mask", mask("grey.png", color.Black, color.White))
	if !strings.Contains(said, "grey.png: white is drawn anew, by luminance: 512 of 1024 pixels") {
		t.Errorf("says %q", said)
	}
	got, said := begun(t, "-init", init, "-mask", mask("layer.png", color.Transparent, color.NRGBA{200, 0, 0, 255}))
	if got != want || !strings.Contains(said, "layer.png: what is opaque is drawn anew, by transparency: 512 of 1024 pixels") {
		t.Errorf("a painted layer draws %s, want %s; says %q", got, want, said)
	}
	if _, said := begun(t, "-init", init, "-mask", mask("none.png", color.Black, color.Black)); !strings.Contains(said, "none of 1024 pixels") {
		t.Errorf("of a mask that draws nothing it says %q", said)
	}
	var out, errs bytes.Buffer
	both := writePNG(t, filepath.Join(dir, "both.png"), 32, func(x, y int) color.Color { return color.NRGBA{uint8(8 * x), 0, 0, uint8(8 * y)} })
	if code := run([]string{"-model", fashion, "-init", init, "-mask", both}, &out, &errs); code != 1 || !strings.Contains(errs.String(), "nobody can tell") {
		t.Errorf("a mask of both: exit status %d, %q", code, errs.String())
	}
}
