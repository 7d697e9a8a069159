//go:build !js

package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"tintype/test/browser"
	"tintype/tools/bench/suite"
)

//go:embed page
var pages embed.FS

// ours is our engine compiled for the browser.
const ours = "ours.wasm"

// inChromium compares our program with onnxruntime-web in one browser, each
// engine in a worker, with each number of threads.
func inChromium(out io.Writer, packages, dir string, cases []testCase, counts []int) error {
	if err := browser.Build(filepath.Join(dir, ours), "./tools/bench/peers/inpage"); err != nil {
		return err
	}
	page := newPage()
	chromium, err := browser.Start(page.handler(packages, dir))
	if err != nil {
		return err
	}
	defer chromium.Close()
	page.exited = chromium.Exited
	var errs []error
	for _, c := range cases {
		for _, threads := range counts {
			if err := inPage(out, page, c, threads); err != nil {
				errs = append(errs, fmt.Errorf("%s in chromium with %d threads: %w", c.Name, threads, err))
			}
			if err := page.reload(); err != nil {
				return errors.Join(append(errs, err)...)
			}
		}
	}
	return errors.Join(errs...)
}

// inPage compares the engines in a page of their own.
func inPage(out io.Writer, page *page, c testCase, threads int) error {
	us, err := page.start("ours", "ours.js", url.Values{
		"program": {"files/" + ours}, "graph": {c.Name}, "threads": {strconv.Itoa(threads)},
	})
	if err != nil {
		return fmt.Errorf("our program: %w", err)
	}
	peer, err := page.start("peer", "ort-worker.mjs", url.Values{
		"model": {"files/" + filepath.Base(c.model)}, "sample": {"files/" + filepath.Base(c.sample)}, "timestep": {strconv.Itoa(suite.Time)},
		"channels": {strconv.Itoa(c.Config.InChannels)}, "side": {strconv.Itoa(c.Side)}, "threads": {strconv.Itoa(threads)},
	})
	if err != nil {
		return fmt.Errorf("onnxruntime-web: %w", err)
	}
	peer.planar = c.Config.OutChannels
	if err := compare(out, c.Name, "chromium", threads, us, peer); err != nil {
		return err
	}
	answer, err := us.order(order{Profile: true})
	if err != nil {
		return err
	}
	for _, line := range answer.Lines {
		fmt.Fprintln(out, "chromium", threads, line)
	}
	return nil
}

// page is the bench's side of page/index.html: a command at a time, each
// answered before the next.
type page struct {
	commands chan call
	answers  chan reply
	exited   <-chan error
}

// call goes to one worker of the page, which start makes. The empty call
// has the page load itself anew.
type call struct {
	Engine string `json:"engine,omitempty"`
	Start  string `json:"start,omitempty"` // script of a new worker
	Order  *order `json:"order,omitempty"`
}

func newPage() *page { return &page{commands: make(chan call), answers: make(chan reply)} }

// handler serves the page, the programs, the peer's package and the graphs.
func (p *page) handler(packages, dir string) http.Handler {
	own, err := fs.Sub(pages, "page")
	if err != nil {
		panic(err) // the folder is embedded
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(own))
	mux.HandleFunc("GET /wasm_exec.js", browser.Exec)
	for _, script := range []string{"threads.js", "helper.js", "share.js"} {
		mux.HandleFunc("GET /"+script, browser.File(filepath.Join("site", script)))
	}
	mux.Handle("GET /files/", http.StripPrefix("/files/", http.FileServer(http.Dir(dir))))
	mux.Handle("GET /packages/", http.StripPrefix("/packages/", http.FileServer(http.Dir(packages))))
	mux.HandleFunc("GET /next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case c := <-p.commands:
			json.NewEncoder(w).Encode(c)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /answer", func(w http.ResponseWriter, r *http.Request) {
		var answer reply
		if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
			answer = reply{Error: "the page's answer: " + err.Error()}
		}
		p.answers <- answer
	})
	return mux
}

// ask sends a command and waits for its answer.
func (p *page) ask(c call) (reply, error) {
	if err := p.send(c); err != nil {
		return reply{}, err
	}
	select {
	case answer := <-p.answers:
		return answer, nil
	case err := <-p.exited:
		return reply{}, err
	case <-time.After(pairLimit):
		return reply{}, fmt.Errorf("no answer from the page for %v", pairLimit)
	}
}

func (p *page) send(c call) error {
	select {
	case p.commands <- c:
		return nil
	case err := <-p.exited:
		return err
	case <-time.After(pairLimit):
		return fmt.Errorf("no page asked for work for %v", pairLimit)
	}
}

// start has the page run a script with a query as a worker; it returns when
// the engine in it is ready.
func (p *page) start(engine, script string, query url.Values) (remote, error) {
	r := remote{ask: func(o order) (reply, error) { return p.ask(call{Engine: engine, Order: &o}) }}
	ready, err := p.ask(call{Engine: engine, Start: script + "?" + query.Encode()})
	if err == nil && ready.Error != "" {
		err = fmt.Errorf("%s: %s", script, ready.Error)
	}
	return r, err
}

// reload ends the page's workers and frees their memory.
func (p *page) reload() error { return p.send(call{}) }
