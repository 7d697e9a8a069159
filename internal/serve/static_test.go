//go:build !js

package serve

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

const script = "console.log('a script that is long enough to be worth compressing, over and over and over again');\n"

// built is a build that stands as it is told to.
type built struct {
	ready   bool
	failure string
}

func (b *built) Status() (ready bool, failure string) { return b.ready, b.failure }

// testSite makes a small repository with a secret outside of site/, serves it
// and returns the server's address.
func testSite(t *testing.T) (root string, b *built, addr string) {
	t.Helper()
	root = t.TempDir()
	files := map[string]string{
		"secret.txt": "secret", "site/index.html": "<!doctype html><title>t</title>", "site/a.js": script,
		"site/.hidden": "secret", "site/models/m.zst": "0123456789", "site/style.css": "b{}", "site/odd.xyz": "?",
		"build/tintype.wasm": "\x00asm\x01\x00\x00\x00", "build/stamp": "secret",
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"out.txt": "../secret.txt", "abs.txt": filepath.Join(root, "secret.txt"), "up": "..", "in.js": "a.js",
	} {
		if err := os.Symlink(target, filepath.Join(root, "site", link)); err != nil {
			t.Fatal(err)
		}
	}
	b = &built{ready: true}
	pages, build := filepath.Join(root, "site"), filepath.Join(root, "build")
	if err := Twins(context.Background(), pages, build); err != nil {
		t.Fatal(err)
	}
	static, err := NewStatic(b, pages, build)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(Guard("127.0.0.1:8080", static))
	t.Cleanup(func() { server.Close(); static.Close() })
	return root, b, server.Listener.Addr().String()
}

// request sends a request as it is written: http.Client would tidy the path.
func request(t *testing.T, addr, method, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	head := method + " " + target + " HTTP/1.1\r\nConnection: close\r\n"
	if !strings.HasPrefix(strings.Join(headers, "\n"), "Host:") {
		head += "Host: localhost\r\n"
	}
	fmt.Fprint(conn, head+strings.Join(append(headers, "", ""), "\r\n"))
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return response, string(body)
}

func TestNothingOutsideIsServed(t *testing.T) {
	_, _, addr := testSite(t)
	for _, target := range []string{
		"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/models/../../secret.txt",
		"/..\\secret.txt", "/..%5csecret.txt", "/%5c..%5csecret.txt", "/out.txt", "/abs.txt", "/up/secret.txt", "/up/",
		"/.hidden", "/%2ehidden", "/models/../.hidden", "//secret.txt", "/./a.js", "/models//m.zst", "/models", "/models/",
		"/stamp", "/twins/a.js.br", "/a.js%00.txt", "/a.js/", "/a.js/x", "/nothing", "/" + strings.Repeat("a", 5000),
	} {
		response, body := request(t, addr, "GET", target)
		if response.StatusCode < 400 || response.StatusCode >= 500 || strings.Contains(body, "secret") {
			t.Errorf("%.60s: status %d, body %.40q", target, response.StatusCode, body)
		}
	}
	if response, _ := request(t, addr, "GET", "/in.js"); response.StatusCode != 200 {
		t.Errorf("a link inside the site: status %d", response.StatusCode)
	}
}

func TestContentTypes(t *testing.T) {
	_, _, addr := testSite(t)
	for target, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/index.html": "text/html; charset=utf-8", "/a.js": "text/javascript; charset=utf-8",
		"/style.css": "text/css; charset=utf-8", "/tintype.wasm": "application/wasm", "/models/m.zst": "application/zstd",
		"/odd.xyz": "application/octet-stream",
	} {
		response, _ := request(t, addr, "GET", target)
		if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != want {
			t.Errorf("%s: status %d, type %q, want %q", target, response.StatusCode, got, want)
		}
	}
}

