//go:build !js

// Package javascript makes of the site's JavaScript what a visitor gets: without comments and with short names, which is two
// thirds of the bytes. The sources in site/ stay as they are read.
package javascript

import (
	"errors"
	"fmt"

	"github.com/evanw/esbuild/pkg/api"
)

// target is the oldest JavaScript that browsers with what the program needs understand: nothing is rewritten for older.
const target = api.ES2022

// Minify shortens one file. What others may name stays: the exports of a module, and the globals of a script.
func Minify(name string, text []byte) ([]byte, error) {
	r := api.Transform(string(text), api.TransformOptions{
		Sourcefile: name, Target: target, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
	})
	return r.Code, asError(r.Errors)
}

// Bundle makes one module of a file and those that it imports. Those of lazy, which it would load later, stay outside.
func Bundle(file string, lazy ...string) ([]byte, error) {
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{file}, External: lazy, Bundle: true, Format: api.FormatESModule, Target: target, LegalComments: api.LegalCommentsInline,
	})
	if len(r.Errors) > 0 {
		return nil, asError(r.Errors)
	}
	return r.OutputFiles[0].Contents, nil
}

// asError says what is wrong in a script, and where.
func asError(list []api.Message) error {
	var all []error
	for _, m := range list {
		if at := m.Location; at != nil {
			all = append(all, fmt.Errorf("%s:%d:%d: %s", at.File, at.Line, at.Column, m.Text))
		} else {
			all = append(all, errors.New(m.Text))
		}
	}
	return errors.Join(all...)
}
