//go:build !js

package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"

	"tintype/internal/javascript"
)

// Dist writes the static site to a folder that any host can serve: site/, the builds, and the licences of what ships
// from others. The folder is made beside the one that it replaces, which stays as it is until all went well, and is then
// put aside: whatever happens, one of the two is there.
func Dist(ctx context.Context, root, to string, out io.Writer) error {
	folder, err := siteFolder(root, to)
	if err != nil {
		return err
	}
	b, err := upToDate(ctx, root, out)
	if err != nil {
		return err
	}
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	if err := recoverSite(folder); err != nil {
		return err
	}
	made, err := os.MkdirTemp(parent, "."+filepath.Base(folder)+".")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := errors.Join(os.Chmod(made, 0o755), b.fill(made), keepSingle(made, folder)); err != nil {
		return err
	}
	if err := exchange(folder, made); err != nil {
		return err
	}
	b.log.Printf("tintype: the site is in %s", to)
	return nil
}

// asideSuffix ends the name of a site that was put aside for the next one.
const asideSuffix = ".old"

// exchange puts a new site in the place of an earlier one, if there is one. Where that fails the earlier one is back.
func exchange(folder, made string) error {
	aside := made + asideSuffix
	err := os.Rename(folder, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return os.Rename(made, folder)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(made, folder); err != nil {
		return errors.Join(err, os.Rename(aside, folder))
	}
	return os.RemoveAll(aside)
}

// recoverSite mends what an earlier exchange left that was interrupted: a site that is still aside goes back to its place,
// or away where the new one is there.
func recoverSite(folder string) error {
	parent := filepath.Dir(folder)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, "."+filepath.Base(folder)+".") || !strings.HasSuffix(name, asideSuffix) {
			continue
		}
		aside := filepath.Join(parent, e.Name())
		mend := os.RemoveAll
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			mend = func(aside string) error { return os.Rename(aside, folder) }
		}
		if err := mend(aside); err != nil {
			return err
		}
	}
	return nil
}

// fill makes the site in an empty folder.
func (b *Builder) fill(to string) error {
	if err := os.CopyFS(to, os.DirFS(filepath.Join(b.root, "site"))); err != nil {
		return err
	}
	if err := dropProjects(filepath.Join(to, "examples")); err != nil {
		return err
	}
	paths := []string{filepath.Join(b.root, "LICENSE"), filepath.Join(b.root, "NOTICE")}
	for _, name := range Shipped {
		paths = append(paths, filepath.Join(b.out, name))
	}
	for _, path := range paths {
		if err := copyFile(filepath.Join(to, filepath.Base(path)), path); err != nil {
			return err
		}
	}
	// The service worker's list has the hashes of what is served, and is filled in where its text is known.
	if err := minify(to, func(name string) bool { return name != "sw.js" }); err != nil {
		return err
	}
	if err := precache(to); err != nil {
		return err
	}
	return minify(to, func(name string) bool { return name == "sw.js" })
}

// minify shortens a site's own scripts. The examples stay: they are there to be read.
func minify(site string, which func(name string) bool) error {
	paths, err := filepath.Glob(filepath.Join(site, "*.js"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if !which(name) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if text, err = javascript.Minify(name, text); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// upToDate builds what is stale.
func upToDate(ctx context.Context, root string, out io.Writer) (*Builder, error) {
	b, err := NewBuilder(root, log.New(out, "", 0), nil)
	if err != nil {
		return nil, err
	}
	stamp, err := b.sources()
	if err == nil && !b.fresh(stamp) {
		b.log.Print("tintype: building …")
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

// singleName is how `make offline` calls the single file, which it writes into the folder of `make dist`.
const singleName = "tintype.html"

// siteFolder resolves the folder that a site is to be written to, and returns an error unless that is new, empty, or
// holds an earlier site: a mistyped folder must not cost anybody their files. Nor may it be in what it is copied from.
func siteFolder(root, to string) (string, error) {
	to, err := filepath.Abs(to)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"site", "build"} {
		from, err := filepath.Abs(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(to, from+string(filepath.Separator)) {
			return "", fmt.Errorf("%s is in %s, which the site is made from: choose another folder", to, from)
		}
	}
	if target, err := filepath.EvalSymlinks(to); err == nil {
		to = target
	}
	entries, err := os.ReadDir(to)
	if errors.Is(err, fs.ErrNotExist) {
		return to, nil
	}
	if err != nil {
		return "", err
	}
	has := map[string]bool{}
	for _, e := range entries {
		has[e.Name()] = true
	}
	// build/ has the program, too, but neither page nor service worker.
	if site := has["index.html"] && has["sw.js"] && has[simdWasm]; site || len(has) == 0 || len(has) == 1 && has[singleName] {
		return to, nil
	}
	return "", fmt.Errorf("%s is not empty and holds no earlier site: choose another folder, or empty it", to)
}

// keepSingle takes the single file over from an earlier site.
func keepSingle(to, from string) error {
	err := copyFile(filepath.Join(to, singleName), filepath.Join(from, singleName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}
