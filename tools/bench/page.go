//go:build !js

package main

import (
	"errors"
	"fmt"
	"time"

	"tintype/test/browser"
	"tintype/tools/bench/suite"
)

// pageLimit is for a tab that draws all the while.
const pageLimit = 5 * time.Minute

// page measures what a visitor of the served site sees.
func page(print suite.Printer) error {
	address, stop, err := serveSite()
	if err != nil {
		return err
	}
	defer stop()
	return errors.Join(start(print, address), blocked(print, address), cancels(print, address), elements(print, address))
}

// drawing presses Generate once the page is idle and resolves to the tasks of the main thread that took longer than 50 ms
// (Long Tasks API) until all pictures are there.
const drawing = `(async () => {
	const app = document.getElementById("app"), sleep = () => new Promise((r) => setTimeout(r, 10));
	const times = (state) => Number(app.dataset[state] ?? 0); // that the page entered it
	while (times("idle") === 0) await sleep();
	const count = document.getElementById("count");
	count.value = "16";
	for (const type of ["input", "change"]) count.dispatchEvent(new Event(type, { bubbles: true }));
	await new Promise((r) => setTimeout(r, 500)); // for what loading left
	const tasks = [];
	const observer = new PerformanceObserver((list) => { for (const e of list.getEntries()) tasks.push(e.duration); });
	observer.observe({ type: "longtask" });
	document.getElementById("generate").click();
	while (times("done") === 0) {
		if (times("error") > 0) throw new Error(document.getElementById("alert-text").textContent);
		await sleep();
	}
	for (const e of observer.takeRecords()) tasks.push(e.duration);
	return tasks;
})()`

// blocked counts what keeps the page from answering while it draws 16 pictures.
func blocked(print suite.Printer, address string) error {
	tab, err := browser.OpenTab(pageLimit)
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := tab.Go(address); err != nil {
		return err
	}
	tasks, err := browser.Eval[[]float64](tab, drawing)
	if err != nil {
		return err
	}
	longest := 0.0
	for _, ms := range tasks {
		longest = max(longest, ms)
	}
	print.Target(6, len(tasks) == 0, "%d tasks of the page over 50 ms while 16 pictures of 4 steps are drawn (the longest %.0f ms), 0 allowed", len(tasks), longest)
	return nil
}

// cycling makes elements, has each draw a picture, and takes them away; it resolves to the bytes of the page and its
// workers (Measure Memory API) before and after.
const cycling = `(async () => {
	const cycle = async (n) => {
		for (let i = 0; i < n; i++) {
			const e = document.createElement("tintype-sampler");
			e.seed = String(i);
			document.body.append(e);
			await e.sample();
			e.remove();
		}
		return (await performance.measureUserAgentSpecificMemory()).bytes;
	};
	await customElements.whenDefined("tintype-sampler");
	return [await cycle(10), await cycle(%d)];
})()`

// elements looks whether elements that come and go leave memory behind.
func elements(print suite.Printer, address string) error {
	const cycles, slack = 60, 0.1 // a worker's heap differs by 5 % from one moment to another
	tab, err := browser.OpenTab(pageLimit)
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := tab.Go(address + "examples/plain.html"); err != nil {
		return err
	}
	bytes, err := browser.Eval[[2]float64](tab, fmt.Sprintf(cycling, cycles))
	if err != nil {
		return err
	}
	print.Target(6, bytes[1] <= bytes[0]*(1+slack), "%d elements made, drawn with and removed: the page and its workers hold %.1f MB, %.1f MB before (%+.1f %%), at most %+.0f %%",
		cycles, bytes[1]/1e6, bytes[0]/1e6, 100*(bytes[1]/bytes[0]-1), 100*slack)
	return nil
}
