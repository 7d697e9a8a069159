package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// What the service worker keeps of a site on a host that does what hosts and networks do: files of two versions at a time,
// sign-in pages in the place of files, refusals, headers, and no answer at all.

// A playedHost serves a static site as files lie in a folder, and plays tricks on it.
type playedHost struct {
	address string

	mu    sync.Mutex
	dir   string
	trick fault // nil: none
	gone  bool
	asked map[string]int // by path
}

func newHost(t *testing.T) *playedHost {
	chromium(t)
	h := &playedHost{dir: distFolder(t), asked: map[string]int{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	h.address = server.URL + "/"
	return h
}

func (h *playedHost) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h.mu.Lock()
	dir, trick, gone := h.dir, h.trick, h.gone
	h.asked[q.URL.Path]++
	h.mu.Unlock()
	if gone {
		panic(http.ErrAbortHandler)
	}
	if trick == nil || !trick(w, q) {
		http.FileServer(http.Dir(dir)).ServeHTTP(w, q)
	}
}

// now changes what the host does.
func (h *playedHost) now(change func(h *playedHost)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// askedFor is how often a path was asked for.
func (h *playedHost) askedFor(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path]
}

// waitFor waits until a path was asked for n times.
func (h *playedHost) waitFor(t *testing.T, path string, n int) {
	t.Helper()
	for limit := time.Now().Add(patience); h.askedFor(path) < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%s was asked for %d times, want %d", path, h.askedFor(path), n)
		}
	}
}

// newVersion is a copy of a site with something behind one of its files.
func newVersion(t *testing.T, site, name, behind string) (dir string) {
	t.Helper()
	return changed(t, site, name, func(text []byte) []byte { return append(bytes.Clone(text), behind...) })
}

