package proto

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A page is what docs/PROTOCOL.md says.
type page struct {
	text     string
	kinds    map[string]string // of messages, by the heading under which they stand
	optional map[string]bool   // every field by its path, as sample.edit.mask: whether it may be left out
	errors   map[string]bool   // types
}

var (
	shapeRow   = regexp.MustCompile("^\\| `(\\w+)` \\| `(\\{[^`]*\\})`")
	definition = regexp.MustCompile("^- ((?:`\\w+`, )*`\\w+`): `(\\[?\\{[^`]*\\}\\]?)`")
	word       = regexp.MustCompile("`([\\w-]+)`")
)

// readPage reads docs/PROTOCOL.md.
func readPage(t *testing.T) *page {
	t.Helper()
	text, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	p := &page{string(text), map[string]string{}, map[string]bool{}, map[string]bool{}}
	shapes, heading := map[string]string{}, ""
	var rows [][]string
	for line := range strings.Lines(p.text) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			heading = strings.TrimSpace(name)
		}
		if row := shapeRow.FindStringSubmatch(line); row != nil {
			p.kinds[row[1]] = heading
			rows = append(rows, row)
		}
		if d := definition.FindStringSubmatch(line); d != nil {
			for _, name := range word.FindAllStringSubmatch(d[1], -1) {
				shapes[name[1]] = d[2]
			}
		}
		if cells := strings.Split(line, "|"); heading == "Error types" && len(cells) > 2 {
			for _, name := range word.FindAllStringSubmatch(cells[1], -1) {
				p.errors[name[1]] = true
			}
		}
	}
	for _, row := range rows {
		p.fields(t, row[1], row[2], shapes)
	}
	return p
}

// fields takes the names of a shape, {a, b?: {c}, d: [{e}]}, and of the shapes in it. One without a shape may have a line of
// its own.
func (p *page) fields(t *testing.T, path, shape string, shapes map[string]string) {
	t.Helper()
	inside := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(shape, "[]"), "{"), "}")
	for _, field := range split(strings.ReplaceAll(inside, " or ", ", ")) {
		name, of, _ := strings.Cut(field, ": ")
		name, optional := strings.CutSuffix(name, "?")
		at := path + "." + name
		if _, twice := p.optional[at]; twice || name == "" {
			t.Fatalf("docs/PROTOCOL.md: %q of %s", name, path)
		}
		p.optional[at] = optional
		if of == "" {
			of = shapes[name]
		}
		if of != "" {
			p.fields(t, at, of, shapes)
		}
	}
}

// split cuts at the commas that stand in no braces.
func split(s string) (all []string) {
	depth, from := 0, 0
	for i, r := range s {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r == ',' && depth == 0:
			all, from = append(all, strings.TrimSpace(s[from:i])), i+1
		}
	}
	if s != "" {
		all = append(all, strings.TrimSpace(s[from:]))
	}
	return all
}
