package main

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for any one thing. It decides nothing: it
// turns a hang into a message, and is far above what the slowest step takes on
// a machine that is slow and busy.
const patience = 3 * time.Minute

// until waits for a script to say true.
func (b *tab) until(what, script string) {
	b.t.Helper()
	waitFor(b, what, script, func(done bool) bool { return done })
}

// waitFor evaluates a script until enough likes what it says. A script that
// fails says nothing: the page may be on its way to the next address.
func waitFor[T any](b *tab, what, script string, enough func(T) bool) T {
	b.t.Helper()
	for limit := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		ctx, stop := context.WithTimeout(b.ctx, patience)
		said, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		stop()
		if err == nil && enough(said) {
			return said
		}
		if time.Now().After(limit) || b.ctx.Err() != nil {
			b.t.Fatalf("waited in vain for %s: the last look gave %v, %v\n%s", what, said, err, b.says())
		}
	}
}

const stateOfPage = `document.getElementById("app")?.dataset.state ?? ""`

// waitState waits until the page is in a state of #app (page.phase lists
// them). Reaching "error" instead ends the test with what the page says.
func (b *tab) waitState(state string) {
	b.t.Helper()
	if now := waitFor(b, state, stateOfPage, func(now string) bool { return now == state || now == "error" }); now != state {
		b.t.Fatalf("waited for %s: %s", state, b.says())
	}
}

// waitError waits until the page shows an error.
func (b *tab) waitError() {
	b.t.Helper()
	waitFor(b, "an error", stateOfPage, func(now string) bool { return now == "error" })
}

// says is what the page or its elements show of how they stand.
func (b *tab) says() string {
	ctx, stop := context.WithTimeout(b.ctx, 10*time.Second) // a page that hangs says nothing
	defer stop()
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[
		document.getElementById("app")?.dataset.state,
		...["status", "alert"].map((id) => document.getElementById(id)?.innerText),
		...[...document.querySelectorAll("tintype-sampler")].map((e) => e.state + ": " + e.shadowRoot.querySelector("[part=error]").textContent),
	].filter(Boolean).join("; ")`))
	if err != nil {
		return "the page cannot be asked: " + err.Error()
	}
	return said
}

// heard waits for what a page tells a server.
func heard[T any](t *testing.T, what string, said <-chan T) T {
	t.Helper()
	select {
	case v := <-said:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}
