package browser

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// told is what a page tells its server, in the addresses of requests for
// "result": every page may ask for an image, and the server lets only GET through.
type reports struct {
	t     *testing.T
	said  chan url.Values
	began chan struct{} // closed when the page is there
	once  sync.Once
}

func newReports(t *testing.T) *reports {
	return &reports{t: t, said: make(chan url.Values, 100), began: make(chan struct{})}
}

// take answers the requests by which pages tell.
func (d *reports) take(w http.ResponseWriter, q *http.Request) bool {
	if !strings.HasSuffix(q.URL.Path, "/result") {
		return false
	}
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.WriteHeader(http.StatusNoContent)
	d.once.Do(func() { close(d.began) })
	if v := q.URL.Query(); !v.Has("began") {
		d.said <- v
	}
	return true
}

// next waits for what the page says next; an error ends the test.
func (d *reports) next() url.Values {
	d.t.Helper()
	v := heard(d.t, "a word from the page", d.said)
	if v.Has("error") {
		d.t.Fatal("the page says: ", v.Get("error"))
	}
	return v
}
