//go:build !js

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tintype/internal/wholefile"
	"tintype/tools/debian"
	"tintype/tools/npm"
)

// A site is an example and how its generator is got and run.
type site struct {
	name    string   // of its folder in site/examples
	debian  []string // the generator's packages; none: they are those of package.json
	version []string // command that prints the generator's version
	runtime string   // where in the example the static site goes; "": the example takes the single file
	picture string   // where a picture goes; "": nowhere
	build   []string
	output  string // folder that the build writes
	page    string // of the picture, in output
	instant bool   // links change the document, which is not loaded anew

	day, night string // scripts that set the colours of a theme that does not follow the browser's
}

// sites are the examples, behind what needs no generator: the page itself and the
// plain example.
var sites = []site{
	{name: "page", page: "index.html"},
	{name: "plain", page: "examples/plain.html"},
	{name: "mkdocs", debian: []string{"mkdocs", "mkdocs-material"},
		version: []string{"/usr/bin/dpkg-query", "-W", "-f", "${Package} ${Version} ", "mkdocs", "mkdocs-material"},
		instant: true, runtime: "docs/tintype", build: []string{"mkdocs", "build", "-q", "-s", "-d", "out"}, output: "out",
		day: `document.body.dataset.mdColorScheme = "default"`, night: `document.body.dataset.mdColorScheme = "slate"`},
	{name: "docusaurus", instant: true, runtime: "static/tintype", build: []string{"docusaurus", "build"}, output: "build",
		day: `document.documentElement.dataset.theme = "light"`, night: `document.documentElement.dataset.theme = "dark"`},
	{name: "hugo", debian: []string{"hugo"}, version: []string{"hugo", "version"},
		runtime: "static/tintype", build: []string{"hugo", "--quiet", "-d", "out"}, output: "out"},
	{name: "sphinx", debian: []string{"python3-sphinx"}, version: []string{"sphinx-build", "--version"},
		runtime: "_static/tintype", picture: "picture.png",
		build: []string{"sphinx-build", "-q", "-W", "-b", "html", ".", "out"}, output: "out"},
	{name: "vitepress", instant: true, runtime: "docs/public/tintype", build: []string{"vitepress", "build", "docs"}, output: "docs/.vitepress/dist"},
	{name: "jupyter", debian: []string{"jupyter-nbconvert", "python3-ipykernel"}, version: []string{"jupyter-nbconvert", "--version"},
		picture: "picture.png", build: []string{"jupyter-nbconvert", "--to", "html", "--execute", "--output-dir", "out", "figure.ipynb"},
		output: "out", page: "figure.html"},
}

// check builds the example and drives it; version is the generator's, as far as
// it is known.
func (s site) check(m *materials) (version string, err error) {
	if s.build == nil {
		h := serve(m.dist)
		defer h.Close()
		return "", s.visit(m, h)
	}
	example := filepath.Join("site", "examples", s.name)
	version, tools, err := s.install(example)
	if err != nil {
		return version, skipped{err}
	}
	// Node looks for packages in the folders above a project's.
	dir, remove, err := wholefile.Folder(tools, "tintype-site")
	if err != nil {
		return version, err
	}
	defer remove()
	if err := s.fill(m, example, dir); err != nil {
		return version, err
	}
	program := s.build[0]
	if tools != "" {
		program = filepath.Join(tools, "node_modules", ".bin", program)
	}
	h := serve(filepath.Join(dir, filepath.FromSlash(s.output)))
	defer h.Close()
	if _, err := execute(dir, []string{"SITE_URL=" + h.address()}, program, s.build[1:]...); err != nil {
		return version, err
	}
	return version, s.visit(m, h)
}

// fill makes the example whole in dir, as its README says.
func (s site) fill(m *materials, example, dir string) error {
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		return err
	}
	copies := map[string]string{}
	if s.runtime != "" {
		if err := os.CopyFS(filepath.Join(dir, filepath.FromSlash(s.runtime)), os.DirFS(m.dist)); err != nil {
			return err
		}
	} else {
		copies["tintype.html"] = m.offline
	}
	if s.picture != "" {
		copies[s.picture] = m.picture
	}
	for to, from := range copies {
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), data, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var number = regexp.MustCompile(`\d+(\.\d+)+`)

// install gets the generator; tools is the folder that has its node_modules, ""
// for a Debian package.
func (s site) install(example string) (version, tools string, err error) {
	if s.debian == nil {
		return s.fromNPM(example)
	}
	printed, err := execute(".", nil, s.version[0], s.version[1:]...)
	if err != nil {
		if err := debian.Install(os.Stderr, s.debian...); err != nil {
			return "", "", fmt.Errorf("Debian's %s: %w", strings.Join(s.debian, ", "), err)
		}
		if printed, err = execute(".", nil, s.version[0], s.version[1:]...); err != nil {
			return "", "", err
		}
	}
	return strings.Join(number.FindAllString(printed, len(s.debian)), ", "), "", nil
}

// fromNPM installs what the example's package.json names, in exact versions.
func (s site) fromNPM(example string) (version, tools string, err error) {
	var needs struct{ Dependencies, DevDependencies map[string]string }
	text, err := os.ReadFile(filepath.Join(example, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &needs)
	}
	if err != nil {
		return "", "", err
	}
	packages := needs.Dependencies
	if packages == nil {
		packages = needs.DevDependencies
	}
	for name, v := range packages {
		if strings.Contains(name, s.name) {
			version = v
		}
	}
	tools, err = npm.Install(filepath.Join("tintype-docs", s.name+"-"+version), packages)
	return version, tools, err
}
