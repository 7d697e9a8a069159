//go:build !js

// Package axe has axe-core, the checker of accessibility, for tests of pages.
package axe

import (
	"fmt"
	"os"
	"path/filepath"

	"tintype/tools/npm"
)

// Version of axe-core.
const Version = "4.14.1"

var (
	folder   = filepath.Join("tintype-docs", "axe-core-"+Version)
	packages = map[string]string{"axe-core": Version}
)

// Script is axe-core's source, which npm fetches once.
func Script() (string, error) {
	root, err := npm.Install(folder, packages)
	if err != nil {
		return "", err
	}
	return read(root)
}

// Kept is the same where it was fetched before, and "" where it was not.
func Kept() (string, error) {
	root, found, err := npm.Find(folder, packages)
	if err != nil || !found {
		return "", err
	}
	return read(root)
}

func read(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "node_modules", "axe-core", "axe.min.js"))
	return string(text), err
}

// Still is JavaScript that puts everything on the page that fades into another
// colour at its end; what moves for ever goes on.
const Still = `for (const root of [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)])
	for (const a of root.getAnimations()) if (a.effect.getComputedTiming().endTime !== Infinity) a.finish();
0`

// Findings is JavaScript that has the loaded script look at a part of the page,
// "document" or a selector in quotes, and resolves to what it found, "" if nothing.
func Findings(part string) string {
	return fmt.Sprintf(`axe.run(%s, { resultTypes: ["violations"] }).then(({ violations }) =>
	violations.map((v) => v.id + " (" + v.help + "): " + v.nodes.map((n) => n.target.flat().join(" ")).join(", ")).join("; "))`, part)
}
