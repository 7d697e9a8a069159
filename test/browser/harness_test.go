package browser

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

	"tintype/internal/serve"
	"tintype/internal/site"
)

// The browser tests drive the real page in Debian's Chromium
// (browser_tab_test.go). This file has the site, built once and served with or
// without faults.

// Tests name files from the root of the repository, where the site is.
func TestMain(m *testing.M) {
	if err := os.Chdir(filepath.Join("..", "..")); err != nil {
		log.Fatal(err)
	}
	var err error
	if madeIn, err = os.MkdirTemp("", "tintype-made-"); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(madeIn)
	os.Exit(code)
}

// madeIn is where made writes.
var madeIn string

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
var built = sync.OnceValues(func() (*site.Builder, error) {
	b, err := site.NewBuilder(".", log.New(io.Discard, "", 0), serve.Twins)
	if err != nil {
		return nil, err
	}
	b.Start(context.Background())
	b.Wait()
	if ready, failure := b.Status(); !ready {
		return nil, fmt.Errorf("the build failed: %s", failure)
	}
	return b, nil
})

// copyFile makes one file a copy of another.
func copyFile(t *testing.T, to, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

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
	pages, build := b.Folders()
	files, err := serve.NewStatic(b, pages, build)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(serve.Guard("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
