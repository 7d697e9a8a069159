package browser

import (
	"net/http"
	"net/url"
	"os"
	"testing"
)

// stopInside is put behind the worker's script. In the middle of a pass, that is
// when the worker lets messages in for the 20th time since a step (around a pass
// it does so a few times, in it after every layer), it asks the server for
// "middle" and stands still until that is answered. It tells how
// often it let messages in after that, and how many steps it still showed, when
// it answers with an error. From the first step on the worker's clock runs so
// fast that every layer ends a slice, on any machine.
const stopInside = `
{
	const post = self.postMessage.bind(self), turn = MessagePort.prototype.postMessage, now = performance.now.bind(performance);
	const ask = (address) => { const q = new XMLHttpRequest(); q.open("GET", address, false); q.send(); };
	let first = 0, turns = 0, steps = 0, middle = false;
	performance.now = () => first ? first + 1000 * (now() - first) : now();
	self.postMessage = (m, list) => {
		if (m.kind === "step") { first ||= now(); steps++; if (!middle) turns = 0; }
		if (m.kind === "error") ask("ended?" + new URLSearchParams({ type: m.type, turns, steps }));
		post(m, list);
	};
	MessagePort.prototype.postMessage = function (...args) {
		turns++;
		if (first && !middle && turns === 20) {
			middle = true;
			turns = steps = 0;
			ask("middle");
		}
		turn.apply(this, args);
	};
}`

// noGrace has the page wait for the worker's answer to a cancel, however long
// that takes: it is not replaced after a second.
const noGrace = `{ const set = setTimeout; setTimeout = (f, ms, ...args) => set(f, ms === 1000 ? 1e9 : ms, ...args); }`

// TestCancel: a cancel that is sent in the middle of a pass is heard there. The
// worker lets messages in once or twice more (which of two messages a browser
// gives first is its own choice), and shows no further step.
func TestCancel(t *testing.T) {
	script, err := os.ReadFile("site/worker.js")
	if err != nil {
		t.Fatal(err)
	}
	middle, release, ended := make(chan bool, 1), make(chan bool), make(chan url.Values, 1)
	gate := func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/middle":
			middle <- true
			select {
			case <-release:
			case <-t.Context().Done():
			}
		case "/ended":
			ended <- r.URL.Query()
		default:
			return false
		}
		w.WriteHeader(http.StatusNoContent)
		return true
	}
	b := openTab(t)
	b.before(noGrace)
	b.opened(siteServer(t, gate, at("/worker.js", always, 200, "text/javascript", append(script, stopInside...)))).state("idle")
	b.choose("fashion-mnist-32")
	b.set("#steps", "200")
	b.click("#generate")
	heard(t, "the worker to let messages in inside a pass", middle)
	cancelled := b.pressed("#cancel")
	close(release)
	got := heard(t, "the end of the run", ended)
	if turns := got.Get("turns"); got.Get("type") != "cancelled" || got.Get("steps") != "0" || turns != "0" && turns != "1" && turns != "2" {
		t.Errorf("the run ended by %q, after %s more looks for messages and %s more steps", got.Get("type"), turns, got.Get("steps"))
	}
	cancelled.state("idle")
}
