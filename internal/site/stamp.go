//go:build !js

package site

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sourceDirs hold everything that goes into the program.
var sourceDirs = []string{"core", "internal", "model", "wasm", "weights"}

// sources is a hash over all that the builds depend on. Contents, not times:
// a fresh clone or a changed branch makes new times for the same files.
func (b *Builder) sources() (string, error) {
	h := sha256.New()
	add := func(path string) error {
		text, err := os.ReadFile(path)
		fmt.Fprintln(h, path, len(text))
		h.Write(text)
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := add(filepath.Join(b.root, name)); err != nil {
			return "", err
		}
	}
	for _, dir := range sourceDirs {
		err := filepath.WalkDir(filepath.Join(b.root, dir), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case strings.HasSuffix(path, "_test.go"), !strings.HasSuffix(path, ".go") && d.Name() != "go.mod":
				return nil
			}
			return add(path)
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fresh reports whether build/ holds the files of these sources.
func (b *Builder) fresh(stamp string) bool {
	for _, name := range Shipped {
		if _, err := os.Stat(filepath.Join(b.out, name)); err != nil {
			return false
		}
	}
	old, err := os.ReadFile(filepath.Join(b.out, StampFile))
	return err == nil && string(old) == stamp
}
