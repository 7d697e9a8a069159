//go:build !js

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tintype/test/browser"
	"tintype/tools/axe"
)

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
		if _, err := browser.Eval[any](tab, axe.Still); err != nil {
			return err
		}
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
	found, err := browser.Eval[string](tab, axe.Findings(part))
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
