package browser

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"tintype/internal/proof"
	"tintype/internal/site"
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
			c.open(t, siteServer(t, v.serve)+c.query, v.began)
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

// A visit is what testdata/pictures.js does on the page.
type visit struct {
	*reports
	files map[string][]byte // by path: what is put before the site's own
}

func newVisit(t *testing.T, pictures []proof.Picture) *visit {
	t.Helper()
	script, err := os.ReadFile("test/browser/testdata/pictures.js")
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
	return &visit{reports: newReports(t), files: map[string][]byte{
		"/":              bytes.Replace(page, first, []byte("<script src=\"pictures.js\"></script>\n<script "), 1),
		"/pictures.js":   script,
		"/pictures.json": list,
	}}
}

func (v *visit) serve(w http.ResponseWriter, r *http.Request) bool {
	if v.take(w, r) {
		return true
	}
	body, ok := v.files[r.URL.Path]
	if !ok {
		return false
	}
	kind := map[string]string{"/": ".html", "/pictures.js": ".js", "/pictures.json": ".json"}[r.URL.Path]
	w.Header().Set("Content-Type", site.MIMETypes[kind])
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
	return true
}
