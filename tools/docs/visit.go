//go:build !js

package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tintype/test/browser"
)

const (
	prefix   = "/docs/" // the sub-path that every example is built for
	limit    = 2 * time.Minute
	patience = 40 * time.Second
)

// A host serves a folder below the prefix, as one that knows nothing of us, and
// remembers what was asked for outside it, and what of the runtime is not there.
type host struct {
	*httptest.Server
	mu     sync.Mutex
	missed []string
}

func serve(folder string) *host {
	h := &host{}
	files := http.StripPrefix(strings.TrimSuffix(prefix, "/"), http.FileServer(http.Dir(folder)))
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, below := strings.CutPrefix(r.URL.Path, prefix)
		_, err := os.Stat(filepath.Join(folder, filepath.FromSlash(path)))
		if !below && path != "/favicon.ico" || err != nil && strings.Contains(path, "tintype") {
			h.mu.Lock()
			h.missed = append(h.missed, r.URL.Path)
			h.mu.Unlock()
		}
		files.ServeHTTP(w, r)
	}))
	return h
}

// address is where the folder is.
func (h *host) address() string { return h.URL + prefix }

// missing says what was asked for and is not there.
func (h *host) missing() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.missed) == 0 {
		return nil
	}
	return fmt.Errorf("asked for and not there: %s", strings.Join(h.missed, ", "))
}

// watch keeps the errors of a page and of those that follow it without a reload.
const watch = `window.tintypeErrors = [];
for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, (e) => tintypeErrors.push(e.message ?? String(e.reason)));`

// visit drives a built example.
func (s site) visit(m *materials, h *host) error {
	tab, err := browser.OpenTab(limit)
	if err != nil {
		return skipped{err}
	}
	defer tab.Close()
	if err := errors.Join(tab.Before(watch), tab.Go(h.address()+s.page)); err != nil {
		return err
	}
	switch {
	case s.name == "page":
		err = s.draw(m, tab)
	case s.runtime == "" && s.build != nil:
		return s.frame(m, tab) // the notebook's own scripts are on another host, and fail here
	default:
		err = s.element(m, tab)
	}
	said, failure := browser.Eval[string](tab, `tintypeErrors.join("; ")`)
	if failure == nil && said != "" {
		failure = fmt.Errorf("errors in the page: %s", said)
	}
	return errors.Join(err, failure, h.missing())
}

// element waits for the picture, leaves the page by its link and comes back, twice.
func (s site) element(m *materials, tab *browser.Tab) error {
	for round := range 3 {
		if err := tab.Until(`document.querySelector("tintype-sampler")?.state === "done"`, patience); err != nil {
			said, _ := browser.Eval[string](tab, `document.querySelector("tintype-sampler")?.shadowRoot?.querySelector("[part=error]")?.textContent ?? "no element"`)
			return fmt.Errorf("round %d: %w (%s)", round, err, said)
		}
		if err := m.same(tab, `document.querySelector("tintype-sampler").hash`); err != nil {
			return err
		}
		if round == 0 {
			if err := s.states(m, tab); err != nil {
				return err
			}
		}
		if s.build == nil {
			return nil // a page alone
		}
		if err := s.leave(tab); err != nil {
			return err
		}
	}
	return nil
}

// same compares a picture's hash.
func (m *materials) same(tab *browser.Tab, script string) error {
	hash, err := browser.Eval[string](tab, script)
	if err == nil && hash != m.hash {
		err = fmt.Errorf("the picture's hash is %q, of tools/sample %s", hash, m.hash)
	}
	return err
}

// states has each state of the elements looked at: a reader stays in these.
func (s site) states(m *materials, tab *browser.Tab) error {
	const all = `Promise.allSettled([...document.querySelectorAll("tintype-sampler")].map((e) => %s)).then(() => 0)`
	for _, state := range []struct{ name, script string }{
		{"done", `e.state === "done" || e.sample()`},
		{"error", `e.sample({ label: "griffin" })`},
	} {
		if _, err := browser.Eval[any](tab, fmt.Sprintf(all, state.script)); err != nil {
			return err
		}
		if err := s.audit(m, tab, s.ours(), state.name); err != nil {
			return err
		}
	}
	return nil
}

