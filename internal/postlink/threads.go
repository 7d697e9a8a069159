// Package postlink works on a program that Go's linker made for js/wasm (Link):
// optimize makes its code shorter and faster, threads lets several Web Workers run
// leaf functions over the same data, shrink leaves out what a browser has no use
// for, pack has tables take less to download.
//
// Go's own port has one thread and a memory of its own. Three edits, none of
// which renumbers anything, change that:
//
//   - the memory is imported as env.mem, shared, instead of declared;
//   - the globals SP and g are exported, so that a second instance can be put
//     on a stack of its own;
//   - one Go function is exported, found by its name; that is why the program
//     must be linked with its name section.
//
// threads only prepares them, as custom sections that hold what is to stand in
// place of two sections. The page makes the edits (site/share.js), so that a
// visitor downloads one program, whether memory can be shared or not.
//
// All that the steps take for granted of how Go lays a module out stands in one
// table (go127.go), and is checked: of a program with another layout a step is left
// out, never a broken one made.
package postlink

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// What the edited program imports and exports.
const (
	importModule = "env"
	importName   = "mem"
	exportSP     = "tintype.sp"
	exportG      = "tintype.g"
	exportLeaf   = "tintype.leaf"
)

// The custom sections for the page: the content of two sections with the
// edits, and how many pages (32 bits, little-endian) the memory must have at
// the start, which JavaScript cannot ask a module for.
const (
	importSection = "tintype.imports"
	exportSection = "tintype.exports"
	memorySection = "tintype.memory"
)

// Leaf is the function of this program that helpers run.
const Leaf = "tintype_core_kernel.Part"

// maxPages is 4 GiB: the loader may choose any lower maximum.
const maxPages = 1 << 16

// threads returns the program with the sections for the page. leaf, the
// function for the helpers, has one parameter and no results; its name is as the
// name section spells it (path/to/pkg.Func is path_to_pkg.Func there).
func (l *layout) threads(bin []byte, leaf string) ([]byte, error) {
	sections, m, err := l.read(bin)
	if err != nil {
		return nil, err
	}
	for id, absent := range map[byte]bool{
		secImport: m.imports == nil, secMemory: m.pages == 0, secGlobal: !m.hasGlobals, secExport: m.exports == nil,
	} {
		if absent {
			return nil, fmt.Errorf("no %s section: not a program of Go's linker", sectionNames[id])
		}
	}
	if m.prepared {
		return nil, errors.New("was the step run twice?")
	}
	index, err := m.find(leaf)
	if err != nil {
		return nil, err
	}
	imports := m.imports.with(sharedMemory(m.pages))
	exports := m.exports.with(export(exportSP, kindGlobal, l.globalSP), export(exportG, kindGlobal, l.globalG), export(exportLeaf, kindFunc, index))
	return assemble(append(sections,
		note(importSection, imports), note(exportSection, exports),
		note(memorySection, binary.LittleEndian.AppendUint32(nil, m.pages)))), nil
}

// note is a custom section.
func note(name string, content []byte) section {
	return section{secCustom, append(appendSized(nil, []byte(name)), content...)}
}

// A vector is a counted list whose entries the step adds to.
type vector struct {
	count   uint32
	entries []byte
}

func (v *vector) with(more ...[]byte) []byte {
	body := appendU32(nil, v.count+uint32(len(more)))
	body = append(body, v.entries...)
	for _, m := range more {
		body = append(body, m...)
	}
	return body
}

func sharedMemory(pages uint32) []byte {
	p := appendSized(nil, []byte(importModule))
	p = appendSized(p, []byte(importName))
	p = append(p, kindMemory, 3) // shared, with a maximum
	return appendU32(appendU32(p, pages), maxPages)
}

func export(name string, kind byte, index uint32) []byte {
	return appendU32(append(appendSized(nil, []byte(name)), kind), index)
}

// A module is what the step must know of the program.
type module struct {
	*layout
	goType     uint32 // index of the type of Go functions, plus 1; 0: none
	imports    *vector
	imported   uint32 // functions among the imports
	functions  []byte // the function section's entries
	declared   uint32 // how many
	pages      uint32
	hasGlobals bool // as expected
	exports    *vector
	exported   []uint32 // functions
	code       []byte   // the code section
	data       []byte   // the data section
	names      map[string][]uint32
	prepared   bool // holds the sections for the page
}

// read cuts a program into its sections and looks at each.
func (l *layout) read(bin []byte) ([]section, *module, error) {
	sections, err := parse(bin)
	if err != nil {
		return nil, nil, err
	}
	m := &module{layout: l}
	for _, s := range sections {
		if err := m.look(s); err != nil {
			return nil, nil, fmt.Errorf("%s section: %w", sectionNames[s.id], err)
		}
	}
	return sections, m, nil
}

