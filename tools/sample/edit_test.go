package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const fashion = models + "/fashion-mnist-32.safetensors.zst"

func writePNG(t *testing.T, path string, size int, at func(x, y int) color.Color) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			m.Set(x, y, at(x, y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The black half of a mask keeps its pixels to the byte, the white half is drawn anew; less strength stays nearer.
func TestEditing(t *testing.T) {
	dir := t.TempDir()
	first, out := filepath.Join(dir, "first.png"), filepath.Join(dir, "out.png")
	sample(t, "-model", fashion, "-label", "bag", "-steps", "6", "-o", first)
	mask := writePNG(t, filepath.Join(dir, "mask.png"), 32, func(x, y int) color.Color {
		if x < 16 {
			return color.Black
		}
		return color.White
	})
	for _, method := range []string{"replace", "hard", "ddrm"} {
		sample(t, "-model", fashion, "-label", "bag", "-steps", "6", "-seed", "3", "-init", first, "-mask", mask, "-method", method, "-o", out)
		was, is := decode(t, first), decode(t, out)
		changed := 0
		for y := range 32 {
			for x := range 32 {
				if same := was.NRGBAAt(x, y) == is.NRGBAAt(x, y); !same && x < 16 {
					t.Fatalf("%s: pixel %d,%d was to be kept", method, x, y)
				} else if !same {
					changed++
				}
			}
		}
		if changed < 100 {
			t.Errorf("%s: only %d pixels drawn anew", method, changed)
		}
	}
	far := 0
	for _, strength := range []string{"0.2", "0.9"} {
		sample(t, "-model", fashion, "-label", "bag", "-steps", "10", "-seed", "3", "-init", first, "-strength", strength, "-o", out)
		was, is := decode(t, first), decode(t, out)
		off := 0
		for i, b := range was.Pix {
			off += max(int(b)-int(is.Pix[i]), int(is.Pix[i])-int(b))
		}
		if off <= far {
			t.Errorf("strength %s ends %d away, less strength %d", strength, off, far)
		}
		far = off
	}
}

func TestBadEditsAreRefused(t *testing.T) {
	dir := t.TempDir()
	right := writePNG(t, filepath.Join(dir, "right.png"), 32, func(int, int) color.Color { return color.White })
	small := writePNG(t, filepath.Join(dir, "small.png"), 8, func(int, int) color.Color { return color.White })
	text := filepath.Join(dir, "text.png")
	if err := os.WriteFile(text, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"-mask", right}, "-mask needs -init"},
		{[]string{"-strength", "0"}, "-strength needs -init"},
		{[]string{"-method", "hard"}, "-method needs -init"},
		{[]string{"-init", "nowhere.png"}, "nowhere.png"},
		{[]string{"-init", text}, "expected a PNG"},
		{[]string{"-init", small}, "8 x 8 pixels, expected the model's 32 x 32"},
		{[]string{"-init", right, "-mask", small}, "-mask"},
		{[]string{"-init", right, "-mask", right}, "keeps nothing"},
		{[]string{"-init", right, "-mask", right, "-hold", "grey"}, "-mask and -hold exclude each other"},
		{[]string{"-init", right, "-hold", "boxes:x"}, "boxes:4"},
		{[]string{"-init", right, "-hold", "grey"}, "grey already"},
		{[]string{"-init", right, "-strength", "2"}, "strength 2"},
		{[]string{"-init", right, "-strength", "0"}, "strength 0: use more than 0, to 1"},
		{[]string{"-init", right, "-strength", "-0"}, "use more than 0, to 1"},
		{[]string{"-init", right, "-travel", "0x5,4"}, "5,4"},
		{[]string{"-init", right, "-travel", "0,4"}, "1 or more"},
		{[]string{"-init", right, "-hold", "boxes:0"}, "use 2 or more"},
		{[]string{"-init", right, "-method", "magic"}, "replace, hard or ddrm"},
		{[]string{"-init", right, "-travel", "often"}, "5,4"},
		{[]string{"-init", right, "-travel", "5,4 or so"}, "5,4"},
		{[]string{"-init", right, "-travel", "5,4"}, "without replacing"},
	} {
		var out, errs bytes.Buffer
		if code := run(append([]string{"-model", fashion}, c.args...), &out, &errs); code == 0 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: exit status %d and %q, want %q", c.args, code, errs.String(), c.says)
		}
	}
}
