//go:build !js

package serve

import (
	"net"
	"net/http"
	"strings"
)

// contentPolicy is the strictest that the site works under; keeping it on
// while developing is how we notice what would break it.
const contentPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
	"img-src 'self' blob:; style-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
	"require-trusted-types-for 'script'; trusted-types tintype"

// Guard lets through only what this server is for: reading, by GET and HEAD,
// under a name that it answers to. It adds the headers of every answer.
func Guard(addr string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", contentPolicy)
		// Isolation: with these three a page may share memory between threads.
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !knownHost(r.Host, addr) {
			http.Error(w, "This server does not answer to that host name.", http.StatusMisdirectedRequest)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "This server only gives files out.", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// knownHost is the defence against DNS rebinding, by which a foreign page gets
// a name of its own to point here: only loopback names and the host given with
// -addr are answered, and on all interfaces (an empty or wildcard host) also
// every literal IP address, which no attacker's page has for its origin.
func knownHost(host, addr string) bool {
	name := strings.ToLower(hostOnly(host))
	given := strings.ToLower(hostOnly(addr))
	if name == "localhost" || name == given && name != "" {
		return true
	}
	ip := net.ParseIP(name)
	if ip == nil {
		return false
	}
	wildcard := given == ""
	if g := net.ParseIP(given); g != nil {
		wildcard = g.IsUnspecified()
	}
	return ip.IsLoopback() || wildcard
}

// hostOnly drops a port and the brackets of an IPv6 address.
func hostOnly(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
}
