//go:build !js

package serve

import (
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	for _, c := range []struct {
		addr, host string
		want       bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"127.0.0.1:8080", "localhost", true},
		{"127.0.0.1:8080", "LOCALHOST:8080", true},
		{"127.0.0.1:8080", "127.9.9.9:1", true},
		{"127.0.0.1:8080", "[::1]:8080", true},
		{"127.0.0.1:8080", "[::1]", true},
		{"127.0.0.1:8080", "evil.example", false},
		{"127.0.0.1:8080", "localhost.evil.example:8080", false},
		{"127.0.0.1:8080", "127.0.0.1.evil.example", false},
		{"127.0.0.1:8080", "192.168.1.5:8080", false},
		{"127.0.0.1:8080", "", false},
		{"box.lan:80", "box.lan", true},
		{"box.lan:80", "other.lan", false},
		{":8080", "192.168.1.5:8080", true},
		{"0.0.0.0:8080", "192.168.1.5:8080", true},
		{"[::]:8080", "[fe80::1]:8080", true},
		{":8080", "evil.example:8080", false},
	} {
		if got := knownHost(c.host, c.addr); got != c.want {
			t.Errorf("-addr %s, Host %q: %v, want %v", c.addr, c.host, got, c.want)
		}
	}
}

func TestGuard(t *testing.T) {
	_, _, addr := testSite(t)
	if response, body := request(t, addr, "GET", "/", "Host: evil.example"); response.StatusCode != 421 || strings.Contains(body, "doctype") {
		t.Errorf("foreign host: status %d", response.StatusCode)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"} {
		response, _ := request(t, addr, method, "/")
		if response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, response.StatusCode, response.Header.Get("Allow"))
		}
	}
	for _, target := range []string{"/", "/a.js", "/models/m.zst", "/nothing"} {
		response, _ := request(t, addr, "GET", target)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin",
			"Content-Security-Policy": contentPolicy,
		} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
	}
}
