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
	"time"

	"tintype/internal/proof"
)

// TestPicturesInEveryBrowser: the page draws what the command line draws, in
// each engine, with SIMD and without, on one thread and on two.
func TestPicturesInEveryBrowser(t *testing.T) {
	pictures, err := proof.Pictures()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			for _, b := range []struct {
				name, query, simd string
			}{
				{"simd", "?threads=1", "true"},
				{"scalar", "?scalar=1", "false"},
			} {
				t.Run(b.name, func(t *testing.T) {
					v := newVisit(t, pictures)
					e.open(t, siteServer(t, v.serve)+b.query)
					for _, p := range pictures {
						r := v.next()
						if r.Get("name") != p.Name {
							t.Fatalf("the page drew %s, want %s", r.Get("name"), p.Name)
						}
						if r.Get("simd") != b.simd || !strings.Contains(r.Get("agent"), e.agent) {
							t.Errorf("drawn with simd %s by %s", r.Get("simd"), r.Get("agent"))
						}
						p.Check(t, e.name+" "+b.name, r.Get("hash"))
					}
				})
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
	select {
	case r := <-v.results:
		if r.Has("error") {
			v.t.Fatal("the page says: ", r.Get("error"))
		}
		return r
	case <-time.After(time.Minute):
		v.t.Fatal("the page has said nothing for a minute")
		return nil
	}
}
