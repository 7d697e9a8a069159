package browser

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestStorageThatRefuses: where the browser keeps no models, or has no room, the page works, and says that the next visit
// downloads them again and what helps.
func TestStorageThatRefuses(t *testing.T) {
	worker, err := os.ReadFile("site/worker.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ before, says string }{
		"blocked":    {`Object.defineProperty(self, "caches", { get() { throw new DOMException("denied", "SecurityError"); } });`, "keep nothing here"},
		"not there":  {`Object.defineProperty(self, "caches", { value: undefined });`, "keep nothing here"},
		"not opened": {`CacheStorage.prototype.open = async () => { throw new DOMException("denied", "SecurityError"); };`, "keep nothing here"},
		"full":       {`Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError"); };`, "no room"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			page := b.opened(siteServer(t, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/worker.js" {
					return false
				}
				w.Header().Set("Content-Type", "text/javascript")
				w.Write(append([]byte(c.before), worker...))
				return true
			}))
			page.state("idle")
			page.shows("what was refused", `!document.getElementById("storage").hidden`)
			if text := b.text("#storage"); !strings.Contains(text, c.says) || !strings.Contains(text, "helps") || strings.Contains(text, "Forget all") {
				t.Errorf("the page says %q", text)
			}
			if text := b.text("#cost"); !strings.Contains(text, "at each visit") {
				t.Errorf("of the costs it says %q", text)
			}
			if hash := b.draw(); len(hash) != 64 {
				t.Errorf("the picture's hash is %q", hash)
			}
		})
	}
}
