//go:build !js

package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// How much the page needs a file without a network; sw.js has the same numbers.
const (
	needed = iota // without it nothing is drawn
	wanted        // a host may refuse it
	asked         // few pages ask for it
)

// essential are the page, the scripts without which it draws nothing, and the program.
var essential = []string{"index.html", "boot.js", "runtime.js", "decode.js", "worker.js", wasmExec, simdWasm}

// needOf says how much the page needs a file, false if it does not. Models are not kept here: the worker keeps those that
// are used; nor is their list, which grows without a new version.
func needOf(name string) (need int, ok bool) {
	switch {
	case name == scalarWasm:
		return asked, true
	case name == "sw.js" || strings.HasPrefix(name, "examples/"):
		return 0, false
	case slices.Contains(essential, name):
		return needed, true
	}
	switch path.Ext(name) {
	case ".css", ".html", ".js", ".svg", ".png", ".webmanifest":
		return wanted, true
	}
	return 0, false
}

// precache has a site's page register the service worker, and fills in that one's list.
func precache(site string) error {
	if err := replace(filepath.Join(site, "index.html"), `<html lang="en">`, `<html lang="en" data-offline="true">`); err != nil {
		return err
	}
	var list [][3]any
	err := filepath.WalkDir(site, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(site, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		need, ok := needOf(rel)
		if !ok {
			return nil
		}
		data, err := os.ReadFile(name)
		sum := sha256.Sum256(data)
		list = append(list, [3]any{rel, hex.EncodeToString(sum[:8]), need})
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return replace(filepath.Join(site, "sw.js"), "const FILES = [];", "const FILES = "+string(text)+";")
}

// replace changes the one place of a file that has a text.
func replace(name, old, with string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if strings.Count(string(data), old) != 1 {
		return fmt.Errorf("%s has no %s: the site cannot be made", path.Base(name), old)
	}
	return os.WriteFile(name, []byte(strings.Replace(string(data), old, with, 1)), 0o666)
}
