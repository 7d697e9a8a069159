package main

import (
	"bytes"
	"errors"
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

// A flag that is given has a value: a script whose variable is not set must not get another picture.
func TestNoFlagIsEmpty(t *testing.T) {
	for _, name := range []string{"model", "label", "seed", "count", "recipe", "o", "trace", "solver", "grid", "steps", "set", "guidance", "rescale", "classifier",
		"vary", "threads", "init", "strength", "mask", "hold", "method", "travel", "invert", "invert-label", "rounds", "likelihood", "tolerance", "probes"} {
		for _, args := range [][]string{{"-" + name, ""}, {"-" + name + "="}} {
			var out, errs bytes.Buffer
			if code := run(append([]string{"-model", student}, args...), &out, &errs); code != 2 || !strings.HasPrefix(errs.String(), "sample: -"+name+" is empty: expected ") {
				t.Errorf("%q: exit status %d and %q", args, code, errs.String())
			}
		}
	}
}

// A zero that is written is a zero, and numbers are decimal, whatever they begin with.
func TestNumbersAsWritten(t *testing.T) {
	teacher := []string{"-model", models + "/nouns-32.safetensors.zst", "-label", "head=shark", "-steps", "3"}
	with := func(args ...string) string { return sample(t, append(teacher[:len(teacher):len(teacher)], args...)...) }
	open := sample(t, "-model", teacher[1], "-steps", "3", "-guidance", "1")
	if got := with("-guidance", "0"); got != open || got == with() {
		t.Error("guidance 0 is not that of the open label")
	}
	ten := with("-seed", "10")
	for _, seed := range []string{"010", "0010"} {
		if with("-seed", seed) != ten {
			t.Errorf("seed %s is not seed 10", seed)
		}
	}
	if with("-seed", "8", "-steps", "03", "-count", "01") != with("-seed", "08") || with("-seed", "8") == ten {
		t.Error("08 is not 8")
	}
	if with("-vary", "010:0.5") != with("-vary", "10:0.5") {
		t.Error("a variation towards 010 is not towards 10")
	}
}

// The help fits a screen, and says how to see the rest.
func TestHelp(t *testing.T) {
	for _, c := range []struct {
		arg   string
		lines int
	}{{"-h", 30}, {"-h=all", 100}} {
		var out, errs bytes.Buffer
		if code := run([]string{c.arg}, &out, &errs); code != 0 || errs.Len() > 0 {
			t.Fatalf("%s: exit status %d and %q", c.arg, code, errs.String())
		}
		if n := strings.Count(out.String(), "\n"); n > c.lines || !strings.Contains(out.String(), "-h all") {
			t.Errorf("%s prints %d lines:\n%s", c.arg, n, out.String())
		}
	}
}

// Quick work says nothing on the way where nobody looks.
func TestNothingIsSaidOfQuickWork(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run([]string{"-model", student}, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Errorf("exit status %d, and %q", code, errs.String())
	}
}

// A hash that cannot be written is an error.
func TestAFullOutputIsAnError(t *testing.T) {
	for _, args := range [][]string{{"-model", student}, {"-list"}, {"-samplers"}, {"-h"}, {"-version"}} {
		var errs bytes.Buffer
		if code := run(args, full{}, &errs); code != 1 || errs.String() != "sample: standard output: no space\n" {
			t.Errorf("%v: exit status %d and %q", args, code, errs.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestAnOldTraceIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "trace")
	sample(t, "-model", student, "-trace", dir)
	var out, errs bytes.Buffer
	if code := run([]string{"-model", student, "-trace", dir}, &out, &errs); code != 1 || !strings.Contains(errs.String(), "an old trace is already there (picture-000-step-001-x.png)") {
		t.Errorf("exit status %d and %q", code, errs.String())
	}
	// What is refused makes no directory.
	other := filepath.Join(t.TempDir(), "other")
	if code := run([]string{"-model", student, "-trace", other, "-steps", "5"}, &out, &errs); code != 1 {
		t.Errorf("exit status %d", code)
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a refused run makes the directory of -trace")
	}
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
		{[]string{"-model", student, "-seed", "minus"}, 2, "-seed minus: expected a whole number"},
		{[]string{"-model", student, "-seed", "0x10"}, 2, "-seed 0x10"},
		{[]string{"-model", student, "-count", "1_0"}, 2, "-count 1_0: expected a whole number, 1 to 1024"},
		{[]string{"-model", student, "-guidance", "Inf"}, 2, "-guidance Inf: expected a number"},
		{[]string{"-model", student, "-threads", "0"}, 2, "1 to"},
		{[]string{"-model", student, "-likelihood", "a.png", "-probes", "0"}, 2, "1 to 1000"},
		{[]string{"-model", student, "-likelihood", "a.png", "-tolerance", "0"}, 2, "1e-06 to 1"},
		{[]string{"-model", student, "-invert", "a.png", "-rounds", "0"}, 2, "1 to 100"},
		{[]string{"-model", student, "-likelihood", "a.png", "-o", "b.png"}, 2, "-likelihood and -o exclude each other"},
		{[]string{"-model", student, "-likelihood", "a.png", "-trace", "b"}, 2, "-likelihood and -trace"},
		{[]string{"-model", student, "-rounds", "3"}, 2, "-rounds needs -invert"},
		{[]string{"-model", student, "-probes", "3"}, 2, "-probes needs -likelihood"},
		{[]string{"-model", student, "-step", "3"}, 2, "is -steps meant?"},
		{[]string{"-model", student, "-o", "a.jpg"}, 2, "-o a.jpg: expected a name that ends in .png"},
		{[]string{"-model", student, "-o", "a"}, 2, "ends in .png"},
		{[]string{"-model", student, "extra"}, 2, "extra"},
		{[]string{"-model", student, "-colour", "red"}, 2, "-colour: unknown flag; -h lists the flags"},
		{[]string{"-model", student, "-recipe", ""}, 2, "-recipe is empty"},
		{[]string{"-model", student, "-recipe", "v=1", "-o", "a.png", "-init", "a.png"}, 2, "-init beside -recipe: the recipe says"},
		{[]string{"-model", student, "-steps", "2", "-recipe", "v=1"}, 2, "-steps beside -recipe"},
		{[]string{"-model", student, "-o", "absent/a.png"}, 1, "absent/a.png"},
		{[]string{"-model", student, "-o", "."}, 1, "directory"},
		{[]string{"-model", student, "-trace", student}, 1, "expected a directory"},
		{[]string{"-model", student, "-steps", "-3"}, 1, "steps: -3 steps: use 1 to"},
		{[]string{"-model", student, "-steps", "0"}, 1, "steps: 0 steps: use 1 to 1000"},
		{[]string{"-model", student, "-rescale", "2"}, 1, "use 0 to 1"},
		{[]string{"-model", student, "-set", "eta=0x1p-1"}, 1, "expected a number"},
		{[]string{"-model", student, "-set", "eta=1,eta=0"}, 1, "eta is given twice"},
		{[]string{"-model", student, "-set", "eta=1,"}, 1, "NAME=VALUE"},
		{[]string{"-model", student, "-set", "eta="}, 1, "expected a number"},
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
