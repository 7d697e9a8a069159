package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
)

// dist writes the static site to a folder that any host can serve: site/, the
// builds, and the licences of what ships from others.
func dist(ctx context.Context, root, to string, out io.Writer) error {
	b, err := upToDate(ctx, root, out)
	if err != nil {
		return err
	}
	if err := clearSite(to); err != nil {
		return err
	}
	if err := os.CopyFS(to, os.DirFS(filepath.Join(root, "site"))); err != nil {
		return err
	}
	if err := dropProjects(filepath.Join(to, "examples")); err != nil {
		return err
	}
	paths := []string{filepath.Join(root, "LICENSE"), filepath.Join(root, "NOTICE")}
	for _, name := range shipped {
		paths = append(paths, filepath.Join(b.out, name))
	}
	for _, path := range paths {
		if err := copyFile(filepath.Join(to, filepath.Base(path)), path); err != nil {
			return err
		}
	}
	if err := precache(to); err != nil {
		return err
	}
	b.log.Printf("tintype: the site is in %s", to)
	return nil
}

// upToDate builds what is stale.
func upToDate(ctx context.Context, root string, out io.Writer) (*builder, error) {
	b, err := newBuilder(root, log.New(out, "", 0))
	if err != nil {
		return nil, err
	}
	stamp, err := b.sources()
	if err == nil && !b.fresh(stamp) {
		err = b.build(ctx, stamp)
	}
	return b, err
}

// dropProjects removes the sources of other sites from the examples: a generator
// that this one is copied into would take them for its own.
func dropProjects(examples string) error {
	entries, err := os.ReadDir(examples)
	for _, e := range entries {
		if e.IsDir() {
			err = errors.Join(err, os.RemoveAll(filepath.Join(examples, e.Name())))
		}
	}
	return err
}

// clearSite removes an earlier site, and nothing else: a mistyped folder must not
// cost anybody their files.
func clearSite(to string) error {
	entries, err := os.ReadDir(to)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(to, simdWasm)); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s is not empty and holds no earlier site: choose another folder, or empty it", to)
	}
	return os.RemoveAll(to)
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}
