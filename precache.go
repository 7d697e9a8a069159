package main

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

// kept are the suffixes of the files that the page needs without a network. Models are not among them: the worker
// keeps those that are used; nor is the scalar program, which few browsers need.
var kept = []string{".html", ".css", ".js", ".wasm", ".svg", ".png", ".webmanifest", "models/index.json"}

// precache has a site's page register the service worker, and fills in that one's list.
func precache(site string) error {
	if err := replace(filepath.Join(site, "index.html"), `<html lang="en">`, `<html lang="en" data-offline="true">`); err != nil {
		return err
	}
	var list [][2]string
	err := filepath.WalkDir(site, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(site, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if rel == "sw.js" || rel == scalarWasm || strings.HasPrefix(rel, "examples/") || !slices.ContainsFunc(kept, func(s string) bool { return strings.HasSuffix(rel, s) }) {
			return nil
		}
		data, err := os.ReadFile(name)
		sum := sha256.Sum256(data)
		list = append(list, [2]string{rel, hex.EncodeToString(sum[:8])})
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
