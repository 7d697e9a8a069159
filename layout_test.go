package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one Go file of the project, parsed.
type source struct {
	path    string // slash-separated, from the root of the project
	pkg     string // its folder
	imports []string
	file    *ast.File
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources parses every Go file of the project, whatever its build tags.
func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "build" || d.Name() == "dist" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(path), pkg: filepath.ToSlash(filepath.Dir(path)), file: file}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, name)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// layers lists, for each package of the core, what of the project it may
// import. It is the direction of imports that ARCHITECTURE.md draws.
var layers = map[string][]string{
	"core/limits":   {},
	"core/exact":    {},
	"core/kernel":   {"core/limits"},
	"core/rng":      {"core/exact"},
	"core/tensor":   {"core/kernel"},
	"core/graph":    {"core/exact"},
	"core/nn":       {"core/graph"},
	"core/compile":  {"core/exact", "core/kernel", "core/tensor", "core/graph"},
	"core/arch":     {"core/exact", "core/tensor", "core/graph", "core/nn", "core/compile"},
	"core/grad":     {"core/kernel", "core/tensor", "core/compile"},
	"core/classify": {"core/exact", "core/kernel", "core/tensor", "core/rng", "core/compile", "core/grad", "core/schedule"},
	"core/setting":  {},
	"core/schedule": {"core/limits", "core/exact", "core/setting"},
	"core/denoise":  {"core/exact", "core/kernel", "core/tensor", "core/schedule"},
	"core/guidance": {"core/limits", "core/kernel", "core/tensor", "core/schedule", "core/denoise"},
	"core/tape":     {"core/exact", "core/schedule", "core/denoise"},
	"core/solver":   {"core/exact", "core/setting", "core/schedule", "core/denoise", "core/tape"},
	"core/flow":     {"core/exact", "core/schedule", "core/denoise", "core/tape", "core/solver"},
	"core/edit":     {"core/kernel", "core/tensor", "core/schedule", "core/denoise", "core/tape"},
	"core/pipeline": {"core/limits", "core/exact", "core/kernel", "core/tensor", "core/rng", "core/schedule", "core/denoise", "core/guidance", "core/tape", "core/solver", "core/flow", "core/edit"},
}

// rooms lists, for what stands around the program, what of the project it may
// import, and who may import it.
var rooms = map[string]struct{ may, by []string }{
	"internal/site":  {may: []string{"internal/javascript", "internal/program", "internal/wholefile", "weights"}, by: []string{".", "internal/serve", "test/browser"}},
	"internal/serve": {may: []string{"internal/site", "internal/wholefile"}, by: []string{".", "test/browser"}},
	"test/browser":   {may: []string{"internal/program"}, by: []string{"tools/bench", "tools/bench/peers", "tools/docs"}},
}

func TestRooms(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, imp := range s.imports {
			ours, isOurs := strings.CutPrefix(imp, "tintype/")
			if r, ok := rooms[s.pkg]; ok && isOurs && !slices.Contains(r.may, ours) {
				t.Errorf("%s imports %s: %s may import only %v", s.path, imp, s.pkg, r.may)
			}
			if r, ok := rooms[ours]; ok && isOurs && !slices.Contains(r.by, s.pkg) {
				t.Errorf("%s imports %s, which is there for %v", s.path, imp, r.by)
			}
		}
	}
}

func TestImportDirections(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, imp := range s.imports {
			ours, isOurs := strings.CutPrefix(imp, "tintype/")
			if allowed, isCore := layers[s.pkg]; isCore && isOurs && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s: %s may import only %v", s.path, imp, s.pkg, allowed)
			}
			if strings.HasPrefix(s.pkg, "weights") && strings.HasPrefix(ours, "core/") {
				t.Errorf("%s imports %s: weights knows no core", s.path, imp)
			}
		}
	}
}

func TestCoreIsPure(t *testing.T) {
	banned := []string{"syscall/js", "os", "io", "net", "net/http", "encoding/json", "reflect", "time", "tintype/weights", "tintype/model"}
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.pkg, "core/") || s.isTest() {
			continue
		}
		if _, known := layers[s.pkg]; !known && !strings.Contains(s.pkg, "/internal") {
			t.Errorf("%s: package %s has no place in the direction of imports", s.path, s.pkg)
		}
		for _, imp := range s.imports {
			if slices.Contains(banned, imp) {
				t.Errorf("%s imports %s: the core does no input or output", s.path, imp)
			}
		}
	}
}

