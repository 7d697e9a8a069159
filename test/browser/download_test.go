package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A modelServer gives the model out in its own ways and notes what it was asked for.
type modelServer struct {
	path string
	data []byte
	// turn answers request n, from 0, or returns false: then it is answered as it should be.
	turn func(w http.ResponseWriter, q *http.Request, n int) bool

	arrived chan struct{} // closed when the page has said that bytes arrived

	mu    sync.Mutex
	asked []string // Range headers
}

func newModelServer(path string, data []byte) *modelServer {
	return &modelServer{path: path, data: data, arrived: make(chan struct{})}
}

// tellArrival has the page tell the server once a worker has read bytes of the model.
const tellArrival = `{
	const Real = Worker;
	let told = false;
	window.Worker = class extends Real {
		constructor(...args) {
			super(...args);
			this.addEventListener("message", ({ data }) => {
				if (told || data.kind !== "progress" || data.received === 0) return;
				told = true;
				fetch("arrived");
			});
		}
	};
}`

func (s *modelServer) serve(w http.ResponseWriter, q *http.Request) bool {
	if q.URL.Path == "/arrived" {
		close(s.arrived)
		w.WriteHeader(http.StatusNoContent)
		return true
	}
	if q.URL.Path != s.path {
		return false
	}
	s.mu.Lock()
	n := len(s.asked)
	s.asked = append(s.asked, q.Header.Get("Range"))
	s.mu.Unlock()
	w.Header().Set("ETag", `"one"`)
	w.Header().Set("Content-Type", "application/zstd")
	if s.turn == nil || !s.turn(w, q, n) {
		http.ServeContent(w, q, "", time.Time{}, bytes.NewReader(s.data))
	}
	return true
}

func (s *modelServer) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// send gives out some bytes and ends the connection once the page has read some; if silent, only when the browser ends
// the request q.
func (s *modelServer) send(w http.ResponseWriter, q *http.Request, part []byte, silent bool) {
	w.Write(part)
	w.(http.Flusher).Flush()
	select {
	case <-s.arrived:
	case <-q.Context().Done():
	}
	if silent {
		<-q.Context().Done()
	}
	panic(http.ErrAbortHandler)
}

// draw42 makes the picture of seed 42 with the model that a page loads by itself.
func (b *tab) draw42(address string) (hash string) {
	b.t.Helper()
	b.opened(address).state("idle")
	b.set("#seed", "42")
	return b.draw()
}

// TestDownloadIsTakenUpAgain: a connection that breaks costs a pause, and the picture is the right one. Where exactly the
// download goes on is the browser's choice: of what had arrived it drops what was not read yet.
func TestDownloadIsTakenUpAgain(t *testing.T) {
	want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "42")
	path, data := firstModel(t)
	b := openTab(t)
	b.before(tellArrival)
	half := len(data) / 2
	once := func(status int) func(*modelServer, http.ResponseWriter, *http.Request, int) bool {
		return func(_ *modelServer, w http.ResponseWriter, q *http.Request, n int) bool {
			if n == 1 {
				w.WriteHeader(status)
			}
			return n == 1
		}
	}
	for _, c := range []struct {
		name   string
		at     int                                                                      // where the first response is cut
		silent bool                                                                     // and the connection stays
		then   func(s *modelServer, w http.ResponseWriter, q *http.Request, n int) bool // answers the next ones
		last   string                                                                   // how the last range begins
	}{
		{name: "cut after a little", at: 1000},
		{name: "cut in the middle", at: half, last: "bytes="},
		{name: "cut before the last byte", at: len(data) - 1, last: "bytes="},
		{name: "cut twice", at: half, last: "bytes=", then: func(s *modelServer, w http.ResponseWriter, q *http.Request, n int) bool {
			from, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(q.Header.Get("Range"), "bytes="), "-"))
			if n > 1 || from == 0 {
				return false
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
			w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
			w.WriteHeader(http.StatusPartialContent)
			s.send(w, q, data[from:half+half/2], false)
			return true
		}},
		{name: "no ranges", at: half, last: "bytes=", then: func(_ *modelServer, w http.ResponseWriter, q *http.Request, n int) bool {
			w.Write(data)
			return true
		}},
		{name: "another range", at: half, then: func(_ *modelServer, w http.ResponseWriter, q *http.Request, n int) bool {
			if n == 1 {
				q.Header.Set("Range", "bytes=5-")
			}
			return false
		}},
		{name: "changed tag", at: half, then: func(_ *modelServer, w http.ResponseWriter, q *http.Request, n int) bool {
			w.Header().Set("ETag", `"two"`)
			return false
		}},
		{name: "range not satisfiable", at: half, then: once(http.StatusRequestedRangeNotSatisfiable)},
		{name: "server failing for a moment", at: half, last: "bytes=", then: once(http.StatusServiceUnavailable)},
		{name: "silence", at: half, silent: true, last: "bytes="},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &tab{Tab: b.Tab, t: t}
			s := newModelServer(path, data)
			s.turn = func(w http.ResponseWriter, q *http.Request, n int) bool {
				if n > 0 {
					return c.then != nil && c.then(s, w, q, n)
				}
				w.Header().Set("Content-Length", strconv.Itoa(len(data)))
				s.send(w, q, data[:c.at], c.silent)
				return true
			}
			if got := b.draw42(siteServer(t, s.serve)); got != want {
				t.Errorf("the hash is %s, want %s", got, want)
			}
			asked := s.requests()
			if n := len(asked); n < 2 || n > 4 || !strings.HasPrefix(asked[n-1], c.last) {
				t.Errorf("ranges %q were asked for; the last is to begin with %q", asked, c.last)
			}
		})
	}
}