// changed is a copy of a site with another file in the place of one, and a list of the service worker that says so.
func changed(t *testing.T, site, name string, change func(text []byte) []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(site)); err != nil {
		t.Fatal(err)
	}
	file, list := filepath.Join(dir, name), filepath.Join(dir, "sw.js")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	short := func(b []byte) string {
		sum := sha256.Sum256(b)
		return hex.EncodeToString(sum[:8])
	}
	with := change(text)
	if err := os.WriteFile(file, with, 0o666); err != nil {
		t.Fatal(err)
	}
	listed, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(listed, []byte(short(text))) != 1 {
		t.Fatalf("sw.js does not list %s once", name)
	}
	if err := os.WriteFile(list, bytes.Replace(listed, []byte(short(text)), []byte(short(with)), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	// Dates of files count seconds: without a later one the server could say that nothing changed.
	later := time.Now().Add(time.Hour)
	for _, name := range []string{file, list} {
		if err := os.Chtimes(name, later, later); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// watchVersions has a page note what becomes of versions that are installed after the first.
const watchVersions = `{
	window.became = [];
	navigator.serviceWorker?.getRegistration().then((r) => r?.addEventListener("updatefound", () => {
		const { installing } = r;
		installing.addEventListener("statechange", () => became.push(installing.state));
	}));
}`

const (
	// worked: a service worker has the page.
	worked = `navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)`
	// offered: the page asks whether the new version shall be used.
	offered = `!!document.getElementById("update")`
	// taken: the page was loaded anew and asks no more.
	taken = `document.readyState === "complete" && !document.getElementById("update")`
	// foreign is the kept files whose bytes are not those of the hash they are kept by.
	foreign = `(async () => {
		const out = [];
		for (const name of await caches.keys()) if (name.startsWith("tintype-page")) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const hash = new URL(request.url).searchParams.get("file")?.split(".")[0];
				if (!hash) continue;
				const sum = await crypto.subtle.digest("SHA-256", await (await cache.match(request)).arrayBuffer());
				const is = Array.from(new Uint8Array(sum, 0, 8), (b) => b.toString(16).padStart(2, "0")).join("");
				if (is !== hash) out.push(request.url);
			}
		}
		return out;
	})()`
	mark    = "/* the new version */\n"
	newLook = `fetch("base.css").then((r) => r.text()).then((s) => s.includes("the new version"))`
)

// settle visits the host until a service worker has given the page.
func (b *tab) settle(h *playedHost) {
	b.t.Helper()
	b.opened(h.address).shows("the service worker", worked)
	b.opened(h.address).state("idle")
}

// TestUpdateIsOffered: a new version waits until the visitor wants it.
func TestUpdateIsOffered(t *testing.T) {
	h := newHost(t)
	b := openTab(t)
	b.settle(h)
	if b.text("#update") != "" {
		t.Error("the first version is offered as an update")
	}
	const styles = `caches.keys().then(async (names) => (await (await caches.open(names.find((n) => n.startsWith("tintype-page")))).keys()).filter((k) => k.url.endsWith(".css")).length)`
	kept := eval[int](b, styles)
	h.now(func(h *playedHost) { h.dir = newVersion(t, h.dir, "base.css", mark) })
	page := b.opened(h.address)
	page.shows("the offer", offered)
	if eval[bool](b, newLook) {
		t.Error("the new version is used before anybody said so")
	}
	page.state("idle")
	b.shots("update")
	b.click("#update button:last-child")
	if eval[bool](b, offered) {
		t.Error("the offer cannot be put off")
	}
	b.opened(h.address+"?").shows("the offer, again", offered)
	b.becomes("the page after it", taken, func() { b.click("#update button") })
	if !eval[bool](b, newLook) {
		t.Error("the page is still the old one")
	}
	b.until("the old style sheet to be gone", fmt.Sprintf("%s.then((n) => n === %d)", styles, kept))
}

// TestOnlyCheckedBytesAreKept: a version whose files the host does not give yet is not installed, and is once it does.
func TestOnlyCheckedBytesAreKept(t *testing.T) {
	signIn := []byte("<!doctype html><title>Sign in</title><h1>Please sign in</h1>")
	for name, wrong := range map[string]fault{
		"old file":     nil, // below
		"sign-in page": at("/base.css", always, 200, "text/html", signIn),
		"empty":        at("/base.css", always, 200, "text/css", nil),
		"no program":   at("/tintype.wasm", always, 404, "text/plain", nil),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			b := openTab(t)
			b.before(watchVersions)
			b.settle(h)
			old := h.dir
			if wrong == nil {
				wrong = func(w http.ResponseWriter, q *http.Request) bool {
					if q.URL.Path != "/base.css" {
						return false
					}
					http.ServeFile(w, q, filepath.Join(old, "base.css"))
					return true
				}
			}
			file := "base.css"
			if name == "no program" {
				file = "tintype.wasm"
			}
			h.now(func(h *playedHost) { h.dir, h.trick = newVersion(t, old, file, mark), wrong })
			b.opened(h.address).shows("the end of the installation", `became.includes("redundant")`)
			if eval[bool](b, offered) || eval[bool](b, newLook) {
				t.Error("a version that is not whole is offered")
			}
			if got := eval[[]string](b, foreign); len(got) > 0 {
				t.Errorf("kept with other bytes: %q", got)
			}
			h.now(func(h *playedHost) { h.trick = nil })
			b.opened(h.address+"?").shows("the offer", offered)
			b.becomes("the page after it", taken, func() { b.click("#update button") })
			if file == "base.css" && !eval[bool](b, newLook) {
				t.Error("the page is still the old one")
			}
			if got := eval[[]string](b, foreign); len(got) > 0 {
				t.Errorf("kept with other bytes: %q", got)
			}
		})
	}
}

// TestForeignCopiesAreHealed: what somebody left in the place of kept files goes with the next version.
func TestForeignCopiesAreHealed(t *testing.T) {
	h := newHost(t)
	b := openTab(t)
	b.settle(h)
	eval[any](b, `caches.keys().then(async (names) => {
		const cache = await caches.open(names.find((n) => n.startsWith("tintype-page")));
		for (const request of await cache.keys()) if (/[.](css|wasm)$/.test(request.url)) await cache.put(request, new Response("<h1>Please sign in</h1>", { headers: { "Content-Type": "text/html" } }));
	})`)
	if got := eval[[]string](b, foreign); len(got) == 0 {
		t.Fatal("no copy was damaged")
	}
	h.now(func(h *playedHost) { h.dir = newVersion(t, h.dir, "share.js", "// the new version\n") })
	b.opened(h.address).shows("the offer", offered)
	b.becomes("the page after it", taken, func() { b.click("#update button") })
	if got := eval[[]string](b, foreign); len(got) > 0 {
		t.Errorf("kept with other bytes: %q", got)
	}
	b.opened(h.address + "?").state("idle")
}

// TestHostsDoNotCostTheOfflinePage: a file that a host refuses, and headers that it sends, leave a page that opens with the
// host gone.
func TestHostsDoNotCostTheOfflinePage(t *testing.T) {
	header := func(name, value string) fault {
		return func(w http.ResponseWriter, q *http.Request) bool { w.Header().Set(name, value); return false }
	}
	for name, trick := range map[string]fault{
		"no manifest":         at("/manifest.webmanifest", always, 404, "text/plain", nil),
		"no icon":             at("/icon.svg", always, 404, "text/plain", nil),
		"a style sheet":       at("/film.css", always, 403, "text/plain", nil),
		"Vary: *":             header("Vary", "*"),
		"Vary: Origin, Range": header("Vary", "Origin, Range, Accept, User-Agent, Sec-Fetch-Mode"),
		"no list of models":   at("/models/index.json", 0, 404, "text/plain", nil), // below
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			b := openTab(t)
			h.now(func(h *playedHost) { h.trick = trick })
			page := b.opened(h.address)
			page.state("idle")
			page.shows("the service worker", worked)
			page.shows("the list of kept models", keptAreListed)
			if name == "no list of models" {
				h.now(func(h *playedHost) { h.trick = at("/models/index.json", always, 404, "text/plain", nil) })
				b.opened(h.address + "?again").state("idle")
			}
			h.now(func(h *playedHost) { h.gone = true })
			b.opened(h.address).state("idle")
			b.draw()
		})
	}
}

