//go:build !js

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tintype/internal/wholefile"
	"tintype/test/browser"
	"tintype/tools/bench/suite"
)

const (
	starts     = 10
	startLimit = time.Minute // for the server to build, and for a visit
)

// rest is how long a browser takes, once started, to be done with itself: it loads pages of its own.
const rest = 3 * time.Second

// start times a visitor's first picture: from the navigation of a browser that has never been here to the end of the
// default model's first picture, asked for as soon as the page lets one. The goal is held in a browser that has only just
// been started, and still uses as much of the machine as the page does; one at rest, as a visitor's is, is told beside it.
func start(print suite.Printer, address string) error {
	const goal = 1000
	fresh, err := visits(print, address, "a browser just started", 0)
	if err != nil {
		return err
	}
	rested, err := visits(print, address, "a browser at rest", rest)
	if err != nil {
		return err
	}
	print.Target(6, fresh < goal, "from navigation to the first finished picture of the default model %.0f ms (median of %d cold visits; "+
		"in a browser at rest %.0f), under %d", fresh, starts, rested, goal)
	return nil
}

// visits gives the median in ms.
func visits(print suite.Printer, address, browser string, wait time.Duration) (float64, error) {
	var took []float64
	var last visit
	for range starts {
		var err error
		if last, err = visitOnce(address, wait); err != nil {
			return 0, err
		}
		took = append(took, last.Done)
	}
	slices.Sort(took)
	median := (took[(starts-1)/2] + took[starts/2]) / 2
	print(fmt.Sprintf("%s: picture after %.0f ms (median, %.0f to %.0f); in the last visit page %.0f, program here %.0f, models listed %.0f, "+
		"model here %.0f and loaded %.0f, picture %.0f", browser, median, took[0], took[len(took)-1],
		last.Document, last.Program, last.Listed, last.Model, last.Loaded, last.Done))
	return median, nil
}

// serveSite starts the project's own server and waits until it has all files and their compressed twins.
func serveSite() (address string, stop func(), err error) {
	dir, remove, err := wholefile.Folder("", "tintype-start")
	if err != nil {
		return "", nil, err
	}
	program := filepath.Join(dir, "tintype")
	if printed, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("building the server: %w\n%s", err, printed)
	}
	ctx, cancel := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0")
	stop = func() {
		cancel()
		server.Wait()
		remove()
	}
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		stop()
		return "", nil, err
	}
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "tintype: ")
	}
	go func() {
		for lines.Scan() { // a full pipe would stop the server
		}
	}()
	return address, stop, waitTwins(address)
}

// waitTwins asks for what is built last until it comes compressed.
func waitTwins(address string) error {
	for limit := time.Now().Add(startLimit); time.Now().Before(limit); time.Sleep(100 * time.Millisecond) {
		request, err := http.NewRequest("HEAD", address+"tintype.wasm", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Accept-Encoding", "br")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		answer.Body.Close()
		if answer.Header.Get("Content-Encoding") == "br" {
			return nil
		}
	}
	return errors.New("the server did not finish its build")
}

// visit is when things were there, in ms since the navigation began.
type visit struct{ Document, Program, Listed, Model, Loaded, Done float64 }

// watcher presses Generate as soon as the page lets it, and notes when the page changes its state.
const watcher = `window.seen = {};
new MutationObserver(() => {
	const app = document.getElementById("app"), button = document.getElementById("generate");
	if (!app) return;
	seen[app.dataset.state] ??= performance.now();
	if (button && !button.disabled && !seen.pressed) { seen.pressed = performance.now(); button.click(); }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state", "disabled"] });`

const result = `(() => {
	const end = (part) => performance.getEntriesByType("resource").find((e) => e.name.includes(part))?.responseEnd ?? 0;
	return seen.error ? { Done: -1 } : seen.done ? {
		Document: performance.getEntriesByType("navigation")[0].responseStart, Program: end(".wasm"),
		Listed: seen.loading, Model: end(".zst"), Loaded: seen.sampling, Done: seen.done,
	} : { Done: 0 };
})()`

// visitOnce opens the page in a browser of its own, some time after that was started.
func visitOnce(address string, wait time.Duration) (visit, error) {
	tab, err := browser.OpenTab(startLimit)
	if err != nil {
		return visit{}, err
	}
	defer tab.Close()
	time.Sleep(wait)
	if err := errors.Join(tab.Before(watcher), tab.Go(address)); err != nil {
		return visit{}, err
	}
	for {
		seen, err := browser.Eval[visit](tab, result)
		switch {
		case err != nil:
			return visit{}, err
		case seen.Done < 0:
			return visit{}, errors.New("the page shows an error")
		case seen.Done > 0:
			return seen, nil
		}
		time.Sleep(100 * time.Millisecond) // a look costs the page little, but not nothing
	}
}
