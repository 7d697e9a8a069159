//go:build !js

// Package serve gives the site out over HTTP as a host would, from the folders
// that it is in: files, encodings and ranges (Static) behind a guard of hosts,
// methods and headers (Guard).
package serve

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tintype/internal/site"
)

// A Build tells how the program stands: whether it can be served, and why not
// if it could not be built.
type Build interface {
	Status() (ready bool, failure string)
}

// A Static answers with the files of site/ and, behind them, of build/.
// Every path is opened inside an os.Root, so neither .. nor a symbolic link
// leads out of the two folders.
type Static struct {
	build Build
	roots []*os.Root // site, build
	twins *os.Root   // build/twins
}

// NewStatic opens the two folders, of the site and of its build.
func NewStatic(b Build, pages, build string) (*Static, error) {
	s := &Static{build: b}
	if err := os.MkdirAll(filepath.Join(build, twinDir), 0o777); err != nil {
		return nil, err
	}
	for _, dir := range []string{pages, build} {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		s.roots = append(s.roots, root)
	}
	var err error
	s.twins, err = os.OpenRoot(filepath.Join(build, twinDir))
	return s, err
}

// Close closes the folders.
func (s *Static) Close() {
	for _, r := range append(s.roots, s.twins) {
		r.Close()
	}
}

func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := fileName(r.URL.Path)
	if !ok {
		notFound(w)
		return
	}
	if name == "index.html" {
		if ready, failure := s.build.Status(); !ready {
			buildPage(w, failure)
			return
		}
	}
	file, info, err := s.open(name)
	switch {
	case err == nil:
		defer file.Close()
		s.serveFile(w, r, name, file, info)
	case slices.Contains(site.Shipped, name):
		w.Header().Set("Retry-After", "2")
		http.Error(w, "This file is still being built; ask again in a moment.", http.StatusServiceUnavailable)
	default:
		notFound(w)
	}
}

// fileName turns a request's path into a name below a root. A path that is
// not in its shortest form, or names a hidden file, has none.
func fileName(p string) (string, bool) {
	if strings.HasSuffix(p, "/") {
		p += "index.html"
	}
	if !strings.HasPrefix(p, "/") || path.Clean(p) != p || strings.ContainsAny(p, "\\\x00") || strings.Contains(p, "/.") {
		return "", false
	}
	return p[1:], true
}

func notFound(w http.ResponseWriter) {
	http.Error(w, "There is no such file here.", http.StatusNotFound)
}

var errNotRegular = errors.New("not a regular file")

// open finds a regular file in the first root that has it.
func (s *Static) open(name string) (*os.File, fs.FileInfo, error) {
	if name == site.StampFile || strings.HasPrefix(name, twinDir+"/") {
		return nil, nil, fs.ErrNotExist // build's own
	}
	err := fs.ErrNotExist
	for _, root := range s.roots {
		var file *os.File
		var info fs.FileInfo
		if file, info, err = openRegular(root, name); err == nil {
			return file, info, nil
		}
	}
	return nil, nil, err
}

func openRegular(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// serveFile sends the file or its best twin. A range is always one of the
// file itself: of a compressed form nobody could use a part.
func (s *Static) serveFile(w http.ResponseWriter, r *http.Request, name string, file *os.File, info fs.FileInfo) {
	h := w.Header()
	kind := site.MIMETypes[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache") // keep, but ask whether it is still good
	tag := strconv.FormatInt(info.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(info.Size(), 36)
	if compressible[path.Ext(name)] {
		h.Add("Vary", "Accept-Encoding")
		if c, twin, size := s.twin(r, name, info); twin != nil {
			defer twin.Close()
			h.Set("Content-Encoding", c.name)
			h.Set("Content-Length", strconv.FormatInt(size, 10))
			file = twin
			tag += "-" + c.name
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, name, info.ModTime(), file)
}

// twin opens the best compressed form that the client takes, nil for none.
func (s *Static) twin(r *http.Request, name string, info fs.FileInfo) (coding, *os.File, int64) {
	if r.Header.Get("Range") != "" {
		return coding{}, nil, 0
	}
	for _, c := range codings {
		if !accepts(r.Header.Values("Accept-Encoding"), c.name) {
			continue
		}
		file, twin, err := openRegular(s.twins, name+c.suffix)
		if err != nil {
			continue
		}
		if sameTime(twin.ModTime(), info.ModTime()) {
			return c, file, twin.Size()
		}
		file.Close()
	}
	return coding{}, nil, 0
}

// accepts reports whether Accept-Encoding allows a coding (RFC 9110, 12.5.3).
func accepts(headers []string, coding string) bool {
	anything := false
	for _, item := range strings.Split(strings.Join(headers, ","), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(item), ";")
		weight := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(q), "q="); ok {
			weight, _ = strconv.ParseFloat(v, 64) // what is no number is 0: not taken
		}
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case coding:
			return weight > 0
		case "*":
			anything = weight > 0
		}
	}
	return anything
}

// buildPage stands in for the index while there is nothing to show yet. It
// asks again by itself; after a failure that is how a repaired source is seen.
func buildPage(w http.ResponseWriter, failure string) {
	state, pause, text := "building", 1, "The program is being built. This takes about a minute the first time; the page opens by itself."
	if failure != "" {
		state, pause, text = "failed", 3, "The build failed. It is tried again every few seconds, and when a source file changes."
	}
	w.Header().Set("Content-Type", site.MIMETypes[".html"])
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintf(w, `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="%d">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>tintype: %s</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/base.css">
<body class="building" data-state="%s">
<main><h1>tintype</h1><p>%s</p>`, pause, state, state, text)
	if failure != "" {
		fmt.Fprintf(w, "<pre>%s</pre>", html.EscapeString(failure))
	}
	fmt.Fprint(w, "</main>\n")
}