func TestEncodings(t *testing.T) {
	root, _, addr := testSite(t)
	for _, c := range []struct{ accept, want string }{
		{"", ""}, {"br", "br"}, {"gzip", "gzip"}, {"gzip, deflate, br, zstd", "br"}, {"gzip, br;q=0", "gzip"},
		{"br;q=0, gzip;q=0", ""}, {"*", "br"}, {"br;q=0, *", "gzip"}, {"identity", ""}, {"GZIP", "gzip"}, {"br;q=oops", ""},
	} {
		response, body := request(t, addr, "GET", "/a.js", "Accept-Encoding: "+c.accept)
		if got := response.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", c.accept, got, c.want)
		}
		if response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary is %q", c.accept, response.Header.Get("Vary"))
		}
		if got := decoded(t, c.want, body); got != script {
			t.Errorf("Accept-Encoding %q: other text: %q", c.accept, got)
		}
	}
	response, _ := request(t, addr, "GET", "/models/m.zst", "Accept-Encoding: br, gzip")
	if response.Header.Get("Content-Encoding") != "" || response.Header.Get("Vary") != "" {
		t.Error("a checkpoint was compressed twice")
	}
	// A source newer than its twins is served as it is.
	if err := os.WriteFile(filepath.Join(root, "site/a.js"), []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(filepath.Join(root, "site/a.js"), later, later); err != nil {
		t.Fatal(err)
	}
	if response, body := request(t, addr, "GET", "/a.js", "Accept-Encoding: br"); body != "new" || response.Header.Get("Content-Encoding") != "" {
		t.Errorf("a stale twin was served: %q", body)
	}
}

func decoded(t *testing.T, coding, body string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch coding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRanges(t *testing.T) {
	_, _, addr := testSite(t)
	response, body := request(t, addr, "GET", "/models/m.zst", "Range: bytes=2-4")
	if response.StatusCode != 206 || body != "234" || response.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("status %d, body %q, Content-Range %q", response.StatusCode, body, response.Header.Get("Content-Range"))
	}
	tag := response.Header.Get("ETag")
	response, body = request(t, addr, "GET", "/models/m.zst", "Range: bytes=2-4", "If-Range: "+tag)
	if response.StatusCode != 206 || body != "234" {
		t.Errorf("If-Range with the file's tag: status %d, body %q", response.StatusCode, body)
	}
	response, body = request(t, addr, "GET", "/models/m.zst", "Range: bytes=2-4", `If-Range: "another"`)
	if response.StatusCode != 200 || body != "0123456789" {
		t.Errorf("If-Range with another tag: status %d, body %q", response.StatusCode, body)
	}
	if response, _ = request(t, addr, "GET", "/models/m.zst", "Range: bytes=20-"); response.StatusCode != 416 {
		t.Errorf("range beyond the end: status %d", response.StatusCode)
	}
	// A range counts bytes of the file, never of a compressed form.
	response, body = request(t, addr, "GET", "/a.js", "Range: bytes=0-6", "Accept-Encoding: br")
	if response.StatusCode != 206 || body != script[:7] || response.Header.Get("Content-Encoding") != "" {
		t.Errorf("range of a compressible file: status %d, body %q", response.StatusCode, body)
	}
}

func TestCaching(t *testing.T) {
	_, _, addr := testSite(t)
	plain, _ := request(t, addr, "GET", "/a.js")
	br, _ := request(t, addr, "GET", "/a.js", "Accept-Encoding: br")
	if plain.Header.Get("ETag") == "" || plain.Header.Get("ETag") == br.Header.Get("ETag") {
		t.Errorf("the two forms have the tags %s and %s", plain.Header.Get("ETag"), br.Header.Get("ETag"))
	}
	if plain.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("Cache-Control %q", plain.Header.Get("Cache-Control"))
	}
	again, body := request(t, addr, "GET", "/a.js", "Accept-Encoding: br", "If-None-Match: "+br.Header.Get("ETag"))
	if again.StatusCode != 304 || body != "" {
		t.Errorf("unchanged file: status %d, %d bytes", again.StatusCode, len(body))
	}
	head, body := request(t, addr, "HEAD", "/models/m.zst")
	if head.StatusCode != 200 || body != "" || head.Header.Get("Content-Length") != "10" {
		t.Errorf("HEAD: status %d, body %q, length %s", head.StatusCode, body, head.Header.Get("Content-Length"))
	}
}

func TestIndexWhileBuilding(t *testing.T) {
	root, b, addr := testSite(t)
	*b = built{}
	response, body := request(t, addr, "GET", "/")
	if response.StatusCode != 200 || !strings.Contains(body, "being built") || !strings.Contains(body, `http-equiv="refresh"`) {
		t.Errorf("status %d, body %q", response.StatusCode, body)
	}
	os.Remove(filepath.Join(root, "build", "tintype.wasm"))
	if response, _ := request(t, addr, "GET", "/tintype.wasm"); response.StatusCode != 503 || response.Header.Get("Retry-After") == "" {
		t.Errorf("a file that is being built: status %d", response.StatusCode)
	}
	*b = built{failure: "x.go:1: <nil> is wrong"}
	if _, body := request(t, addr, "GET", "/"); !strings.Contains(body, "&lt;nil&gt; is wrong") {
		t.Errorf("the failure is not shown: %q", body)
	}
}
