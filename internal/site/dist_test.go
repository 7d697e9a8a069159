//go:build !js

package site

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// builtSite is a small repository whose build/ is fresh, so that nothing is compiled.
func builtSite(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	files := map[string]string{
		"go.mod": "module x", "go.sum": "", "LICENSE": "L", "NOTICE": "N", "site/sw.js": "const FILES = [];",
		"site/index.html": `<!doctype html><html lang="en">`, "site/examples/plain.html": "p", "site/examples/hugo/page.md": "h",
		"site/a.js": "console.log(1);\n", "site/.hidden": "secret", "site/models/m.zst": "0123456789", "site/style.css": "b{}", "site/odd.xyz": "?",
	}
	for _, name := range Shipped {
		files["build/"+name] = name
	}
	put(t, root, files)
	b, err := NewBuilder(root, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	stamp, err := b.sources()
	if err != nil {
		t.Fatal(err)
	}
	put(t, root, map[string]string{"build/" + StampFile: stamp})
	return root
}

func put(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// names lists the files below a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// A site is written to a new folder, to an empty one, and in the place of an earlier one; the single file beside it stays.
func TestDist(t *testing.T) {
	root := builtSite(t)
	to := filepath.Join(t.TempDir(), "below", "dist")
	const want = ".hidden LICENSE NOTICE a.js examples/plain.html index.html models/m.zst odd.xyz style.css sw.js tintype-scalar.wasm tintype.wasm wasm_exec.js"
	for _, before := range []map[string]string{nil, {"old.html": "gone with the next site"}} {
		put(t, to, before)
		if err := Dist(context.Background(), root, to, io.Discard); err != nil {
			t.Fatal(err)
		}
		if got := names(t, to); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	put(t, to, map[string]string{singleName: "one"})
	if err := Dist(context.Background(), root, to, io.Discard); err != nil || !strings.Contains(names(t, to), singleName) {
		t.Errorf("%v, the folder holds %s", err, names(t, to))
	}
	if left, err := os.ReadDir(filepath.Dir(to)); err != nil || len(left) != 1 {
		t.Errorf("beside the site there is %v, %v", left, err)
	}
	for name, files := range map[string]map[string]string{"empty": nil, "single": {singleName: "made first"}} {
		to := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(to, 0o777); err != nil {
			t.Fatal(err)
		}
		put(t, to, files)
		if err := Dist(context.Background(), root, to, io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A site that cannot be made leaves the earlier one.
func TestDistFailureLeavesTheEarlierSite(t *testing.T) {
	root := builtSite(t)
	to := filepath.Join(t.TempDir(), "dist")
	if err := Dist(context.Background(), root, to, io.Discard); err != nil {
		t.Fatal(err)
	}
	before := names(t, to)
	put(t, root, map[string]string{"site/sw.js": "no list"})
	if err := Dist(context.Background(), root, to, io.Discard); err == nil || !strings.Contains(err.Error(), "sw.js") {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(to)); names(t, to) != before || err != nil || len(left) != 1 {
		t.Errorf("the folder holds %s, beside it is %v", names(t, to), left)
	}
}

// build/ has the program as a site has, and is none.
func TestDistSparesOtherFolders(t *testing.T) {
	root, other := builtSite(t), t.TempDir()
	put(t, other, map[string]string{"thesis.txt": ""})
	for _, to := range []string{other, root, filepath.Join(root, "build"), filepath.Join(root, "site"), filepath.Join(root, "site", "new"), filepath.Join(root, "build", "new"), filepath.Join(other, "thesis.txt")} {
		before := names(t, root)
		if err := Dist(context.Background(), root, to, io.Discard); err == nil || !strings.Contains(err.Error(), to) {
			t.Errorf("%s: error %v", to, err)
		}
		if names(t, root) != before || names(t, other) != "thesis.txt" {
			t.Fatalf("%s was changed", to)
		}
	}
}

// An exchange that fails, or was interrupted at any point, leaves one of the two sites whole.
func TestExchangedSites(t *testing.T) {
	folders := func(t *testing.T) (folder, made string) {
		parent := t.TempDir()
		folder, made = filepath.Join(parent, "dist"), filepath.Join(parent, ".dist.123")
		put(t, folder, map[string]string{"index.html": "old"})
		put(t, made, map[string]string{"index.html": "new"})
		return folder, made
	}
	holds := func(t *testing.T, folder, want string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(folder, "index.html")); string(got) != want {
			t.Errorf("the site is %q, %v, want %q", got, err, want)
		}
		if left, err := os.ReadDir(filepath.Dir(folder)); err != nil || len(left) != 1 {
			t.Errorf("beside it there is %v, %v", left, err)
		}
	}
	t.Run("done", func(t *testing.T) {
		folder, made := folders(t)
		if err := exchange(folder, made); err != nil {
			t.Fatal(err)
		}
		holds(t, folder, "new")
	})
	t.Run("no new site", func(t *testing.T) {
		folder, made := folders(t)
		if err := os.RemoveAll(made); err != nil {
			t.Fatal(err)
		}
		if err := exchange(folder, made); err == nil {
			t.Error("no error")
		}
		holds(t, folder, "old")
	})
	t.Run("interrupted between the two", func(t *testing.T) {
		folder, made := folders(t)
		if err := errors.Join(os.Rename(folder, made+asideSuffix), os.RemoveAll(made), recoverSite(folder)); err != nil {
			t.Fatal(err)
		}
		holds(t, folder, "old")
	})
	t.Run("interrupted before the end", func(t *testing.T) {
		folder, made := folders(t)
		if err := errors.Join(os.Rename(folder, made+asideSuffix), os.Rename(made, folder), recoverSite(folder)); err != nil {
			t.Fatal(err)
		}
		holds(t, folder, "new")
	})
}
