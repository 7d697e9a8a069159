//go:build !js

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// audit has axe-core look at a part of the page, "document" or an element, by day
// and by night; each is photographed.
func (s site) audit(m *materials, tab *browser.Tab, part, state string) error {
	for _, by := range [][2]string{{"light", s.day}, {"dark", s.night}} {
		scheme, script := by[0], by[1]
		if err := tab.Prefer("prefers-color-scheme", scheme); err != nil {
			return err
		}
		if _, err := browser.Eval[any](tab, script+";0"); err != nil {
			return err
		}
		time.Sleep(fade)
		if err := m.look(tab, part); err != nil {
			return fmt.Errorf("axe-core, %s, %s: %w", state, scheme, err)
		}
		if err := m.shot(tab, strings.Join([]string{s.name, state, scheme}, "-")); err != nil {
			return err
		}
	}
	return nil
}

// look says what axe-core finds in a part of the page.
func (m *materials) look(tab *browser.Tab, part string) error {
	if m.axe == "" {
		return nil
	}
	if _, err := browser.Eval[any](tab, m.axe+";0"); err != nil {
		return err
	}
	found, err := browser.Eval[string](tab, fmt.Sprintf(findings, part))
	if err == nil && found != "" {
		err = errors.New(found)
	}
	return err
}

// shot writes a screenshot where one is asked for.
func (m *materials) shot(tab *browser.Tab, name string) error {
	if m.shots == "" {
		return nil
	}
	png, err := tab.Screenshot()
	if err == nil {
		err = os.MkdirAll(m.shots, 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(m.shots, "docs-"+name+".png"), png, 0o666)
	}
	return err
}
