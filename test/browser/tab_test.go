package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tintype/tools/axe"
)

// chromium finds the browser of most tests.
func chromium(t *testing.T) string {
	t.Helper()
	return installed(t, "chromium", "chromium")
}

// A tab is one page in a browser of its own, with a profile of its own, that
// ends the test where something fails.
type tab struct {
	*Tab
	t *testing.T

	unseen bool // axe-core is not here, which was said
}

// openTab starts a browser with an empty tab.
func openTab(t *testing.T) *tab {
	t.Helper()
	chromium(t)
	b, err := OpenTab(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Second(); err != nil {
		t.Logf("Chromium did not start at first: %v", err)
	}
	return tested(t, b)
}

// beside opens another tab of the same browser.
func (b *tab) beside() *tab {
	b.t.Helper()
	other, err := b.Beside()
	if err != nil {
		b.t.Fatal("no other tab: ", err)
	}
	return tested(b.t, other)
}

// tested is an empty tab as a test uses it.
func tested(t *testing.T, to *Tab) *tab {
	t.Cleanup(to.Close)
	to.patience = patience
	b := &tab{Tab: to, t: t}
	b.before(unhurried)
	b.before(countEvents)
	return b
}

// do has the browser do one thing, within patience.
func do[T any](b *tab, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	v, err := run(b.Tab, action)
	b.did(what, err)
	return v
}

// did ends the test if something failed.
func (b *tab) did(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// call gives the browser a command of its protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	v, err := tell(b.Tab, command, params)
	b.did(fmt.Sprintf("%T", params), err)
	return v
}

// open goes to an address.
func (b *tab) open(address string) {
	b.t.Helper()
	b.did("opening "+address, b.Go(address))
}

// before runs a script ahead of everything on every page that is opened.
func (b *tab) before(script string) {
	b.t.Helper()
	b.did("a script ahead of all", b.Before(script))
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
	v, err := Eval[T](b.Tab, script)
	b.did(script, err)
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
	b.did(feature, b.Prefer(feature, value))
}

// screenshot writes the whole page to shots/NAME.png.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	eval[any](b, axe.Still) // what was just changed must have arrived
	shot, err := b.Screenshot()
	if err == nil {
		err = os.MkdirAll("shots", 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join("shots", strings.ReplaceAll(name, "/", "-")+".png"), shot, 0o666)
	}
	b.did("screenshot "+name, err)
}