// TestCoreAvoidsInexactMath keeps functions out of the core whose last bit
// differs between processors (math's assembly, vector multiply-add). math.FMA
// is the same everywhere: where there is no instruction it is computed. What
// only tests import may be as inexact as it likes.
func TestCoreAvoidsInexactMath(t *testing.T) {
	inexact := []string{"Exp", "Exp2", "Expm1", "Log", "Log2", "Log10", "Log1p", "Pow", "Sin", "Cos", "Sincos", "Tan", "Tanh", "Atan", "Atan2", "Erf", "Gamma", "Hypot", "Cbrt"}
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.pkg, "core/") || s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if sel.Sel.Name == "MulAdd" {
				t.Errorf("%s uses MulAdd, which is fused on some processors", s.path)
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "math" && slices.Contains(inexact, sel.Sel.Name) {
				t.Errorf("%s uses math.%s: use core/exact", s.path, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestOutsidePackagesHaveOneDoor: each dependency is imported in one place.
func TestOutsidePackagesHaveOneDoor(t *testing.T) {
	doors := map[string]func(s source) bool{
		"github.com/klauspost/compress": func(s source) bool { return s.pkg == "weights" },
		"github.com/x448/float16":       func(s source) bool { return s.pkg == "weights" },
		"golang.org/x/image":            func(s source) bool { return s.pkg == "internal/photo" },
		"golang.org/x/text":             func(s source) bool { return s.pkg == "internal/names" },
		"honnef.co/go/js/dom/v2":        func(s source) bool { return s.pkg == "wasm/page" },
		"github.com/andybalholm/brotli": func(s source) bool { return s.pkg == "internal/serve" || strings.HasPrefix(s.pkg, "tools/") },
		"github.com/evanw/esbuild":      func(s source) bool { return s.pkg == "internal/javascript" },
		"github.com/chromedp/chromedp":  func(s source) bool { return s.pkg == "test/browser" },
		"github.com/chromedp/cdproto":   func(s source) bool { return s.pkg == "test/browser" },
	}
	float16Files := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, imp := range s.imports {
			for module, allowed := range doors {
				if (imp == module || strings.HasPrefix(imp, module+"/")) && !allowed(s) {
					t.Errorf("%s imports %s", s.path, imp)
				}
			}
			if imp == "github.com/x448/float16" {
				float16Files[s.path] = true
			}
		}
	}
	if len(float16Files) > 1 {
		t.Errorf("x448/float16 is imported by %d files, want one", len(float16Files))
	}
}

// TestWasmStaysSmall: these packages would add hundreds of kilobytes to every
// visitor's download.
func TestWasmStaysSmall(t *testing.T) {
	heavy := []string{"encoding/json", "net/http", "net/url", "os/exec", "regexp", "text/template", "html/template"}
	all := sources(t)
	inBinary := map[string]bool{"wasm": true}
	for grown := true; grown; { // until no package is imported that was not yet seen
		grown = false
		for _, s := range all {
			if !inBinary[s.pkg] || s.isTest() {
				continue
			}
			for _, imp := range s.imports {
				if slices.Contains(heavy, imp) {
					t.Errorf("%s imports %s, too large for the WebAssembly program", s.path, imp)
				}
				if pkg, own := strings.CutPrefix(imp, "tintype/"); own && !inBinary[pkg] {
					inBinary[pkg], grown = true, true
				}
			}
		}
	}
	if !inBinary["core/kernel"] || inBinary["tools/sample"] {
		t.Errorf("the program seems to be made of %v", inBinary)
	}
}

// TestCommandLinesAreAlike: what a given flag means (an empty text, a zero, 010), what an exit status says and what Ctrl-C
// leaves is decided in internal/command, for every program that has a command line.
func TestCommandLinesAreAlike(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		if slices.Contains(s.imports, "flag") {
			t.Errorf("%s imports flag: use internal/command", s.path)
		}
		inBrowser := s.pkg == "wasm" || path.Base(s.pkg) == "inpage"
		main := s.file.Name.Name == "main" && slices.ContainsFunc(s.file.Decls, func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && f.Name.Name == "main" && f.Recv == nil
		})
		if main && !inBrowser && !slices.Contains(s.imports, "tintype/internal/command") {
			t.Errorf("%s has a main function without internal/command", s.path)
		}
	}
}
