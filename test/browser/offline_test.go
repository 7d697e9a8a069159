package browser

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
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
func secondVisit(t *testing.T, said *reports) string {
	// What the visitor does is in the page itself: it must come from the service worker too.
	dir := changed(t, distFolder(t), "index.html", func(page []byte) []byte {
		return bytes.Replace(visited(t, page, ""), []byte("</head>"), []byte(again+"</head>"), 1)
	})
	var gone atomic.Bool
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch {
		case said.take(w, q):
			if q.URL.Query().Has("hash") {
				gone.Store(true)
			}
		case gone.Load():
			panic(http.ErrAbortHandler)
		default:
			files.ServeHTTP(w, q)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}
