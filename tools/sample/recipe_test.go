package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tintype/internal/photo"
	"tintype/internal/picture"
)

// A file that was drawn says how, and what it says draws it again; a fork ends elsewhere than what it was forked from.
func TestRecipeDrawsThePictureAgain(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.png")
	want := sample(t, "-model", fashion, "-label", "bag", "-seed", "9", "-count", "2", "-steps", "3", "-solver", "ddim", "-set", "eta=0.5", "-vary", "7:0.25", "-o", out)
	if got := sample(t, "-model", fashion, "-recipe", out); got != want {
		t.Errorf("the file's recipe draws %s, want %s", got, want)
	}
	// Other pictures of its kind: the third one is that of the next seed, and the promise of the two is no longer made.
	next := sample(t, "-model", fashion, "-label", "bag", "-seed", "11", "-steps", "3", "-solver", "ddim", "-set", "eta=0.5", "-vary", "7:0.25")
	if got := sample(t, "-model", fashion, "-recipe", out, "-seed", "11", "-count", "1"); got != next {
		t.Errorf("the file's recipe with another seed draws %s, want %s", got, next)
	}
	if got := sample(t, "-model", fashion, "-recipe", out, "-seed", "9", "-count", "2"); got != want {
		t.Errorf("the file's recipe with its own seed draws %s, want %s", got, want)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	text, err := picture.Recipe(file, photo.Inflate)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{
		"https://example.org/#" + text,
		"<https://example.org/?utm_source=mail#" + strings.NewReplacer("&", "&amp;", ",", "%2C", ":", "%3A").Replace(text) + "&fbclid=x>.",
	} {
		if got := sample(t, "-model", fashion, "-recipe", link); got != want {
			t.Errorf("%s draws %s, want %s", link, got, want)
		}
	}
	before, _, _ := strings.Cut(text, "&hash=")
	if got := sample(t, "-model", fashion, "-recipe", before+"&fork=1~33~ddpm~1~~~2~"); got == want {
		t.Error("a fork draws the same")
	}
	var stdout, errs bytes.Buffer
	for _, c := range []struct{ text, says string }{
		{strings.Replace(text, "seed=9", "seed=8", 1), "promises"},
		{strings.Replace(text, "ddim", "magic", 1), "unknown solver"},
		{strings.Replace(text, "eta", "phi", 1), "unknown setting"},
		{"no recipe", "open no recipe"},
		{"absent.png", "open absent.png"},
		{"https://example.org/#v=1 ", "no model"},
		{"https://example.org/#" + strings.Replace(text, "&steps=", "&note=1&steps=", 1), "note"},
		{fashion, "PNG"},
	} {
		if code := run([]string{"-model", fashion, "-recipe", c.text}, &stdout, &errs); code != 1 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%.50s: exit status %d, %q, want %q", c.text, code, errs.String(), c.says)
		}
		errs.Reset()
	}
}
