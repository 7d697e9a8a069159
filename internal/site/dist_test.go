package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// A build that failed is tried again when somebody asks, though no source has changed; what it said stays to be read meanwhile.
func TestFailedBuildIsTriedAgain(t *testing.T) {
	root := builtSite(t)
	b, err := newBuilder(root, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(b.out, stampFile)); err != nil {
		t.Fatal(err)
	}
	turns := make(chan error)
	b.make = func(context.Context, string) error { return <-turns }
	b.start(t.Context())
	turns <- errors.New("the toolchain cannot be downloaded")
	b.wait()
	ready, failure := b.status() // begins the next try
	if ready || !strings.Contains(failure, "toolchain") {
		t.Errorf("after the failure: ready %t, %q", ready, failure)
	}
	if ready, failure = b.status(); ready || !strings.Contains(failure, "toolchain") {
		t.Errorf("while it is tried again: ready %t, %q", ready, failure)
	}
	turns <- nil
	b.wait()
	if ready, failure = b.status(); !ready || failure != "" {
		t.Errorf("after the second try: ready %t, %q", ready, failure)
	}
	b.wait()
}

// Sources that could not be read for a moment are no failure once they can.
func TestUnreadableSourcesAreReadAgain(t *testing.T) {
	root := builtSite(t)
	b, err := newBuilder(root, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	b.start(t.Context())
	b.wait()
	sum := filepath.Join(root, "go.sum")
	if err := os.Rename(sum, sum+".away"); err != nil {
		t.Fatal(err)
	}
	if ready, failure := b.status(); ready || failure == "" {
		t.Errorf("without go.sum: ready %t, %q", ready, failure)
	}
	if err := os.Rename(sum+".away", sum); err != nil {
		t.Fatal(err)
	}
	b.status()
	b.wait()
	if ready, failure := b.status(); !ready || failure != "" {
		t.Errorf("with it again: ready %t, %q", ready, failure)
	}
}

// The service worker's list says what the page cannot do without: all that these scripts import is on it too.
func TestEssentialFilesAreComplete(t *testing.T) {
	imports := regexp.MustCompile(`(?m)^import .* from "\./([^"]+)"`)
	for _, name := range essential {
		if name == wasmExec || name == simdWasm {
			continue // made by the build
		}
		text, err := os.ReadFile(filepath.Join("site", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range imports.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(essential, m[1]) {
				t.Errorf("%s imports %s, which a service worker may go without", name, m[1])
			}
		}
	}
	for name, want := range map[string]int{"index.html": needed, "boot.js": needed, simdWasm: needed, scalarWasm: asked, "base.css": wanted, "icon.svg": wanted, "api.js": wanted} {
		if got, ok := needOf(name); !ok || got != want {
			t.Errorf("%s is needed by %d, %t, want %d", name, got, ok, want)
		}
	}
	for _, name := range []string{"sw.js", "models/index.json", "models/m.zst", "examples/plain.html", "LICENSE"} {
		if _, ok := needOf(name); ok {
			t.Errorf("%s is on the list", name)
		}
	}
}
