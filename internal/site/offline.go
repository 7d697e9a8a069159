//go:build !js

package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tintype/internal/javascript"
	"tintype/internal/wholefile"
	"tintype/weights"
)

// Offline writes the page as ONE file: program, interface and a model. It works by a double click, from a stick or an
// archive, and in a sandboxed frame, where a page may load nothing. Its modules become one; the program is
// packed with gzip, which every browser can undo, and like the model written in base64.
func Offline(ctx context.Context, root, to, model string, out io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if err := wholefile.Check(to); err != nil {
		return err
	}
	b, err := upToDate(ctx, root, out)
	if err != nil {
		return err
	}
	page, err := singleFile(root, b.out, model)
	if err != nil {
		return err
	}
	if err := wholefile.WriteBytes(to, page); err != nil {
		return err
	}
	b.log.Printf("tintype: %s, %.2f MiB", to, float64(len(page))/(1<<20))
	return nil
}

// singleFile puts everything that index.html names into it.
func singleFile(root, build, model string) ([]byte, error) {
	f := files{root: root, build: build}
	page := f.text("index.html")
	payload, err := f.payload(model)
	if f.err != nil {
		return nil, f.err
	}
	if err != nil {
		return nil, err
	}
	// One file has neither threads nor a service worker, for which the page would load the two.
	modules, err := javascript.Bundle(filepath.Join(root, "site", "boot.js"), "./share.js", "./offline.js")
	if err != nil {
		return nil, err
	}
	scripts := "<script>\n" + f.text("wasm_exec.js") + "</script>\n<script>\n" + payload + "</script>\n" +
		"<script type=\"module\">\n" + string(modules) + "</script>"
	if f.err != nil {
		return nil, f.err
	}
	for _, edit := range []struct{ pattern, with string }{
		{`<link rel="(modulepreload|preload)"[^>]*>\n`, ""},
		{`<script src="boot.js" type="module"></script>`, scripts},
		{`(href|src)="icon.svg"`, `$1="` + f.dataURL("icon.svg") + `"`},
	} {
		at := regexp.MustCompile(edit.pattern)
		if !at.MatchString(page) {
			return nil, fmt.Errorf("site/index.html has no %s: the single file cannot be made", edit.pattern)
		}
		with := edit.with
		if !strings.Contains(with, "$1") {
			with = strings.ReplaceAll(with, "$", "$$")
		}
		page = at.ReplaceAllString(page, with)
	}
	page = sheets.ReplaceAllStringFunc(page, func(link string) string {
		return "<style>\n" + f.inlined(f.text(sheets.FindStringSubmatch(link)[1])) + "</style>"
	})
	return []byte(page), f.err
}

// files reads the site's files; the first failure stays in err.
type files struct {
	root, build string
	err         error
}

func (f *files) bytes(name string) []byte {
	data, err := os.ReadFile(filepath.Join(f.root, "site", filepath.FromSlash(name)))
	if os.IsNotExist(err) {
		data, err = os.ReadFile(filepath.Join(f.build, name))
	}
	if err != nil && f.err == nil {
		f.err = err
	}
	return data
}

func (f *files) text(name string) string { return string(f.bytes(name)) }

// dataURL is a file as an address.
func (f *files) dataURL(name string) string {
	return "data:" + MIMETypes[filepath.Ext(name)] + ";base64," + base64.StdEncoding.EncodeToString(f.bytes(name))
}

var sheets = regexp.MustCompile(`<link rel="stylesheet" href="([a-z]+\.css)">`)

var urls = regexp.MustCompile(`url\(([a-z.]+)\)`)

// inlined gives a style sheet the files that it names.
func (f *files) inlined(css string) string {
	return urls.ReplaceAllStringFunc(css, func(u string) string {
		return "url(" + f.dataURL(urls.FindStringSubmatch(u)[1]) + ")"
	})
}

// payload is the script that holds the program, the worker's script and one model.
func (f *files) payload(model string) (string, error) {
	manifest, err := weights.ParseManifest("models/index.json", f.text("models/index.json"))
	if err != nil {
		return "", err
	}
	entry, ok := manifest.Find(model)
	if model == "" {
		entry, ok = manifest.Default()
	}
	if !ok {
		known := ""
		for _, m := range manifest {
			known += " " + m.ID
		}
		return "", fmt.Errorf("there is no model %q: use one of%s", model, known)
	}
	only := entry
	only.Default, only.StudentOf = true, ""
	index, err := weights.Manifest{only}.Text()
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(f.bytes(simdWasm)); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	models := map[string]string{"index.json": index, entry.File: f.dataURL("models/" + entry.File)}
	if c := entry.Classifier; c != nil {
		models[c.File] = f.dataURL("models/" + c.File)
	}
	var out bytes.Buffer
	out.WriteString("globalThis.tintypeEmbedded = ")
	e := json.NewEncoder(&out) // escapes < and >: no </script> can end the script early
	err = e.Encode(map[string]any{
		"wasm":   base64.StdEncoding.EncodeToString(packed.Bytes()),
		"worker": f.text(wasmExec) + "\n" + f.text("worker.js"),
		"models": models,
	})
	return out.String(), err
}
