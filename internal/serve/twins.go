//go:build !js

package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/andybalholm/brotli"

	"tintype/internal/wholefile"
)

// twinDir is the folder in build/ that holds the compressed twins: the name of
// the file with ".br" or ".gz" added, and the time of the file it was made
// from, by which a stale twin is told.
const twinDir = "twins"

// A coding is one content coding that the server can offer, best first.
type coding struct {
	name, suffix string
	writer       func(io.Writer) io.WriteCloser
}

// The levels are for a server on one's own machine: brotli 11 would keep a
// core busy for ten seconds to save a tenth of a file that goes over loopback.
var codings = []coding{
	{"br", ".br", func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) }},
	{"gzip", ".gz", func(w io.Writer) io.WriteCloser {
		z, _ := gzip.NewWriterLevel(w, 6) // the level is valid
		return z
	}},
}

// compressible are the kinds of file that get twins. Checkpoints and pictures
// are compressed already.
var compressible = map[string]bool{
	".css": true, ".html": true, ".js": true, ".json": true, ".svg": true, ".wasm": true, ".webmanifest": true,
}

// Twins makes, of the files of both folders that are served, the twins in
// build/ that are missing or stale.
func Twins(ctx context.Context, site, build string) error {
	for _, dir := range []string{site, build} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || ctx.Err() != nil {
				return errorOr(err, ctx.Err())
			}
			name, err := filepath.Rel(dir, path)
			if err != nil || name == twinDir {
				return errorOr(err, fs.SkipDir)
			}
			if !d.Type().IsRegular() || !compressible[filepath.Ext(path)] {
				return nil
			}
			return compressFile(path, filepath.Join(build, twinDir, name))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func errorOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// compressFile makes both twins of one file, unless they are as old as it.
func compressFile(path, twin string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var text []byte
	for _, c := range codings {
		if old, err := os.Stat(twin + c.suffix); err == nil && sameTime(old.ModTime(), info.ModTime()) {
			continue
		}
		if text == nil {
			if text, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		var b bytes.Buffer
		w := c.writer(&b)
		if _, err := w.Write(text); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(twin), 0o777); err != nil {
			return err
		}
		if err := wholefile.Write(twin+c.suffix, func(f *os.File) error {
			_, err := f.Write(b.Bytes())
			return errors.Join(err, os.Chtimes(f.Name(), info.ModTime(), info.ModTime()))
		}); err != nil {
			return err
		}
	}
	return nil
}

// sameTime forgives file systems that keep whole microseconds.
func sameTime(a, b time.Time) bool {
	d := a.Sub(b)
	return d > -time.Microsecond && d < time.Microsecond
}
