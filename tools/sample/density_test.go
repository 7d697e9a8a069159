package main

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lines runs the command and returns its output.
func lines(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != 0 {
		t.Fatalf("%v: exit status %d: %s", args, code, errs.String())
	}
	return out.String()
}

// The model thinks its own picture likelier than stripes, and says how it found that. A student is refused.
func TestLikelihood(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.png")
	sample(t, "-model", fashion, "-label", "bag", "-steps", "6", "-o", own)
	stripes := writePNG(t, filepath.Join(dir, "stripes.png"), 32, func(x, _ int) color.Color { return color.Gray{uint8(x % 2 * 255)} })
	bits := func(path string) (bits float64) {
		out := lines(t, "-model", fashion, "-label", "bag", "-likelihood", path, "-tolerance", "0.3")
		if _, err := fmt.Sscanf(out, "%f bits/dim", &bits); err != nil || !strings.Contains(out, "rk45, tolerance 0.3, Hutchinson's estimate of 1 probes") {
			t.Fatalf("prints %q: %v", out, err)
		}
		return bits
	}
	if a, b := bits(own), bits(stripes); !(a < b && a > 0) {
		t.Errorf("%.3f bits a value of its own picture, %.3f of stripes", a, b)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"-model", student, "-likelihood", own}, &out, &errs); code != 1 || !strings.Contains(errs.String(), "teacher") {
		t.Errorf("a student: exit status %d, %s", code, errs.String())
	}
}

// The noise of a picture is drawn to it again, and to another one with another label; -trace keeps it.
func TestInvert(t *testing.T) {
	dir := t.TempDir()
	first, again, other, trace := filepath.Join(dir, "1.png"), filepath.Join(dir, "2.png"), filepath.Join(dir, "3.png"), filepath.Join(dir, "trace")
	plain := []string{"-model", fashion, "-solver", "ddim", "-steps", "12", "-guidance", "1", "-label", "bag"}
	sample(t, append(plain, "-o", first)...)
	back := append(plain, "-seed", "9", "-invert", first, "-rounds", "2")
	sample(t, append(back, "-o", again, "-trace", trace)...)
	sample(t, append(back, "-label", "sandal", "-invert-label", "bag", "-o", other)...)
	near, far := distance(t, first, again), distance(t, first, other)
	if !(near < 12 && far > 2*near) {
		t.Errorf("drawn again a pixel is off by %.1f of 255, with another label by %.1f", near, far)
	}
	if _, err := os.Stat(filepath.Join(trace, "noise.safetensors")); err != nil {
		t.Error(err)
	}
	var out, errs bytes.Buffer
	if code := run(append(back, "-count", "2"), &out, &errs); code != 1 {
		t.Errorf("two pictures of one noise: exit status %d", code)
	}
}

// distance is the mean of |difference| of the values of two pictures.
func distance(t *testing.T, a, b string) float64 {
	t.Helper()
	p, q := decode(t, a), decode(t, b)
	sum := 0.0
	for i := range p.Pix {
		sum += max(float64(p.Pix[i])-float64(q.Pix[i]), float64(q.Pix[i])-float64(p.Pix[i]))
	}
	return sum / float64(len(p.Pix)) * 4 / 3 // alpha does not differ
}
