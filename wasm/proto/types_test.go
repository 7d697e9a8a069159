//go:build !js

package proto

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tintype/core/limits"
)

// source is what the package's files say, which other platforms do not compile.
type source struct {
	structs map[string]*ast.StructType // by name, one of another package by package.name
	kinds   map[string]string          // of the types of messages
	answers map[string]bool            // types of messages
	errors  map[string]bool            // values of ErrorType
}

func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{map[string]*ast.StructType{}, map[string]string{}, map[string]bool{}, map[string]bool{}}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := filepath.Glob("../../core/setting/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, settings...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		prefix := ""
		if parsed.Name.Name != "proto" {
			prefix = parsed.Name.Name + "."
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if of, ok := n.Type.(*ast.StructType); ok {
					s.structs[prefix+n.Name.Name] = of
				}
			case *ast.ValueSpec:
				if of, ok := n.Type.(*ast.Ident); ok && of.Name == "ErrorType" && len(n.Values) == 1 {
					s.errors[literal(n.Values[0])] = true
				}
			case *ast.FuncDecl:
				s.method(n)
			}
			return true
		})
	}
	return s
}

// method notes what a type's kind is, and whether it answers.
func (s *source) method(f *ast.FuncDecl) {
	if f.Recv == nil {
		return
	}
	of := named(f.Recv.List[0].Type)
	switch f.Name.Name {
	case "kind":
		s.kinds[of] = literal(f.Body.List[0].(*ast.ReturnStmt).Results[0])
	case "answers":
		s.answers[of] = true
	}
}

func literal(e ast.Expr) string {
	text, _ := strconv.Unquote(e.(*ast.BasicLit).Value)
	return text
}

// named is the name of a type, through pointers and lists: of another package's, package.name.
func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return named(e.X)
	case *ast.ArrayType:
		return named(e.Elt)
	case *ast.SelectorExpr:
		return named(e.X) + "." + e.Sel.Name
	}
	return ""
}

// fields adds the paths of a struct's fields.
func (s *source) fields(all map[string]bool, path, of string) {
	for _, f := range s.structs[of].Fields.List {
		for _, name := range f.Names {
			at, inner := path+"."+spelled(name.Name), named(f.Type)
			all[at] = true
			// A classifier is of its model's type and has none itself; a Line is a pair of numbers.
			if s.structs[inner] != nil && inner != of && inner != "Line" {
				s.fields(all, at, inner)
			}
		}
	}
}

// spelled is how a field is spelled in a message: its first letter is small, or all of an abbreviation.
func spelled(name string) string {
	if name == "Millis" {
		return "ms"
	}
	if !strings.ContainsFunc(name, unicode.IsLower) {
		return strings.ToLower(name)
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// TestPageHasTheTypes: docs/PROTOCOL.md has the kinds of messages, their fields, the error types and the version that the
// Go types have, and no others.
func TestPageHasTheTypes(t *testing.T) {
	p, s := readPage(t), readSource(t)
	kinds, fields, answers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for of, kind := range s.kinds {
		kinds[kind], answers[kind] = true, s.answers[of]
		s.fields(fields, kind, of)
	}
	if len(kinds) < 19 || len(fields) < 100 {
		t.Fatalf("%d kinds and %d fields were found", len(kinds), len(fields))
	}
	alike(t, "kind", p.kinds, kinds)
	alike(t, "field", p.optional, fields)
	alike(t, "error type", p.errors, s.errors)
	for kind, heading := range p.kinds {
		if (heading == "Answers") != answers[kind] {
			t.Errorf("%s stands under %s", kind, heading)
		}
	}
	for _, say := range []string{
		fmt.Sprintf("(this version: %d)", Version), fmt.Sprintf("{ v: %d, id:", Version),
		fmt.Sprintf("`count`: 1 to %d pictures", limits.PagePictures), fmt.Sprintf("at most %d legs", limits.Forks),
	} {
		if !strings.Contains(p.text, say) {
			t.Errorf("docs/PROTOCOL.md does not say %q", say)
		}
	}
}

// alike holds the names of the page to those of the program.
func alike[T any](t *testing.T, what string, page map[string]T, program map[string]bool) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(page)) {
		if !program[name] {
			t.Errorf("docs/PROTOCOL.md has a %s %s, the program has not", what, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(program)) {
		if _, ok := page[name]; !ok {
			t.Errorf("docs/PROTOCOL.md lacks the %s %s", what, name)
		}
	}
}

var (
	scriptKind    = regexp.MustCompile(`(?:\b|\.)kind(?:: | === | !== )"([^"]*)"`)
	scriptCase    = regexp.MustCompile(`case "([^"]*)":`)
	scriptType    = regexp.MustCompile(`(?:data|error)\.type === "([^"]*)"|\.type \?\? "([^"]*)"|(?s)new Sentence\([^;]*?, "([a-z-]+)"\)|\btype: "(spec|[a-z]+)", remedy`)
	scriptVersion = regexp.MustCompile(`\bv: (\d+)`)
)

// TestScriptsSpeakTheProtocol: the kinds, error types and version that the site's scripts write are the program's. A worker
// that ends says so by a kind of its own, exit, which Go never makes.
func TestScriptsSpeakTheProtocol(t *testing.T) {
	s, kinds := readSource(t), map[string]bool{"exit": true}
	for _, kind := range s.kinds {
		kinds[kind] = true
	}
	seen := map[string]int{}
	check := func(file, what string, known map[string]bool, all [][]string) {
		for _, m := range all {
			name := strings.Join(m[1:], "")
			if seen[what]++; !known[name] {
				t.Errorf("%s: %s is no %s of the protocol", file, name, what)
			}
		}
	}
	files, err := filepath.Glob("../../site/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		script, name := string(text), filepath.Base(file)
		if name == "helper.js" {
			continue // its kinds are those of WebAssembly's imports
		}
		check(name, "kind", kinds, scriptKind.FindAllStringSubmatch(script, -1))
		if name == "pool.js" {
			check(name, "kind", kinds, scriptCase.FindAllStringSubmatch(script, -1))
		}
		check(name, "error type", s.errors, scriptType.FindAllStringSubmatch(script, -1))
		check(name, "version", map[string]bool{strconv.Itoa(Version): true}, scriptVersion.FindAllStringSubmatch(script, -1))
	}
	if seen["kind"] < 15 || seen["error type"] < 8 || seen["version"] < 1 {
		t.Errorf("the scripts were not understood: %v", seen)
	}
}
