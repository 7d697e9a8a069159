package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The browser tests drive the real page in Debian's Chromium
// (browser_tab_test.go). This file has the site, built once and served with or
// without faults.

// installed finds a program, by name or by a pattern of paths. Without one a
// test is skipped, in CI it fails.
func installed(t *testing.T, debian string, places ...string) string {
	t.Helper()
	for _, place := range places {
		if path, err := exec.LookPath(place); err == nil {
			return path
		}
		if paths, _ := filepath.Glob(place); len(paths) > 0 {
			return paths[0]
		}
	}
	reason := fmt.Sprintf("no %s on this machine: Debian's package %s has it", filepath.Base(places[0]), debian)
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
	return ""
}

// built brings build/ up to date once for all tests of this process.
var built = sync.OnceValues(func() (*builder, error) {
	b, err := newBuilder(".", log.New(io.Discard, "", 0))
	if err != nil {
		return nil, err
	}
	b.start(context.Background())
	b.wait()
	if ready, failure := b.status(); !ready {
		return nil, fmt.Errorf("the build failed: %s", failure)
	}
	return b, nil
})

// A fault stands between the browser and the server. It answers the request
// and returns true, or leaves it to the server.
type fault func(w http.ResponseWriter, r *http.Request) bool

// siteServer serves the site as serve does, and returns its address.
func siteServer(t *testing.T, faults ...fault) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join("site", "models", "index.json")); err != nil {
		t.Fatal("site/models/index.json is missing: the browser tests need the shipped models")
	}
	b, err := built()
	if err != nil {
		t.Fatal(err)
	}
	files, err := newStatic(b)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(guard("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, f := range faults {
			if f(w, r) {
				return
			}
		}
		files.ServeHTTP(w, r)
	})))
	t.Cleanup(func() { server.Close(); files.Close() })
	return server.URL + "/"
}
