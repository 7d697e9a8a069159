package solver_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	. "tintype/core/solver"
)

// The registry names the file of each solver: it exists, and the solver's entry stands there.
func TestFiles(t *testing.T) {
	names := map[string]map[string]bool{} // of the entries in each file
	for _, info := range Solvers() {
		if names[info.File] == nil {
			names[info.File] = entries(t, info.File)
		}
		if !names[info.File][info.Name] {
			t.Errorf("%s has no entry of %s", info.File, info.Name)
		}
	}
}

// entries lists the texts that stand in a file's variables of type Info, names of solvers among them.
func entries(t *testing.T, file string) map[string]bool {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for _, d := range parsed.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.VAR {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil {
					texts[s] = true
				}
			}
			return true
		})
	}
	return texts
}
