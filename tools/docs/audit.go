//go:build !js

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tintype/tools/bench/browser"
	"tintype/tools/npm"
)

const axeVersion = "4.14.1"

// axe is the script of axe-core, the checker of accessibility.
func axe() (string, error) {
	root, err := npm.Install(filepath.Join("tintype-docs", "axe-core-"+axeVersion), map[string]string{"axe-core": axeVersion})
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "node_modules", "axe-core", "axe.min.js"))
	return string(text), err
}

// findings runs axe-core on %s and puts what it found into one line.
const findings = `axe.run(%s, { resultTypes: ["violations"] }).then(({ violations }) =>
	violations.map((v) => v.id + " (" + v.help + "): " + v.nodes.map((n) => n.target.flat().join(" ")).join(", ")).join("; "))`

// fade is how long a page may take to change its colours.
const fade = 500 * time.Millisecond

// audit has axe-core look at a part of the page, by day and by night.
func (m *materials) audit(tab *browser.Tab, part string) error {
	if _, err := browser.Eval[any](tab, m.axe+";0"); err != nil {
		return err
	}
	for _, scheme := range []string{"light", "dark"} {
		if err := tab.Prefer("prefers-color-scheme", scheme); err != nil {
			return err
		}
		time.Sleep(fade)
		found, err := browser.Eval[string](tab, fmt.Sprintf(findings, part))
		if err != nil {
			return err
		}
		if found != "" {
			return fmt.Errorf("axe-core, %s: %s", scheme, found)
		}
	}
	return nil
}
