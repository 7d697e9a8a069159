//go:build !js

package site

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A build that fails half way is not taken for the one before it.
func TestFailedBuildIsStale(t *testing.T) {
	root := builtSite(t)
	b, err := NewBuilder(root, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	stamp, err := b.sources()
	if err != nil || !b.fresh(stamp) {
		t.Fatalf("the build is not fresh, %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.build(ctx, stamp); err == nil || b.fresh(stamp) {
		t.Errorf("error %v, fresh: %t", err, b.fresh(stamp))
	}
}

// A build that failed is tried again when somebody asks, though no source has changed; what it said stays to be read meanwhile.
func TestFailedBuildIsTriedAgain(t *testing.T) {
	root := builtSite(t)
	b, err := NewBuilder(root, log.New(io.Discard, "", 0), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(b.out, StampFile)); err != nil {
		t.Fatal(err)
	}
	turns := make(chan error)
	b.make = func(context.Context, string) error { return <-turns }
	b.Start(t.Context())
	turns <- errors.New("the toolchain cannot be downloaded")
	b.Wait()
	ready, failure := b.Status() // begins the next try
	if ready || !strings.Contains(failure, "toolchain") {
		t.Errorf("after the failure: ready %t, %q", ready, failure)
	}
	if ready, failure = b.Status(); ready || !strings.Contains(failure, "toolchain") {
		t.Errorf("while it is tried again: ready %t, %q", ready, failure)
	}
	turns <- nil
	b.Wait()
	if ready, failure = b.Status(); !ready || failure != "" {
		t.Errorf("after the second try: ready %t, %q", ready, failure)
	}
	b.Wait()
}

// Sources that could not be read for a moment are no failure once they can.
func TestUnreadableSourcesAreReadAgain(t *testing.T) {
	root := builtSite(t)
	b, err := NewBuilder(root, log.New(io.Discard, "", 0), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Start(t.Context())
	b.Wait()
	sum := filepath.Join(root, "go.sum")
	if err := os.Rename(sum, sum+".away"); err != nil {
		t.Fatal(err)
	}
	if ready, failure := b.Status(); ready || failure == "" {
		t.Errorf("without go.sum: ready %t, %q", ready, failure)
	}
	if err := os.Rename(sum+".away", sum); err != nil {
		t.Fatal(err)
	}
	b.Status()
	b.Wait()
	if ready, failure := b.Status(); !ready || failure != "" {
		t.Errorf("with it again: ready %t, %q", ready, failure)
	}
}

func TestStampIsOfTheSources(t *testing.T) {
	root := builtSite(t)
	b, err := NewBuilder(root, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		put(t, root, map[string]string{name: text})
	}
	stamp := func() string {
		t.Helper()
		s, err := b.sources()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	write("go.mod", "module x")
	write("go.sum", "")
	write("core/a.go", "package core")
	first := stamp()
	write("core/a_test.go", "package core")
	write("core/testdata/b.go", "package b")
	write("tools/c.go", "package c")
	write("core/a.go", "package core")
	if stamp() != first {
		t.Error("a file that the program is not made of counts, or a new time for an old text")
	}
	write("core/a.go", "package core // changed")
	second := stamp()
	write("wasm/dom/go.mod", "module dom")
	if second == first || stamp() == second {
		t.Error("a changed source does not count")
	}
}
