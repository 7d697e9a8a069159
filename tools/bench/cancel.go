//go:build !js

package main

import (
	"fmt"
	"slices"

	"tintype/test/browser"
	"tintype/tools/bench/suite"
)

// cancelling starts a long run, presses Cancel some time after its second step, that is somewhere inside a pass, and
// resolves to the ms from the click until the page is free again, once for each of a number of runs.
const cancelling = `(async () => {
	const app = document.getElementById("app"), stage = document.getElementById("stage");
	const until = (target, attribute, ready) => new Promise((go) => {
		const look = () => { if (ready()) { watcher.disconnect(); go(); } };
		const watcher = new MutationObserver(look);
		watcher.observe(target, { attributes: true, attributeFilter: [attribute] });
		look();
	});
	const times = (state) => Number(app.dataset[state] ?? 0); // that the page entered it
	const after = async (act, state) => {
		const before = times(state);
		act();
		await until(app, "data-" + state, () => times(state) > before);
	};
	const press = (id) => () => document.getElementById(id).click();
	await until(app, "data-idle", () => times("idle") > 0);
	await after(() => document.querySelector("#model-list input[value='fashion-mnist-32']").click(), "idle");
	const steps = document.getElementById("steps");
	steps.value = "200";
	for (const type of ["input", "change"]) steps.dispatchEvent(new Event(type, { bubbles: true }));
	const took = [];
	for (let i = 0; i < %d; i++) {
		await after(press("generate"), "sampling"); // which empties the stage
		await until(stage, "data-step", () => Number(stage.dataset.step) > 1);
		await new Promise((go) => setTimeout(go, 7 * i)); // another place of the pass each time
		const begun = performance.now();
		await after(press("cancel"), "idle");
		took.push(performance.now() - begun);
	}
	return took;
})()`

// cancels times how long a visitor who has had enough waits.
func cancels(print suite.Printer, address string) error {
	const runs = 11
	tab, err := browser.OpenTab(pageLimit)
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := tab.Go(address); err != nil {
		return err
	}
	took, err := browser.Eval[[]float64](tab, fmt.Sprintf(cancelling, runs))
	if err != nil {
		return err
	}
	slices.Sort(took)
	print(fmt.Sprintf("from Cancel to a page that is free again, inside a pass of fashion-mnist-32: median %.1f ms, largest %.1f of %d",
		took[runs/2], took[runs-1], runs))
	return nil
}
