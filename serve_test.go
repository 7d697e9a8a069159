package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// repository is one with a page and some more files, from which nothing is built yet.
func repository(t *testing.T, more map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	files := map[string]string{"site/index.html": "<!doctype html>"}
	maps.Copy(files, more)
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// names lists what lies in the working folder and in the folders there.
func names(t *testing.T) string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*", "*/*"} {
		found, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return strings.Join(all, " ")
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
		if left := names(t); left != "" {
			t.Errorf("%s leaves %s", args, left)
		}
	}
}

// Ctrl-C in the middle of a build ends it, says so, and leaves nothing.
func TestInterruptedWriting(t *testing.T) {
	t.Chdir(repository(t, map[string]string{"go.mod": "module x", "go.sum": "", "build/old": ""}))
	before := names(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, args := range [][]string{{"-dist", "out"}, {"-offline", "out.html"}} {
		var out, errs bytes.Buffer
		if status := run(ctx, args, &out, &errs); status != 130 || errs.String() != "tintype: interrupted: nothing was left half written\n" {
			t.Errorf("%v: status %d, %q", args, status, errs.String())
		}
		if left := names(t); left != before {
			t.Errorf("%v leaves %s", args, left)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	root := repository(t, nil)
	for _, addr := range []string{"99999", "127.0.0.1:99999", "192.0.2.1:0"} {
		err := listen(context.Background(), addr, root, io.Discard)
		if want := fmt.Sprintf("-addr %s: ", addr); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "such as 127.0.0.1:9000") {
			t.Errorf("%s: error %v", addr, err)
		}
	}
}

func TestPortTaken(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"-addr", listener.Addr().String()}, &out, &errs); status != 1 {
		t.Errorf("status %d", status)
	}
	if !strings.Contains(errs.String(), "is taken") || !strings.Contains(errs.String(), "-addr") {
		t.Errorf("said %q", errs.String())
	}
}
