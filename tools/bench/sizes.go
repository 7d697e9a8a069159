//go:build !js

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/andybalholm/brotli"

	"tintype/internal/wholefile"
	"tintype/tools/bench/suite"
)

// sizes builds the site and prints what a visitor's browser downloads before
// the model: one WebAssembly program, JavaScript, style and page.
func sizes(print suite.Printer) error {
	dir, remove, err := wholefile.Folder("", "tintype-dist")
	if err != nil {
		return err
	}
	defer remove()
	if printed, err := exec.Command("go", "run", ".", "-dist", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("building the site: %w\n%s", err, printed)
	}
	var plain, threads size
	for _, kind := range []string{"*.wasm", "*.js", "*.css", "*.html"} {
		files, err := filepath.Glob(filepath.Join(dir, kind))
		if err != nil {
			return err
		}
		for _, file := range files {
			s, err := sizeOf(file)
			if err != nil {
				return err
			}
			name := filepath.Base(file)
			print(fmt.Sprintf("%s %s", name, s))
			switch {
			case name == "tintype-scalar.wasm": // instead of tintype.wasm, where there is no SIMD
			case name == "threads.js" || name == "helper.js" || name == "share.js":
				threads.add(s)
			case kind == "*.wasm" || kind == "*.js":
				plain.add(s)
			}
		}
	}
	print(fmt.Sprintf("runtime (WebAssembly and JavaScript) %s", plain))
	print(fmt.Sprintf("runtime, more for threads on an isolated page %s", threads))
	const goal = 1_000_000
	print.Target(6, plain.brotli < goal, "runtime (WebAssembly and JavaScript) %d bytes brotli, under %d; an isolated page loads %d",
		plain.brotli, goal, plain.brotli+threads.brotli)
	return nil
}

// size is a file's length in bytes as it is and as servers send it.
type size struct{ raw, gzip, brotli int }

func (s size) String() string {
	return fmt.Sprintf("%d raw, %d gzip, %d brotli", s.raw, s.gzip, s.brotli)
}

func (s *size) add(o size) { s.raw += o.raw; s.gzip += o.gzip; s.brotli += o.brotli }

func sizeOf(path string) (size, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return size{}, err
	}
	zip := func(open func(io.Writer) io.WriteCloser) int {
		var b bytes.Buffer
		w := open(&b)
		w.Write(text) // a bytes.Buffer takes everything
		w.Close()
		return b.Len()
	}
	return size{
		raw: len(text),
		gzip: zip(func(w io.Writer) io.WriteCloser {
			z, _ := gzip.NewWriterLevel(w, gzip.BestCompression) // the level is valid
			return z
		}),
		brotli: zip(func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestCompression) }),
	}, nil
}
