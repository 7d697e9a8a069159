package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"tintype/tools/axe"
)

// chromiumFlags keep the browser quiet and off the network.
var chromiumFlags = []string{
	"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
}

// chromium finds the browser of most tests.
func chromium(t *testing.T) string {
	t.Helper()
	return installed(t, "chromium", "chromium")
}

// A tab is one page in a browser of its own, with a profile of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	unseen bool // axe-core is not here, which was said
}

// openTab starts a browser with an empty tab. One that does not come up has
// shown no page yet: it is started once more, and the test says so.
func openTab(t *testing.T) *tab {
	t.Helper()
	ctx, err := startChromium(t)
	if err != nil {
		t.Logf("Chromium did not start, and is started again without its sandbox: %v", err)
		ctx, err = startChromium(t, chromedp.NoSandbox)
	}
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	b := &tab{t: t, ctx: ctx}
	b.before(unhurried)
	b.before(countEvents)
	return b
}

// startChromium starts a browser that lives until the test ends. The default
// options do without /dev/shm, and as root without a sandbox.
func startChromium(t *testing.T, more ...chromedp.ExecAllocatorOption) (context.Context, error) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)))
	for _, flag := range chromiumFlags {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(end)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	late := time.AfterFunc(patience, stop)
	defer late.Stop()
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
}

// do has the browser do one thing, within patience.
func do[T any](b *tab, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// call gives the browser a command of its protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	return do(b, fmt.Sprintf("%T", params), func(ctx context.Context, t *chromedp.Target) (R, error) {
		return cdp.Call(ctx, t, command, params)
	})
}

// open goes to an address.
func (b *tab) open(address string) {
	b.t.Helper()
	do(b, "opening "+address, chromedp.Navigate(address))
}

// before runs a script ahead of everything on every page that is opened.
func (b *tab) before(script string) {
	b.t.Helper()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// listen has the page note, from its beginning, what workers tell it: heard.
const listen = `{
	window.heard = [];
	const Real = Worker;
	window.Worker = class extends Real {
		constructor(...args) {
			super(...args);
			this.addEventListener("message", (e) => heard.push(e.data));
		}
	};
}`

// eval runs JavaScript in the page and returns its value; a promise is waited for.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	return do(b, script, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
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

// size sets the viewport; a phone has a width below 600 and two pixels to one.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	p := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1}
	if width < 600 {
		p.DeviceScaleFactor, p.Mobile = 2, true
	}
	call(b, emulation.SetDeviceMetricsOverride, p)
}

// media sets what the visitor prefers, for example
// ("prefers-color-scheme", "dark").
func (b *tab) media(feature, value string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
}

// screenshot writes the whole page to shots/NAME.png.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	eval[any](b, axe.Still) // what was just changed must have arrived
	shot := do(b, "screenshot "+name, chromedp.FullScreenshot(100))
	err := os.MkdirAll("shots", 0o777)
	if err == nil {
		err = os.WriteFile(filepath.Join("shots", strings.ReplaceAll(name, "/", "-")+".png"), shot, 0o666)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
