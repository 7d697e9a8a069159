package postlink

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// unused says of each function of the program whether it can not be called: it is emulated or never called, or no
// function that can be called has its index or its program counter, and no data has either.
func (m *module) unused(code, data []byte) ([]bool, error) {
	bodies, err := m.bodies(code)
	if err != nil {
		return nil, fmt.Errorf("code section: %w", err)
	}
	l := living{layout: m.layout, bodies: bodies, imported: m.imported, alive: make([]bool, len(bodies)), cut: make([]bool, len(bodies))}
	m.cut(l.cut)
	image, base, err := readImage(data)
	if err != nil {
		return nil, fmt.Errorf("data section: %w", err)
	}
	if err := l.data(image, base); err != nil {
		return nil, fmt.Errorf("data section: %w", err)
	}
	for _, i := range m.exported {
		l.reach(int64(i) - int64(m.imported))
	}
	if err := l.spread(); err != nil {
		return nil, fmt.Errorf("code section: %w", err)
	}
	for i := range l.alive {
		l.alive[i] = !l.alive[i]
	}
	return l.alive, nil
}

// bodies cuts the code section.
func (m *module) bodies(code []byte) ([][]byte, error) {
	r := &reader{rest: code}
	var all [][]byte
	for range r.u32() {
		all = append(all, r.sized())
		if r.err != nil {
			break
		}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(all) != int(m.declared) {
		return nil, fmt.Errorf("has %d functions, %d are declared", len(all), m.declared)
	}
	return all, nil
}

// cut marks the functions that are emulated, those that the compiler made for vectors of no size, or never called.
func (m *module) cut(marks []bool) {
	var begins []string
	for _, n := range m.never {
		if !slices.ContainsFunc(n.unless, func(name string) bool { return len(m.names[name]) > 0 }) {
			begins = append(begins, n.names...)
		}
	}
	for name, indices := range m.names {
		cut := strings.HasSuffix(name, m.emulated)
		for _, begin := range begins {
			cut = cut || strings.HasPrefix(name, begin) && name != m.always
		}
		for _, i := range indices {
			if at := int64(i) - int64(m.imported); cut && at >= 0 && at < int64(len(marks)) {
				marks[at] = true
			}
		}
	}
}

// living are the functions that can be called, while they are looked for.
type living struct {
	*layout
	first    int64 // number of the first function in program counters
	imported uint32
	bodies   [][]byte
	cut      []bool
	alive    []bool
	next     []int // alive, but not looked through
}

// reach marks function i, if there is one.
func (l *living) reach(i int64) {
	if i >= 0 && i < int64(len(l.bodies)) && !l.cut[i] && !l.alive[i] {
		l.alive[i] = true
		l.next = append(l.next, int(i))
	}
}

// data marks what data can lead to: each word of 64 bits may be a program counter, and among the types each of 32
// bits the number of a method. The table of functions is left out, and the table that finds them: they name all.
func (l *living) data(image []byte, base int) error {
	t, err := l.findTable(image)
	if err != nil {
		return err
	}
	d, err := t.describe(base)
	if err != nil {
		return err
	}
	finder, size, err := t.finder(d, base)
	if err != nil {
		return err
	}
	records := t.functions
	if err := t.records(func(at, tables, data int) bool {
		records = max(records, at+l.recordBytes+4*(tables+data))
		return true
	}); err != nil {
		return err
	}
	if t.count != len(l.bodies) {
		return errTable
	}
	l.first = int64(t.u32(t.functions))
	types, typesEnd := d.field(l.moduleTypes)-base, d.field(l.moduleTypesEnd)-base
	for at := -base & 7; at+8 <= len(image); at += 8 {
		if at >= t.functions && at < records || at >= finder && at < finder+size {
			continue
		}
		v := binary.LittleEndian.Uint64(image[at:])
		if v>>32 == 0 {
			l.reach(int64(v>>l.counterBits) - l.first)
		}
		if at >= types && at < typesEnd {
			l.reach(int64(v&noData) - l.first)
			l.reach(int64(v>>32) - l.first)
		}
	}
	return nil
}

// spread marks what the code of marked functions leads to: by calls, and by constants that are program counters. Its own
// ones, to which it returns, do not count.
func (l *living) spread() error {
	for len(l.next) > 0 {
		from := l.next[len(l.next)-1]
		l.next = l.next[:len(l.next)-1]
		_, code, err := split(l.bodies[from])
		if err != nil {
			return fmt.Errorf("body %d %w", from, err)
		}
		for _, in := range code {
			switch in.op {
			case opCall:
				l.reach(in.x - int64(l.imported))
			case opI32Const, opI64Const:
				l.reach(in.x>>l.counterBits - l.first)
			}
		}
	}
	return nil
}