// look checks one section and keeps what is needed of it.
func (m *module) look(s section) error {
	r := &reader{rest: s.body}
	switch s.id {
	case secType:
		m.types(r)
	case secImport:
		m.imports = &vector{count: r.u32(), entries: r.rest}
		m.importedFunctions(r)
	case secFunction:
		m.declared = r.u32()
		m.functions = r.rest
		return r.err
	case secMemory:
		m.memory(r)
	case secGlobal:
		return m.globalTypes(r)
	case secExport:
		m.exports = &vector{count: r.u32(), entries: r.rest}
		m.checkExports(r)
	case secCode:
		m.code = s.body
		return nil
	case secData:
		m.data = s.body
		return nil
	case secStart:
		return errors.New("one that Go's linker does not make")
	case secCustom:
		switch r.name() {
		case "name":
			m.functionNames(r)
		case memorySection:
			m.prepared = true
			return r.err
		case exportSection:
			for range r.u32() {
				r.name()
				if kind, index := r.byte(), r.u32(); kind == kindFunc && r.err == nil {
					m.exported = append(m.exported, index)
				}
				if r.err != nil {
					break
				}
			}
		default:
			return r.err // somebody else's content
		}
	default:
		return nil
	}
	return r.end()
}

// types looks for the type of Go functions: the resume point in, 1 out if the
// stack is to be unwound.
func (m *module) types(r *reader) {
	for i := range r.u32() {
		if r.byte() != typeFunc && r.err == nil {
			r.err = fmt.Errorf("type %d is not a function's", i)
		}
		params, results := r.sized(), r.sized()
		if r.err != nil {
			return
		}
		if m.goType == 0 && string(params) == "\x7f" && string(results) == "\x7f" {
			m.goType = i + 1
		}
	}
}

func (m *module) importedFunctions(r *reader) {
	for range m.imports.count {
		r.name()
		r.name()
		if kind := r.byte(); kind != kindFunc && r.err == nil {
			r.err = fmt.Errorf("has an import of kind %d: Go's linker imports only functions", kind)
		}
		r.u32()
		if r.err != nil {
			return
		}
		m.imported++
	}
}

func (m *module) memory(r *reader) {
	count := r.u32()
	flags, pages := r.limits()
	switch {
	case r.err != nil:
	case count != 1:
		r.err = fmt.Errorf("declares %d memories, want 1", count)
	case flags != 0:
		r.err = errors.New("the memory is bounded or shared already: was the step run twice?")
	case pages == 0 || pages > maxPages:
		r.err = fmt.Errorf("the memory starts with %d pages", pages)
	}
	m.pages = pages
}

// globalTypes checks SP and g and what lies between them.
func (m *module) globalTypes(r *reader) error {
	count := r.u32()
	for i, want := range m.globals {
		if got := r.take(uint32(len(want))); r.err != nil || string(got) != string(want) {
			return fmt.Errorf("global %d of %d is not Go's", i, count)
		}
	}
	m.hasGlobals = true
	return nil
}

func (m *module) checkExports(r *reader) {
	memory := false
	for range m.exports.count {
		name := r.name()
		kind, index := r.byte(), r.u32()
		if r.err != nil {
			return
		}
		switch name {
		case exportSP, exportG, exportLeaf:
			r.err = fmt.Errorf("exports %s already: was the step run twice?", name)
			return
		}
		memory = memory || name == "mem" && kind == kindMemory && index == 0
		if kind == kindFunc {
			m.exported = append(m.exported, index)
		}
	}
	if !memory {
		r.err = errors.New("the memory is not exported as mem: not a js/wasm program of Go")
	}
}

// functionNames reads subsection 1 of the name section.
func (m *module) functionNames(r *reader) {
	m.names = make(map[string][]uint32)
	for len(r.rest) > 0 && r.err == nil {
		id, body := r.byte(), r.sized()
		if r.err != nil || id != 1 {
			continue
		}
		sub := &reader{rest: body}
		for range sub.u32() {
			index, name := sub.u32(), sub.name()
			if sub.err != nil {
				break
			}
			m.names[name] = append(m.names[name], index)
		}
		r.err = sub.end()
	}
}

// find returns the index of the function with the given name.
func (m *module) find(leaf string) (uint32, error) {
	if m.names == nil {
		return 0, errors.New("no name section: link without -s")
	}
	found := m.names[leaf]
	switch {
	case len(found) == 0:
		return 0, fmt.Errorf("no function %s: is it unused, inlined or spelt otherwise?", leaf)
	case len(found) > 1:
		return 0, fmt.Errorf("%d functions are named %s", len(found), leaf)
	}
	index := found[0]
	if index < m.imported || index-m.imported >= m.declared {
		return 0, fmt.Errorf("%s has index %d, beyond the program's functions", leaf, index)
	}
	r := &reader{rest: m.functions}
	for range index - m.imported {
		r.u32()
		if r.err != nil {
			break
		}
	}
	if t := r.u32(); r.err != nil || m.goType == 0 || t != m.goType-1 {
		return 0, fmt.Errorf("%s is not an ordinary Go function", leaf)
	}
	return index, nil
}

// customName returns the name of a custom section.
func customName(s section) string {
	r := &reader{rest: s.body}
	return r.name()
}
