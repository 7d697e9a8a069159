package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The browser tests drive the real page in Debian's Chromium. This file has
// what they share: the site, built once and served with or without faults, and
// a tab to drive.

// chromiumFlags keep the browser quiet and off the network.
var chromiumFlags = []string{
	"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
}

// chromium finds the browser of most tests.
func chromium(t *testing.T) string {
	t.Helper()
	return installed(t, "chromium", "chromium")
}

// installed finds a program, by name or by a pattern of paths. Without one a
// test is skipped, in CI it fails.
func installed(t *testing.T, debian string, places ...string) string {
	t.Helper()
	for _, place := range places {
		if path, err := exec.LookPath(place); err == nil {
			return path
		}
		if paths, _ := filepath.Glob(place); len(paths) > 0 {
			return paths[0]
		}
	}
	reason := fmt.Sprintf("no %s on this machine: Debian's package %s has it", filepath.Base(places[0]), debian)
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
	return ""
}

// built brings build/ up to date once for all tests of this process.
var built = sync.OnceValues(func() (*builder, error) {
	b, err := newBuilder(".", log.New(io.Discard, "", 0))
	if err != nil {
		return nil, err
	}
	b.start(context.Background())
	b.wait()
	if ready, failure := b.status(); !ready {
		return nil, fmt.Errorf("the build failed: %s", failure)
	}
	return b, nil
})

// A fault stands between the browser and the server. It answers the request
// and returns true, or leaves it to the server.
type fault func(w http.ResponseWriter, r *http.Request) bool

// siteServer serves the site as serve does, and returns its address.
func siteServer(t *testing.T, faults ...fault) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join("site", "models", "index.json")); err != nil {
		t.Fatal("site/models/index.json is missing: the browser tests need the shipped models")
	}
	b, err := built()
	if err != nil {
		t.Fatal(err)
	}
	files, err := newStatic(b)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(guard("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, f := range faults {
			if f(w, r) {
				return
			}
		}
		files.ServeHTTP(w, r)
	})))
	t.Cleanup(func() { server.Close(); files.Close() })
	return server.URL + "/"
}

// A tab is one page in a browser of its own, with a profile of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// openTab starts a browser with an empty tab and gives it two minutes.
func openTab(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()))
	for _, flag := range chromiumFlags {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	// The first action starts the browser, which lives as long as its context;
	// the limit is for everything after it.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return &tab{t, ctx}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to an address.
func (b *tab) open(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
}

// before runs a script ahead of everything on every page that is opened.
func (b *tab) before(script string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		b.t.Fatal(err)
	}
}

// eval runs JavaScript in the page and returns its value; a promise is waited for.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// click presses an element as a script would: wherever it is on the page.
func (b *tab) click(selector string) {
	b.t.Helper()
	eval[any](b, fmt.Sprintf("document.querySelector(%q).click()", selector))
}

// set gives an input a value as if it had been typed.
func (b *tab) set(selector, value string) {
	b.t.Helper()
	eval[any](b, fmt.Sprintf(`{ const e = document.querySelector(%q); e.value = %q;
		e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})) }`, selector, value))
}

// attribute reads one data- attribute of an element, "" if it has none.
func (b *tab) attribute(selector, name string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.getAttribute("data-%s") ?? ""`, selector, name))
}

// text is what an element shows, "" if it is hidden.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// waitState waits until the page is in a state of #app (page.phase lists
// them). Reaching "error" instead ends the test with what the page says.
func (b *tab) waitState(state string) {
	b.t.Helper()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		now := b.attribute("#app", "state")
		if now == state {
			return
		}
		if now == "error" {
			b.t.Fatalf("waiting for %s, the page says: %s", state, b.text("#alert"))
		}
		if time.Now().After(limit) {
			b.t.Fatalf("waiting for %s, the page stays %q: %s", state, now, b.text("#status"))
		}
	}
}

// size sets the viewport; a phone has a width below 600 and two pixels to one.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	p := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1}
	if width < 600 {
		p.DeviceScaleFactor, p.Mobile = 2, true
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, p); err != nil {
		b.t.Fatal(err)
	}
}

// media sets what the visitor prefers, for example
// ("prefers-color-scheme", "dark").
func (b *tab) media(feature, value string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// screenshot writes the whole page to shots/NAME.png.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	// Colours fade; what was just changed must have arrived.
	time.Sleep(200 * time.Millisecond)
	shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll("shots", 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join("shots", strings.ReplaceAll(name, "/", "-")+".png"), shot, 0o666)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
