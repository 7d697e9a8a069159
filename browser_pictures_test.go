package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"tintype/internal/proof"
)

// TestPicturesInEveryBrowser: the page draws what the command line draws, in
// each engine, with SIMD and without, on one thread and on two.
func TestPicturesInEveryBrowser(t *testing.T) {
	pictures, err := proof.Pictures()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		engine
		query string
		build string // that the page must choose
	}{
		{chromiumEngine, "?threads=1", "simd threads=1"},
		{chromiumEngine, "?threads=2", "simd threads=2"},
		{chromiumEngine, "?scalar=1", "scalar threads=1"},
		{firefoxEngine, "?threads=1", "simd threads=1"},
		{firefoxEngine, "?threads=2", "simd threads=2"},
		{firefoxEngine, "?scalar=1", "scalar threads=1"},
		{webKitEngine, "?threads=2", "simd threads=1"},
		{webKitSharing, "?threads=2", "simd threads=2"},
		{webKitEngine, "?scalar=1", "scalar threads=1"},
	} {
		platform := c.name + " " + c.build
		t.Run(platform, func(t *testing.T) {
			v := newVisit(t, pictures)
			c.open(t, siteServer(t, v.serve)+c.query)
			for _, p := range pictures {
				r := v.next()
				if name := r.Get("name"); name != p.Name {
					t.Fatalf("the page drew %s, want %s", name, p.Name)
				}
				if r.Get("build") != c.build || !strings.Contains(r.Get("agent"), c.agent) {
					t.Errorf("drawn by %s in %s, want %s", r.Get("build"), r.Get("agent"), c.build)
				}
				p.Check(t, platform, r.Get("hash"))
			}
		})
	}
}

// A visit is what testdata/pictures.js does on the page. It tells its results
// in the addresses of requests: the server lets only GET through.
type visit struct {
	t       *testing.T
	files   map[string][]byte // by path: what is put before the site's own
	results chan url.Values
}

func newVisit(t *testing.T, pictures []proof.Picture) *visit {
	t.Helper()
	script, err := os.ReadFile("testdata/pictures.js")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("site/index.html")
	if err != nil {
		t.Fatal(err)
	}
	first := []byte("<script ")
	if !bytes.Contains(page, first) {
		t.Fatal("site/index.html has no script")
	}
	list, err := json.Marshal(pictures)
	if err != nil {
		t.Fatal(err)
	}
	return &visit{t: t, results: make(chan url.Values, 100), files: map[string][]byte{
		"/":              bytes.Replace(page, first, []byte("<script src=\"pictures.js\"></script>\n<script "), 1),
		"/pictures.js":   script,
		"/pictures.json": list,
		"/result":        nil,
	}}
}

func (v *visit) serve(w http.ResponseWriter, r *http.Request) bool {
	body, ok := v.files[r.URL.Path]
	if !ok {
		return false
	}
	kind := map[string]string{"/": ".html", "/pictures.js": ".js", "/pictures.json": ".json", "/result": ".txt"}[r.URL.Path]
	w.Header().Set("Content-Type", mimeTypes[kind])
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
	if r.URL.Path == "/result" {
		v.results <- r.URL.Query()
	}
	return true
}

// next waits for what the page says next.
func (v *visit) next() url.Values {
	v.t.Helper()
	r := heard(v.t, "the next picture", v.results)
	if r.Has("error") {
		v.t.Fatal("the page says: ", r.Get("error"))
	}
	return r
}
