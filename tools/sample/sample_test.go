package main

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const student = models + "/nouns-32-student-4.safetensors.zst"

// sample runs the command and returns the last line of its output.
func sample(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != 0 {
		t.Fatalf("%v: exit status %d: %s", args, code, errs.String())
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	return lines[len(lines)-1]
}

func TestPictureKIsThePictureOfSeedPlusK(t *testing.T) {
	dir := t.TempDir()
	both := filepath.Join(dir, "both.png")
	sample(t, "-model", student, "-seed", "5", "-count", "2", "-o", both)
	second := filepath.Join(dir, "second.png")
	sample(t, "-model", student, "-seed", "6", "-o", second)
	sheet, one := decode(t, both), decode(t, second)
	if sheet.Rect.Dx() != 64 || sheet.Rect.Dy() != 32 {
		t.Fatalf("sheet of %v, want 64 x 32", sheet.Rect.Size())
	}
	for y := range 32 {
		left := sheet.Pix[y*sheet.Stride+4*32:][:4*32]
		if !bytes.Equal(left, one.Pix[y*one.Stride:][:4*32]) {
			t.Fatalf("row %d of the second picture differs from the picture of seed 6", y)
		}
	}
}

func decode(t *testing.T, path string) *image.NRGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, image.Point{}, draw.Src)
	return out
}

func TestTraceKeepsEveryStep(t *testing.T) {
	dir := t.TempDir()
	sample(t, "-model", student, "-trace", dir)
	for _, suffix := range []string{"-x.png", "-x0.png", ".safetensors"} {
		files, err := filepath.Glob(filepath.Join(dir, "picture-000-step-*"+suffix))
		if err != nil || len(files) != 4 {
			t.Errorf("%d files %s, want 4", len(files), suffix)
		}
	}
}

func TestBadRequestsAreRefusedWithARemedy(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "-model is missing"},
		{[]string{"-model", student, "-count", "0"}, 2, "1 to"},
		{[]string{"-model", student, "-seed", "minus"}, 2, "seed"},
		{[]string{"-model", student, "extra"}, 2, "extra"},
		{[]string{"-model", student, "-colour", "red"}, 2, "-colour; -h lists the flags"},
		{[]string{"-model", student, "-recipe", ""}, 2, "-recipe is empty"},
		{[]string{"-model", student, "-o", "absent/a.png"}, 1, "absent/a.png"},
		{[]string{"-model", student, "-o", "."}, 1, "directory"},
		{[]string{"-model", student, "-steps", "-3"}, 1, "steps: -3 steps: use 1 to"},
		{[]string{"-model", "nowhere.zst"}, 1, "nowhere.zst"},
		{[]string{"-model", student, "-steps", "5"}, 1, "use 4"},
		{[]string{"-model", student, "-solver", "heun"}, 1, "use ddim"},
		{[]string{"-model", student, "-solver", "magic"}, 1, "ddpm ddim euler heun dpmpp-2m"},
		{[]string{"-model", student, "-vary", "9"}, 1, "9:0.25"},
		{[]string{"-model", student, "-vary", "9:2"}, 1, "use 0 to 1"},
		{[]string{"-model", student, "-set", "eta"}, 1, "eta=0.5"},
		{[]string{"-model", student, "-set", "magic=1"}, 1, "eta"},
		{[]string{"-model", student, "-set", "variance=huge"}, 1, "small or large"},
		{[]string{"-model", student, "-set", "eta=2"}, 1, "use 0 to 1"},
		{[]string{"-model", student, "-guidance", "2"}, 1, "folded into the model"},
		{[]string{"-model", student, "-label", "tail=long"}, 1, "head"},
	} {
		var out, errs bytes.Buffer
		if code := run(c.args, &out, &errs); code != c.code || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: exit status %d and %q, want %d and %q", c.args, code, errs.String(), c.code, c.says)
		}
	}
}
