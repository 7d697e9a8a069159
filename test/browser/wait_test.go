package browser

import (
	"strings"
	"testing"
	"time"
)

// What a test waits for comes after something that it did: a state that the
// page may be in already would let the test go on too early, on a slow machine
// only. So the page counts the states that it enters (page.enter), tabs count
// the events of elements, and a test names its act together with what it waits
// for:
//
//	b.opened(address).state("idle")
//	b.pressed("#generate").state("done")
//	b.dropped(file, "letter.png").error()
//	b.becomes("the list", script, func() { b.click("#more") })

// patience is how long a test waits for any one thing. It decides nothing: it
// turns a hang into a message, and is far above what the slowest step takes on
// a machine that is slow and busy.
const patience = 3 * time.Minute

// unhurried has a page's clocks that judge others, or count their idleness, never
// ring: on a slow machine they would find a worker dead that only has to wait
// for the processor, or part with one that the test is about to use again.
const unhurried = `{
	const timeout = setTimeout, interval = setInterval;
	setTimeout = (f, ms, ...args) => ms === 60_000 ? 0 : timeout(f, ms, ...args);
	setInterval = (f, ms, ...args) => ms === 10_000 ? 0 : interval(f, ms, ...args);
}`

// countEvents is part of every page: what elements told so far, by event.
const countEvents = `{
	const told = {};
	Object.defineProperty(window, "toldByElements", { value: told });
	for (const type of ["load", "progress", "step", "done", "error"])
		addEventListener(type, (e) => { if (e.target.localName === "tintype-sampler") told[type] = (told[type] ?? 0) + 1; }, true);
}`

// standing is how a page stands: which document it is (by its time of birth),
// and how often it was in each state and heard each event of an element.
const standing = `(() => {
	const data = document.getElementById("app")?.dataset ?? {}, states = {};
	for (const s of ["starting", "loading", "idle", "sampling", "done", "error"]) states[s] = Number(data[s] ?? 0);
	return { document: performance.timeOrigin, states, events: { ...window.toldByElements } };
})()`

type stand struct {
	Document float64        `json:"document"`
	States   map[string]int `json:"states"`
	Events   map[string]int `json:"events"`
}

// A later is what comes after an act.
type later struct {
	b      *tab
	before stand
}

// after acts. What is waited for is later than the act's beginning.
func (b *tab) after(act func()) later {
	b.t.Helper()
	l := later{b, eval[stand](b, standing)}
	act()
	return l
}

// pressed clicks on an element.
func (b *tab) pressed(selector string) later {
	b.t.Helper()
	return b.after(func() { b.click(selector) })
}

// A fresh is what comes after a page was opened: all of it is new.
type fresh struct{ later }

// opened goes to an address and loads its page anew.
func (b *tab) opened(address string) fresh {
	b.t.Helper()
	page, _, part := strings.Cut(address, "#")
	if part && strings.HasPrefix(eval[string](b, "location.href")+"#", page+"#") {
		b.open("about:blank") // another # alone would load nothing
	}
	return fresh{b.after(func() { b.open(address) })}
}

// state waits until the page enters a state (page.phase lists them). An error
// instead ends the test with what the page says.
func (l later) state(state string) {
	l.b.t.Helper()
	l.rises(state, func(s stand) map[string]int { return s.States }, state)
}

// error waits until the page shows an error, and returns its sentence.
func (l later) error() (text string) {
	l.b.t.Helper()
	l.state("error")
	return l.b.text("#alert-text")
}

// event waits until an element has told of something.
func (l later) event(event string) {
	l.b.t.Helper()
	l.rises("an element's "+event, func(s stand) map[string]int { return s.Events }, event)
}

// rises waits until a count is above what it was before. A count of a new
// document began at 0.
func (l later) rises(what string, counts func(stand) map[string]int, name string) {
	l.b.t.Helper()
	over := func(now stand, name string) bool {
		before := counts(l.before)[name]
		if now.Document != l.before.Document {
			before = 0
		}
		return counts(now)[name] > before
	}
	now := waitFor(l.b, what, standing, func(now stand) bool { return over(now, name) || over(now, "error") })
	if !over(now, name) {
		l.b.t.Fatalf("waited for %s: %s", what, l.b.says())
	}
}

// becomes waits for a script to say true after the act. One that says so
// before it could not tell whether the act did anything: that ends the test.
func (b *tab) becomes(what, script string, act func()) {
	b.t.Helper()
	if eval[bool](b, script) {
		b.t.Fatalf("%s: there before anything is done for it, so it cannot be waited for: %s", what, script)
	}
	act()
	b.until(what, script)
}

// shows waits for a script to say true of the page that was opened.
func (f fresh) shows(what, script string) {
	f.b.t.Helper()
	f.b.until(what, script)
}

// until waits for a script to say true. Tests use becomes or shows, which know
// what it is waited for after; until is for what stays true once it is: a
// message that a page noted, a file that it keeps.
func (b *tab) until(what, script string) {
	b.t.Helper()
	waitFor(b, what, script, func(done bool) bool { return done })
}

// waitFor evaluates a script until enough likes what it says. A script that
// fails says nothing: the page may be on its way to the next address.
func waitFor[T any](b *tab, what, script string, enough func(T) bool) T {
	b.t.Helper()
	for limit := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		said, err := Eval[T](b.Tab, script)
		if err == nil && enough(said) {
			return said
		}
		if time.Now().After(limit) || b.ctx.Err() != nil {
			b.t.Fatalf("waited in vain for %s: the last look gave %v, %v\n%s", what, said, err, b.says())
		}
	}
}

// says is what the page or its elements show of how they stand.
func (b *tab) says() string {
	brief := *b.Tab
	brief.patience = 10 * time.Second // a page that hangs says nothing
	said, err := Eval[string](&brief, `[
		document.getElementById("app")?.dataset.state,
		...["status", "alert"].map((id) => document.getElementById(id)?.innerText),
		...[...document.querySelectorAll("tintype-sampler")].map((e) => e.state + ": " + e.shadowRoot.querySelector("[part=error]").textContent),
	].filter(Boolean).join("; ")`)
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
