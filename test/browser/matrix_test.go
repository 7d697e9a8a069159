package browser

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tintype/internal/site"
)

// What browsers forbid in each situation is in the table of README; here every one of them draws a picture.

// made writes the static site and the single file once.
var made = sync.OnceValues(func() (string, error) {
	err := site.Dist(context.Background(), ".", filepath.Join(madeIn, "dist"), io.Discard)
	if err == nil {
		err = site.Offline(context.Background(), ".", filepath.Join(madeIn, "one.html"), "", io.Discard)
	}
	return madeIn, err
})

// A situation serves what a browser is sent to, and returns its address.
type situation func(t *testing.T, said *reports) string

// server serves h under a prefix, and takes results.
func (d *reports) server(prefix string, h http.Handler) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !d.take(w, q) {
			http.StripPrefix(strings.TrimSuffix(prefix, "/"), h).ServeHTTP(w, q)
		}
	}))
	d.t.Cleanup(s.Close)
	return s.URL + prefix
}

// visited is a page with the visitor's script in it. The attributes of the script say what he does, and where it is; without
// that it stands in the page itself.
func visited(t *testing.T, page []byte, attributes string) []byte {
	t.Helper()
	text := ""
	if !strings.Contains(attributes, "src=") {
		visitor, err := os.ReadFile("test/browser/testdata/matrix.js")
		if err != nil {
			t.Fatal(err)
		}
		text = string(visitor)
	}
	script := "<script " + attributes + ">" + text + "</script>"
	if !bytes.Contains(page, []byte("</head>")) {
		t.Fatal("the page has no head")
	}
	return bytes.Replace(page, []byte("</head>"), []byte(script+"</head>"), 1)
}

// plain serves a folder as a host that knows nothing of us, with the visitor in its index.
func plain(t *testing.T, dir, draws string, change func(w http.ResponseWriter, q *http.Request) bool) http.Handler {
	dir = changed(t, dir, "index.html", func(page []byte) []byte { return visited(t, page, beside+draws) })
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/matrix.js" {
			http.ServeFile(w, q, "test/browser/testdata/matrix.js")
			return
		}
		if change == nil || !change(w, q) {
			files.ServeHTTP(w, q)
		}
	})
}

func single(t *testing.T) []byte {
	t.Helper()
	dir, err := made()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "one.html"))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func distFolder(t *testing.T) string {
	t.Helper()
	dir, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "dist")
}

// What a visitor draws.
const (
	onePicture = iota
	grid       // of four, by two threads or workers
	ownGrid    // the same with a checkpoint of the visitor's own
)

// checkpointHost gives a visitor from anywhere a checkpoint.
func checkpointHost(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	http.ServeFile(w, q, fashion)
}

// beside has the visitor's script from the page's own host.
const beside = `src="matrix.js" `

// fromAway has a visitor draw all there is, with a host that is not the page's.
func fromAway(host string) string {
	return fmt.Sprintf(`data-grid data-result="%sresult" data-own="%sown"`, host, host)
}

var situations = []struct {
	name  string
	at    situation
	draws []int
}{
	{"one file, opened from disk", func(t *testing.T, said *reports) string {
		back := said.server("/", http.HandlerFunc(checkpointHost))
		name := filepath.Join(scratch(t), "tintype.html")
		if err := os.WriteFile(name, visited(t, single(t), fromAway(back)), 0o666); err != nil {
			t.Fatal(err)
		}
		return "file://" + name
	}, []int{onePicture, grid, ownGrid}},
	{"one file, in a sandboxed frame", func(t *testing.T, said *reports) string {
		var page []byte
		back := said.server("/", http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/own" {
				checkpointHost(w, q)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if q.URL.Path == "/one.html" {
				w.Write(page)
				return
			}
			io.WriteString(w, `<!doctype html><title>frame</title><iframe sandbox="allow-scripts" src="one.html" width="900" height="700"></iframe>`)
		}))
		page = visited(t, single(t), fromAway(back))
		return back
	}, []int{onePicture, grid, ownGrid}},
	{"strict CSP with Trusted Types, isolated", func(t *testing.T, said *reports) string {
		page, err := os.ReadFile("site/index.html")
		if err != nil {
			t.Fatal(err)
		}
		script, err := os.ReadFile("test/browser/testdata/matrix.js")
		if err != nil {
			t.Fatal(err)
		}
		return siteServer(t, said.take, at("/matrix.js", always, 200, "text/javascript", script),
			at("/", always, 200, "text/html; charset=utf-8", visited(t, page, beside)))
	}, []int{onePicture}},
	{"any host, no headers, a path below", func(t *testing.T, said *reports) string {
		return said.server("/some/where/", plain(t, distFolder(t), "data-grid", nil))
	}, []int{onePicture, grid}},
	{"every file as octet-stream but pages and scripts", func(t *testing.T, said *reports) string {
		return said.server("/", plain(t, distFolder(t), "", func(w http.ResponseWriter, q *http.Request) bool {
			if strings.HasSuffix(q.URL.Path, ".wasm") || strings.HasSuffix(q.URL.Path, ".json") || strings.HasSuffix(q.URL.Path, ".zst") {
				w.Header().Set("Content-Type", "application/octet-stream")
			}
			return false
		}))
	}, []int{onePicture}},
	{"the element, its scripts on another host", func(t *testing.T, said *reports) string {
		away := said.server("/", plain(t, distFolder(t), "", func(w http.ResponseWriter, q *http.Request) bool {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			return false
		}))
		return said.server("/", http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/matrix.js" {
				http.ServeFile(w, q, "test/browser/testdata/matrix.js")
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(visited(t, []byte(`<!doctype html><head><script type="module" src="`+away+`tintype.js"></script></head>
				<tintype-sampler seed="42" autoplay></tintype-sampler>`), beside))
		}))
	}, []int{onePicture}},
	{"a second visit, the server gone", secondVisit, []int{onePicture, onePicture}},
}

// TestMatrix: in every situation each browser draws the pictures of the command line, and those of a grid with two processors.
// It prints a line a situation.
func TestMatrix(t *testing.T) {
	const nouns = "site/models/nouns-32-student-4.safetensors.zst"
	want := []string{
		onePicture: sampleHash(t, nil, "-model", nouns, "-seed", "42"),
		grid:       sampleHash(t, nil, "-model", nouns, "-seed", "42", "-count", "4"),
		ownGrid:    sampleHash(t, nil, "-model", fashion, "-seed", "42", "-count", "4", "-steps", "4"),
	}
	for _, s := range situations {
		row := fmt.Sprintf("%-48s", s.name)
		for _, e := range []engine{chromiumEngine, firefoxEngine, webKitEngine} {
			cell := "fails"
			t.Run(s.name+", "+e.name, func(t *testing.T) {
				defer func() {
					if t.Skipped() {
						cell = "skipped"
					}
				}()
				said := newReports(t)
				e.open(t, s.at(t, said), said.began)
				for _, what := range s.draws {
					word := said.next()
					if got := word.Get("hash"); got != want[what] {
						t.Fatalf("the hash is %s, of tools/sample %s", got, want[what])
					}
					if n := word.Get("processors"); what != onePicture && n != "2" {
						t.Fatalf("%s processors made the grid, want 2", n)
					}
				}
				cell = "same bytes"
			})
			row += fmt.Sprintf(" %s: %-10s", e.name, cell)
		}
		t.Attr("matrix", strings.TrimSpace(row))
	}
}