// TestNewModelsAreSeen: the list of models is the host's; where that cannot be had, or a sign-in page comes in its place, it
// is the last one that was.
func TestNewModelsAreSeen(t *testing.T) {
	h := newHost(t)
	b := openTab(t)
	b.settle(h)
	list, err := os.ReadFile(filepath.Join(h.dir, "models", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(list), `"name":"Fashion-MNIST`, `"name":"Later than this page`, 1)
	if more == string(list) {
		t.Fatal("the list has no model to rename")
	}
	for _, c := range []struct {
		name string
		host func(h *playedHost)
	}{
		{"the host's", func(h *playedHost) { h.trick = at("/models/index.json", always, 200, "application/json", []byte(more)) }},
		{"a sign-in page", func(h *playedHost) {
			h.trick = at("/models/index.json", always, 200, "text/html", []byte("<h1>Sign in</h1>"))
		}},
		{"refused", func(h *playedHost) { h.trick = at("/models/index.json", always, 403, "text/plain", nil) }},
		{"no host", func(h *playedHost) { h.gone = true }},
	} {
		h.now(c.host)
		b.opened(h.address).state("idle")
		if text := b.text("#model-list"); !strings.Contains(text, "Later than this page") {
			t.Errorf("%s: the page lists %q", c.name, text)
		}
	}
}

// ran is what a worker of the new version asks the host for.
const ran = ";fetch(\"ran-new\");\n"

// TestVersionsAreNotMixed: a page that is open while another one takes a new version over starts workers of its own version,
// and is told.
func TestVersionsAreNotMixed(t *testing.T) {
	h := newHost(t)
	a := openTab(t)
	a.settle(h)
	a.before(watchCrew)
	a.opened(h.address + "?threads=2").state("idle")
	h.now(func(h *playedHost) { h.dir = newVersion(t, h.dir, "worker.js", ran) })
	b := a.beside()
	b.opened(h.address).shows("the offer", offered)
	b.becomes("the page after it", taken, func() { b.click("#update button") })
	h.waitFor(t, "/ran-new", 1) // its worker is the new version's
	a.gather(2)
	if n := h.askedFor("/ran-new"); n != 1 {
		t.Errorf("the page of the old version started %d workers of the new one", n-1)
	}
	a.until("the offer", offered)
	a.pressed("#update button").state("idle")
	h.waitFor(t, "/ran-new", 2)
}

// TestPageOlderThanItsServiceWorker: a first visit, and a new version on the host before the service worker came.
func TestPageOlderThanItsServiceWorker(t *testing.T) {
	h := newHost(t)
	next := newVersion(t, h.dir, "worker.js", ran)
	h.now(func(h *playedHost) {
		h.trick = func(w http.ResponseWriter, q *http.Request) bool {
			if q.URL.Path == "/sw.js" {
				h.now(func(h *playedHost) { h.dir = next })
				http.ServeFile(w, q, filepath.Join(next, "sw.js"))
				return true
			}
			return false
		}
	})
	b := openTab(t)
	b.before(watchCrew)
	page := b.opened(h.address + "?threads=2")
	page.state("idle")
	page.shows("that it is an old one", offered)
	b.set("#count", "5")
	b.draw()
	b.until("the worker that cannot be had", `crew.length === 2 && crew[1].gone`)
	if n := h.askedFor("/ran-new"); n != 0 {
		t.Errorf("%d workers of the new version were started", n)
	}
	b.pressed("#update button").state("idle")
}

// TestTwoSitesOnOneOrigin: each keeps itself, and opens with the host gone.
func TestTwoSitesOnOneOrigin(t *testing.T) {
	h := newHost(t)
	root := t.TempDir()
	for _, below := range []string{".", "b", "c/d"} {
		if err := os.CopyFS(filepath.Join(root, below), os.DirFS(h.dir)); err != nil {
			t.Fatal(err)
		}
	}
	h.now(func(h *playedHost) { h.dir = root })
	b := openTab(t)
	paths := []string{"b/", "", "c/d/"}
	for _, path := range paths {
		page := b.opened(h.address + path)
		page.state("idle")
		page.shows("the service worker", fmt.Sprintf(`navigator.serviceWorker.getRegistration().then((r) => r?.scope === %q && r.active?.state === "activated")`, h.address+path))
	}
	b.until("the list of kept models", keptAreListed)
	h.now(func(h *playedHost) { h.gone = true })
	for _, path := range paths {
		b.opened(h.address + path).state("idle")
	}
}