// ours says where axe-core looks: a page whose template is ours is checked as a
// whole, of a theme's the element.
func (s site) ours() string {
	if s.build == nil || s.name == "hugo" {
		return "document"
	}
	return `"tintype-sampler"`
}

// busy starts a long picture, and remembers its element and, by a variable, the document.
const busy = `(async () => {
	const e = window.tintypeLeft = document.querySelector("tintype-sampler");
	const begun = new Promise((go) => e.addEventListener("step", go, { once: true }));
	window.tintypeEnd = e.sample({ model: "nouns-32", steps: 1000 }).then(() => "it was drawn to its end", (error) => error.name);
	await begun;
})()`

// settled says what is wrong where the document is still the same: the picture
// that was left is to be given up, and the workers are to be no more than the pool's.
const settled = `(async () => {
	if (!window.tintypeLeft) return "";
	const end = await tintypeEnd;
	if (end !== "AbortError") return "the picture that was left: " + end;
	const pool = performance.getEntriesByType("resource").find((r) => r.name.endsWith("/pool.js")).name;
	const n = (await import(pool)).workers();
	return n <= 3 ? "" : n + " workers are left";
})()`

// leave goes to the other page in the middle of a picture, and back.
func (s site) leave(tab *browser.Tab) error {
	if _, err := browser.Eval[any](tab, busy); err != nil {
		return err
	}
	if err := follow(tab, "another page"); err != nil {
		return err
	}
	if err := tab.Until(`document.querySelector("h1")?.textContent.startsWith("Another page") === true && !document.querySelector("tintype-sampler")`, patience); err != nil {
		return err
	}
	instant, err := browser.Eval[bool](tab, `window.tintypeLeft !== undefined`)
	if err != nil {
		return err
	}
	if instant != s.instant {
		return fmt.Errorf("the document is still the same: %v, expected %v", instant, s.instant)
	}
	wrong, err := browser.Eval[string](tab, settled)
	if err == nil && wrong != "" {
		err = errors.New(wrong)
	}
	return errors.Join(err, follow(tab, "back"))
}

// follow presses the link with these words.
func follow(tab *browser.Tab, words string) error {
	link := fmt.Sprintf(`[...document.links].find((a) => a.textContent.trim() === %q)`, words)
	if err := tab.Until(link+` !== undefined`, patience); err != nil {
		return err
	}
	_, err := browser.Eval[any](tab, link+".click()")
	return err
}

// frame draws on the page in the notebook's sandboxed frame, behind which is the
// picture for readers that show no frames.
func (s site) frame(m *materials, tab *browser.Tab) error {
	if err := tab.Until(`document.querySelector("iframe").previousElementSibling.naturalWidth > 0`, patience); err != nil {
		return err
	}
	frame, err := tab.Frame()
	if err != nil {
		return err
	}
	defer frame.Close()
	return s.draw(m, frame)
}

// draw draws on the full page.
func (s site) draw(m *materials, tab *browser.Tab) error {
	const press = `{ const e = document.getElementById("seed"); e.value = %q;
		for (const kind of ["input", "change"]) e.dispatchEvent(new Event(kind, { bubbles: true }));
		document.getElementById("generate").click(); }`
	if err := tab.Until(`document.getElementById("app")?.dataset.state === "idle"`, patience); err != nil {
		return err
	}
	if err := s.audit(m, tab, "document", "empty"); err != nil {
		return err
	}
	if _, err := browser.Eval[any](tab, fmt.Sprintf(press, seed)); err != nil {
		return err
	}
	if err := tab.Until(`document.getElementById("app").dataset.state === "done"`, patience); err != nil {
		return err
	}
	if err := m.same(tab, `document.getElementById("stage").dataset.hash`); err != nil {
		return err
	}
	return s.audit(m, tab, "document", "done")
}