// TestDownloadGivesUp: what cannot be mended is said.
func TestDownloadGivesUp(t *testing.T) {
	path, data := firstModel(t)
	b := openTab(t)
	b.before(tellArrival)
	cut := func(s *modelServer, w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		s.send(w, q, data[:3000], false)
	}
	for _, c := range []struct {
		name       string
		turn       func(s *modelServer, w http.ResponseWriter, q *http.Request, n int) bool
		kind, says string
	}{
		{"breaks always at one place", func(s *modelServer, w http.ResponseWriter, q *http.Request, n int) bool { cut(s, w, q); return true }, "network", "broke off after"},
		{"never answers", func(*modelServer, http.ResponseWriter, *http.Request, int) bool { panic(http.ErrAbortHandler) }, "network", "cannot be reached"},
		{"gone in the middle", func(s *modelServer, w http.ResponseWriter, q *http.Request, n int) bool {
			if n == 0 {
				cut(s, w, q)
			}
			w.WriteHeader(http.StatusNotFound)
			return true
		}, "missing", "answered 404"},
		{"fails always", func(_ *modelServer, w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}, "missing", "answered 502"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &tab{Tab: b.Tab, t: t}
			s := newModelServer(path, data)
			s.turn = func(w http.ResponseWriter, q *http.Request, n int) bool { return c.turn(s, w, q, n) }
			b.opened(siteServer(t, s.serve)).error()
			if got, says := b.attribute("#alert", "type"), b.text("#alert-text"); got != c.kind || !strings.Contains(says, c.says) {
				t.Errorf("type %q: %s", got, says)
			}
		})
	}
}

// TestModelIsKept: the second visit downloads no model; a copy that was damaged is replaced.
func TestModelIsKept(t *testing.T) {
	want := sampleHash(t, nil, "-model", "site/models/nouns-32-student-4.safetensors.zst", "-seed", "42")
	path, data := firstModel(t)
	s := newModelServer(path, data)
	site := siteServer(t, s.serve)
	b := openTab(t)
	visit := func(name string, requests int) {
		t.Helper()
		if got := b.draw42(site); got != want {
			t.Errorf("%s: the hash is %s, want %s", name, got, want)
		}
		b.until("the list of kept models", keptAreListed) // this page's first, made once the copy is stored
		if got := len(s.requests()); got != requests {
			t.Errorf("%s: %d requests for the model so far, want %d", name, got, requests)
		}
	}
	visit("first visit", 1)
	visit("second visit", 1)
	head := eval[string](b, `caches.open("tintype-models").then(async (c) => {
		const [key] = await c.keys(), entry = await c.match(key);
		return [entry.status, entry.headers.get("content-length"), (await entry.clone().arrayBuffer()).byteLength].join(" ");
	})`)
	if size := strconv.Itoa(len(data)); head != "200 "+size+" "+size {
		t.Errorf("status, declared and true length of the copy are %s", head)
	}
	eval[any](b, `caches.open("tintype-models").then(async (c) => {
		const [key] = await c.keys(), entry = await c.match(key), bytes = new Uint8Array(await entry.arrayBuffer());
		bytes[bytes.length >> 1] ^= 1;
		await c.put(key, new Response(bytes, { headers: entry.headers }));
	})`)
	visit("visit with a damaged copy", 2)
	visit("visit after it", 2)
}
