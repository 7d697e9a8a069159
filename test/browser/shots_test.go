package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// shots leaves pictures of a state of the page in shots/, for people to look
// at, and checks that nothing sticks out of a phone's screen.
func (b *tab) shots(state string) {
	b.t.Helper()
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			b.size(width, 844)
			b.media("prefers-color-scheme", scheme)
			b.screenshot(state + "-" + strconv.FormatInt(width, 10) + "-" + scheme)
			if (width == 1280) == (scheme == "light") { // every width and every scheme once
				b.audit(state+", "+strconv.FormatInt(width, 10)+", "+scheme, "document")
			}
			if over := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
				b.t.Errorf("%s: at %d pixels the page is %d pixels too wide", state, width, over)
			}
		}
	}
}

// TestScreenshotsOffline: the page without a network, from the service worker and as the single file.
func TestScreenshotsOffline(t *testing.T) {
	b := openTab(t)
	server := httptest.NewServer(http.FileServer(http.Dir(distFolder(t))))
	defer server.Close()
	b.opened(server.URL).state("idle")
	b.until("the model and the page to be kept", `caches.open("tintype-models").then((c) => c.keys()).then((k) => k.length > 0 && !!navigator.serviceWorker.controller)`)
	b.open("about:blank")
	server.Close()
	b.opened(server.URL).state("idle")
	b.draw()
	b.until("the list of kept models", keptAreListed)
	b.shots("offline")
	b.pressed("#model-list input[value=nouns-32]").error()
	b.shots("offline-missing")
	name := filepath.Join(t.TempDir(), "tintype.html")
	if err := os.WriteFile(name, single(t), 0o666); err != nil {
		t.Fatal(err)
	}
	b.opened("file://" + name).state("idle")
	b.draw()
	b.shots("file")
}

// trickle gives a model out a byte a second, which no browser takes for a
// connection that is gone, until the gate is opened.
func trickle(t *testing.T, model string, gate <-chan struct{}) fault {
	name := "models/" + model + ".safetensors.zst"
	data, err := os.ReadFile("site/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/"+name {
			return false
		}
		w.Header().Set("Content-Type", "application/zstd")
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		rest := data
		for open := false; !open; rest = rest[1:] {
			w.Write(rest[:1])
			w.(http.Flusher).Flush()
			select {
			case <-gate:
				open = true
			case <-r.Context().Done(): // the test has failed
				return true
			case <-time.After(time.Second):
			}
		}
		w.Write(rest)
		return true
	}
}

// TestScreenshots goes through every state of the page.
func TestScreenshots(t *testing.T) {
	b := openTab(t)
	gate := make(chan struct{})
	site := siteServer(t, trickle(t, "nouns-32", gate))
	b.opened(site).state("idle")
	b.shots("empty")
	b.pressed("#generate").state("done")
	b.shots("done")
	recipe := b.recipe()
	b.choose("fashion-mnist-32")
	b.set("#steps", "12")
	b.pressed("#generate").state("done")
	b.set("#scrub", "5")
	b.click("#view-both")
	b.shots("both")
	b.click("#fork")
	eval[any](b, `[...document.querySelectorAll("#slots label")].find(l => l.textContent.trim() === "dress").click()`)
	b.shots("forking")
	b.click("#view-x")
	b.pressed("#generate").state("done")
	b.shots("fork")
	b.opened(site + "#" + recipe).state("done")
	b.shots("link")
	chosen := b.pressed("#model-list input[value=nouns-32]")
	b.shots("loading")
	close(gate)
	chosen.state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "12")
	b.click("#unfork")
	b.listSolvers()
	for _, s := range []string{"euler", "euler-a", "unipc"} {
		b.click("[data-solver=" + s + "] input")
	}
	b.pressed("#generate").state("done")
	b.shots("compare")
	for _, s := range []string{"euler", "euler-a", "unipc"} {
		b.click("[data-solver=" + s + "] input")
	}
	eval[any](b, `document.querySelector("#all").open = false`)
	b.set("#count", "9")
	b.pressed("#generate").state("done")
	b.shots("grid")
	b.set("#steps", "400")
	b.becomes("the thirtieth step", `Number(document.getElementById("stage").dataset.step) > 30`, func() { b.click("#generate") })
	b.shots("sampling")
	b.pressed("#cancel").state("idle")
	b.set("#count", "1")
	b.set("#steps", "10")
	b.draw()
	eval[any](b, `document.getElementById("edit").open = true; {
		const c = document.getElementById("paint");
		for (const key of ["ArrowUp", "ArrowUp", " ", "ArrowLeft", "ArrowLeft", "ArrowLeft", " "]) c.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
	}`)
	b.shots("edit")
	b.set("#steps", "0")
	b.pressed("#generate").error()
	b.shots("error")
}
