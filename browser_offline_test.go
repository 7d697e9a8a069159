package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// again has a page come back once the server is gone.
const again = `<script>
(async () => {
	if (sessionStorage.again) return;
	sessionStorage.again = "1";
	for (;;) {
		await new Promise((r) => setTimeout(r, 100));
		try { await fetch("there", { cache: "no-store" }); } catch { return location.replace(location.pathname); } // without the picture in the address
	}
})();
</script>`

// secondVisit serves the site until the first picture is told of: after one visit the page draws with the server gone.
func secondVisit(t *testing.T, told *told) string {
	dir := distFolder(t)
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	// What the visitor does is in the page itself: it must come from the service worker too.
	page = bytes.Replace(visited(t, page, ""), []byte("</head>"), []byte(again+"</head>"), 1)
	var gone atomic.Bool
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch {
		case told.take(w, q):
			if q.URL.Query().Has("hash") {
				gone.Store(true)
			}
		case gone.Load():
			panic(http.ErrAbortHandler)
		case q.URL.Path == "/" || q.URL.Path == "/index.html":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(page)
		default:
			files.ServeHTTP(w, q)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// offered: the page asks whether the new version shall be used.
const offered = `!!document.getElementById("update")`

// TestUpdateIsOffered: a new version waits until the visitor wants it.
func TestUpdateIsOffered(t *testing.T) {
	chromium(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(distFolder(t))); err != nil {
		t.Fatal(err)
	}
	told := newTold(t)
	address := told.server("/", http.FileServer(http.Dir(dir)))
	b := openTab(t)
	b.opened(address).shows("the service worker", `navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)`)
	if b.text("#update") != "" {
		t.Error("the first version is offered as an update")
	}
	newVersion(t, dir)
	page := b.opened(address)
	page.shows("the offer", offered)
	const style = `fetch("base.css").then((r) => r.text()).then((s) => s.includes("the new version"))`
	if eval[bool](b, style) {
		t.Error("the new version is used before anybody said so")
	}
	page.state("idle")
	b.shots("update")
	b.click("#update button:last-child")
	if eval[bool](b, offered) {
		t.Error("the offer cannot be put off")
	}
	b.opened(address+"?").shows("the offer, again", offered)
	b.becomes("the page after it", `document.readyState === "complete" && !document.getElementById("update")`, func() { b.click("#update button") })
	if !eval[bool](b, style) {
		t.Error("the page is still the old one")
	}
	b.until("one version of the style sheet to be kept", `caches.keys().then(async (names) => {
		const cache = await caches.open(names.find((n) => n.startsWith("tintype-page")));
		return (await cache.keys()).filter((k) => k.url.includes("base.css")).length === 1;
	})`)
}

// newVersion changes a site's style sheet and what its service worker says of it.
func newVersion(t *testing.T, dir string) {
	t.Helper()
	style, list := filepath.Join(dir, "base.css"), filepath.Join(dir, "sw.js")
	text, err := os.ReadFile(style)
	if err != nil {
		t.Fatal(err)
	}
	short := func(b []byte) string {
		sum := sha256.Sum256(b)
		return hex.EncodeToString(sum[:8])
	}
	changed := append(bytes.Clone(text), "/* the new version */\n"...)
	if err := os.WriteFile(style, changed, 0o666); err != nil {
		t.Fatal(err)
	}
	// Dates of files count seconds: without a later one the server could say that nothing changed.
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(style, later, later); err != nil {
		t.Fatal(err)
	}
	if err := replace(list, short(text), short(changed)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(list, later, later); err != nil {
		t.Fatal(err)
	}
}
