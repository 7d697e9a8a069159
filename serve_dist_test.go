package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// builtSite is a small repository whose build/ is fresh, so that nothing is compiled.
func builtSite(t *testing.T) (root string) {
	t.Helper()
	root, b, _ := testSite(t)
	for link := range map[string]bool{"out.txt": true, "abs.txt": true, "up": true, "in.js": true} {
		if err := os.Remove(filepath.Join(root, "site", link)); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{
		"go.mod": "module x", "go.sum": "", "LICENSE": "L", "NOTICE": "N", "site/sw.js": "const FILES = [];",
		"site/index.html": `<!doctype html><html lang="en">`, "site/examples/plain.html": "p", "site/examples/hugo/page.md": "h",
	}
	for _, name := range shipped {
		files["build/"+name] = name
	}
	put(t, root, files)
	stamp, err := b.sources()
	if err != nil {
		t.Fatal(err)
	}
	put(t, root, map[string]string{"build/stamp": stamp})
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
		if err := dist(context.Background(), root, to, io.Discard); err != nil {
			t.Fatal(err)
		}
		if got := names(t, to); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	put(t, to, map[string]string{singleName: "one"})
	if err := dist(context.Background(), root, to, io.Discard); err != nil || !strings.Contains(names(t, to), singleName) {
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
		if err := dist(context.Background(), root, to, io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A site that cannot be made leaves the earlier one.
func TestDistFailureLeavesTheEarlierSite(t *testing.T) {
	root := builtSite(t)
	to := filepath.Join(t.TempDir(), "dist")
	if err := dist(context.Background(), root, to, io.Discard); err != nil {
		t.Fatal(err)
	}
	before := names(t, to)
	put(t, root, map[string]string{"site/sw.js": "no list"})
	if err := dist(context.Background(), root, to, io.Discard); err == nil || !strings.Contains(err.Error(), "sw.js") {
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
		if err := dist(context.Background(), root, to, io.Discard); err == nil || !strings.Contains(err.Error(), to) {
			t.Errorf("%s: error %v", to, err)
		}
		if names(t, root) != before || names(t, other) != "thesis.txt" {
			t.Fatalf("%s was changed", to)
		}
	}
}

// A build that fails half way is not taken for the one before it.
func TestFailedBuildIsStale(t *testing.T) {
	root := builtSite(t)
	b, err := newBuilder(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	stamp, err := b.sources()
	if err != nil || !b.fresh(stamp) {
		t.Fatalf("the build is not fresh, %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.build(ctx, stamp); err == nil || b.fresh(stamp) {
		t.Errorf("error %v, fresh: %t", err, b.fresh(stamp))
	}
}

func TestFlagsThatContradict(t *testing.T) {
	t.Chdir(t.TempDir()) // no repository
	for args, c := range map[string]struct {
		status int
		says   string
	}{
		"dist":                    {2, `"dist"`},
		"-dist a b":               {2, `"b"`},
		"-dist a -offline b.html": {2, "give one"},
		"-offline a":              {2, "ends in .html"},
		"-offline=":               {2, "-offline is empty"},
		"-addr=":                  {2, "-addr is empty"},
		"-offline a.html -model=": {2, "-model is empty"},
		"-offlin a":               {2, "is -offline meant?"},
		"-dist a -addr :1":        {2, "give one"},
		"-model x":                {2, "-model needs -offline"},
		"-dist a -model x":        {2, "-model needs -offline"},
		"-dist=":                  {2, "-dist is empty"},
		"-colour":                 {2, "-colour"},
		"-dist a":                 {1, "root folder"},
		"-offline a.html":         {1, "root folder"},
		"-addr 127.0.0.1:http":    {1, "root folder"},
	} {
		var out, errs bytes.Buffer
		if status := run(context.Background(), strings.Fields(args), &out, &errs); status != c.status || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%s: status %d, %q, want %d and %q", args, status, errs.String(), c.status, c.says)
		}
		if left := names(t, "."); left != "" {
			t.Errorf("%s leaves %s", args, left)
		}
	}
}

// Ctrl-C in the middle of a build ends it, says so, and leaves nothing.
func TestInterruptedWriting(t *testing.T) {
	root := builtSite(t)
	if err := os.Remove(filepath.Join(root, "build", stampFile)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	before := names(t, ".")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, args := range [][]string{{"-dist", "out"}, {"-offline", "out.html"}} {
		var out, errs bytes.Buffer
		if status := run(ctx, args, &out, &errs); status != 130 || errs.String() != "tintype: interrupted: nothing was left half written\n" {
			t.Errorf("%v: status %d, %q", args, status, errs.String())
		}
		if left := names(t, "."); left != before {
			t.Errorf("%v leaves %s", args, left)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	root := builtSite(t)
	for _, addr := range []string{"99999", "127.0.0.1:99999", "192.0.2.1:0"} {
		err := serve(context.Background(), addr, root, io.Discard)
		if want := fmt.Sprintf("-addr %s: ", addr); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "such as 127.0.0.1:9000") {
			t.Errorf("%s: error %v", addr, err)
		}
	}
}
